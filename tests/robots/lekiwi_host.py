"""A LeKiwi's host without the robot, from the description of its wire: for tests, and for trying things out.

  lekiwi_host.py [--wire single|multipart] [--rate 30] [--commands A] [--observations A] [--seconds S] [--quiet]

Its joints are at once where they are told to be. As LeRobot's bus does, it fails on a command without a joint of the arm, and
then leaves the wheels as they are. Prints its two addresses, each command as it came, "wheels T X Y THETA command|watchdog" when
they are written, T in s of the monotonic clock, and, where it ends by itself, "summary JSON": observations sent and dropped, commands, the gaps between these, and what they lacked. Reads what to do
wrong from the standard input, a line each, and prints "heard" and the line: ok | nan KEY | truncate | lack KEY | no_camera NAME |
empty NAME | bad_jpeg NAME | strange | angle KEY DEGREES | off KEY DEGREES | once KEY DEGREES | swap KEY KEY | stay KEY |
stall SECONDS. off: beside where it is, towards its middle; once: the same, of one observation; swap: each for the other; stay:
what it reads now, wherever it goes.
"""
import argparse, base64, json, math, select, sys, time
import zmq

ARM = ["arm_%s.pos" % joint for joint in ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")]
BASE = ["x.vel", "y.vel", "theta.vel"]
# 16 x 8 pixels, baseline, of one colour: what an encoder makes of a red scene when red and blue were swapped before it.
RED_SCENE = bytes.fromhex(
    "ffd8ffe000104a46494600010100000100010000ffdb0043000302020302020303030304030304050805050404050a070706080c0a0c"
    "0c0b0a0b0b0d0e12100d0e110e0b0b1016101113141515150c0f171816141812141514ffdb00430103040405040509050509140d0b0d"
    "1414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414141414ffc00011"
    "080008001003012200021101031101ffc4001f0000010501010101010100000000000000000102030405060708090a0bffc400b51000"
    "02010303020403050504040000017d01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a"
    "161718191a25262728292a3435363738393a434445464748494a535455565758595a636465666768696a737475767778797a83848586"
    "8788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5"
    "e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffc4001f0100030101010101010101010000000000000102030405060708090a0bffc400b51100"
    "020102040403040705040400010277000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a1624"
    "34e125f11718191a262728292a35363738393a434445464748494a535455565758595a636465666768696a737475767778797a828384"
    "85868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4"
    "e5e6e7e8e9eaf2f3f4f5f6f7f8f9faffda000c03010002110311003f00f8b28a28aff40cf8a3ffd9")
WATCHDOG = 0.5  # s, of the base alone


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--wire", choices=["single", "multipart"], default="multipart")
    parser.add_argument("--rate", type=float, default=30)
    parser.add_argument("--commands", default="tcp://127.0.0.1:*")
    parser.add_argument("--observations", default="tcp://127.0.0.1:*")
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--picture", help="a JPEG that its cameras send")
    parser.add_argument("--quiet", action="store_true")
    options = parser.parse_args()
    context = zmq.Context()
    commands, observations = context.socket(zmq.PULL), context.socket(zmq.PUSH)
    commands.setsockopt(zmq.CONFLATE, 1)
    if options.wire == "single":
        observations.setsockopt(zmq.CONFLATE, 1)
    else:
        observations.setsockopt(zmq.SNDHWM, 2)
    commands.bind(options.commands)
    observations.bind(options.observations)
    say = lambda *words: print(*words, flush=True)
    say("addresses", commands.LAST_ENDPOINT.decode().rstrip("\0"), observations.LAST_ENDPOINT.decode().rstrip("\0"))
    picture = open(options.picture, "rb").read() if options.picture else RED_SCENE
    state = dict.fromkeys(ARM + BASE, 0.0)
    fault, told, began, due = ["ok"], 0.0, time.monotonic(), time.monotonic()
    sent = dropped = lacking = 0
    resting = True

    def wheels(why):
        if not options.quiet:
            say("wheels", time.monotonic(), *(state[key] for key in BASE), why)

    arrivals = []
    while not options.seconds or time.monotonic() - began < options.seconds:
        while select.select([sys.stdin], [], [], 0)[0]:
            line = sys.stdin.readline()
            if not line:
                return
            fault = line.split()
            if fault[0] == "stay":
                fault = ["angle", fault[1], state[fault[1]]]
            say("heard", line.strip())
            if fault[0] == "stall":
                time.sleep(float(fault[1]))
                fault, due = ["ok"], time.monotonic()
        try:
            text = commands.recv_string(zmq.NOBLOCK)
            command = json.loads(text)
            arrivals.append(time.monotonic())
            lacking += any(not math.isfinite(command.get(key, math.nan)) for key in BASE)
            if not options.quiet:
                say("command", text)
            if all(key in command for key in BASE):
                write_motors(state, command)
                told, resting = time.monotonic(), False
                wheels("command")
        except zmq.Again:
            pass
        except StopIteration:
            say("failed", text)
        if time.monotonic() - told > WATCHDOG and not resting:
            state.update(dict.fromkeys(BASE, 0.0))
            resting = True
            wheels("watchdog")
        went = send(observations, options.wire, dict(state), picture, fault)
        sent, dropped = sent + went, dropped + (not went)
        if fault[0] == "once":
            fault = ["ok"]
        due += 1 / options.rate
        time.sleep(max(0, due - time.monotonic()))
    gaps = sorted(b - a for a, b in zip(arrivals, arrivals[1:])) or [0]
    say("summary", json.dumps({"sent": sent, "dropped": dropped, "commands": len(arrivals), "lacking": lacking,
                               "gap_p50": gaps[len(gaps) // 2], "gap_p99": gaps[int(0.99 * (len(gaps) - 1))]}))


def write_motors(state, command):
    arm = {key: value for key, value in command.items() if key in ARM}
    next(iter(arm))  # LeRobot's sync_write looks at its first motor: StopIteration
    state.update(arm)
    state.update({key: command[key] for key in BASE})


def send(socket, wire, state, picture, fault):
    pictures = {"front": picture, "wrist": picture}
    if fault[0] == "nan":
        state[fault[1]] = float("nan")
    elif fault[0] == "swap":
        state[fault[1]], state[fault[2]] = state[fault[2]], state[fault[1]]
    elif fault[0] == "angle":
        state[fault[1]] = float(fault[2])
    elif fault[0] in ("off", "once"):
        state[fault[1]] += float(fault[2]) * (-1 if state[fault[1]] > 0 else 1)
    elif fault[0] == "lack":
        del state[fault[1]]
    elif fault[0] == "no_camera":
        del pictures[fault[1]]
    elif fault[0] == "empty":
        pictures[fault[1]] = b""
    elif fault[0] == "bad_jpeg":
        pictures[fault[1]] = picture[: len(picture) // 2]
    elif fault[0] == "strange":
        state = {"qpos": [0.0, 1.0], "stamp": 1.5}
    if wire == "single":
        state.update({name: base64.b64encode(jpeg).decode() for name, jpeg in pictures.items()})
        frames = [json.dumps(state).encode()]
    else:
        state["_cams"] = list(pictures)
        frames = [json.dumps(state).encode(), *pictures.values()]
    if fault[0] == "truncate":
        frames[0] = frames[0][: len(frames[0]) // 2]
    try:
        socket.send_multipart(frames, zmq.NOBLOCK)
        return True
    except zmq.Again:
        return False


if __name__ == "__main__":
    main()

"""One of LeRobot's clients without LeRobot, from the description of the wire: for tests, and for measurements.

  lekiwi_client.py COMMANDS OBSERVATIONS [--seconds 2] [--least N] [--rate 30] [--pan DEGREES] [--x M/S] [--theta DEGREES/S] [--raw JSON]

Prints "state JSON", the last observation's numbers; "picture NAME BASE64", its pictures; and "summary JSON": how many
observations came in how many seconds and with what gaps, how many keys and pictures were missing in all, and the delay of
the loop: from a command with a new number for the wrist to the observation that shows it moving.
"""
import argparse, base64, json, time
import zmq

ARM = ["arm_%s.pos" % joint for joint in ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")]
BASE = ["x.vel", "y.vel", "theta.vel"]


def read(frames):  # both versions
    state = json.loads(frames[0])
    if "_cams" in state:
        names = state.pop("_cams")
        return "multipart", state, dict(zip(names, frames[1:]))
    pictures = {key: base64.b64decode(value) for key, value in state.items() if isinstance(value, str)}
    return "single", {key: value for key, value in state.items() if key not in pictures}, pictures


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("commands")
    parser.add_argument("observations")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--least", type=int, default=0, help="observations: on a busy computer it goes on until then")
    parser.add_argument("--rate", type=float, default=30)
    parser.add_argument("--pan", type=float, default=0)
    parser.add_argument("--x", type=float, default=0)
    parser.add_argument("--theta", type=float, default=0)
    parser.add_argument("--raw", help="sent as it is, instead of a command")
    options = parser.parse_args()
    context = zmq.Context()
    commands, observations = context.socket(zmq.PUSH), context.socket(zmq.PULL)
    commands.setsockopt(zmq.LINGER, 0)
    commands.connect(options.commands)
    observations.setsockopt(zmq.RCVHWM, 2)
    observations.connect(options.observations)
    began, due, sent = time.monotonic(), time.monotonic(), 0
    arrivals, delays, missing, state, pictures, wire = [], [], 0, {}, {}, None
    asked = None  # (when, roll before)
    while (now := time.monotonic()) - began < options.seconds or len(arrivals) < options.least:
        if now >= due:
            goal = dict.fromkeys(ARM, 0.0)
            goal.update({"arm_shoulder_pan.pos": options.pan, "arm_gripper.pos": 50.0, "x.vel": options.x, "y.vel": 0.0,
                         "theta.vel": options.theta})
            if asked is None and state and sent % 15 == 14:
                asked = (now, state["arm_wrist_roll.pos"], 20.0 if state["arm_wrist_roll.pos"] <= 0 else -20.0)
            goal["arm_wrist_roll.pos"] = asked[2] if asked else state.get("arm_wrist_roll.pos", 0.0)
            try:
                commands.send_string(options.raw or json.dumps(goal), zmq.NOBLOCK)
                sent += 1
            except zmq.Again:
                pass
            due += 1 / options.rate
        if not observations.poll(max(0, min(5, 1000 * (due - time.monotonic())))):
            continue
        wire, state, pictures = read(observations.recv_multipart())
        arrivals.append(time.monotonic())
        missing += sum(key not in state for key in ARM + BASE) + sum(not jpeg for jpeg in pictures.values())
        if asked and abs(state["arm_wrist_roll.pos"] - asked[1]) > 0.2:
            delays.append(arrivals[-1] - asked[0])
            asked = None
    print("state", json.dumps(state))
    for name, jpeg in pictures.items():
        print("picture", name, base64.b64encode(jpeg).decode())
    gaps = [b - a for a, b in zip(arrivals, arrivals[1:])]
    print("summary", json.dumps({
        "wire": wire, "seconds": options.seconds, "commands": sent, "observations": len(arrivals), "missing": missing,
        "gap_p50": quantile(gaps, 0.5), "gap_p99": quantile(gaps, 0.99), "delay_p50": quantile(delays, 0.5),
        "delay_p99": quantile(delays, 0.99), "delays": len(delays)}), flush=True)


if __name__ == "__main__":
    main()

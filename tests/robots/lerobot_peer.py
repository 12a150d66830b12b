"""LeRobot's own host and client against us, unmodified but for the motors and cameras, which are missing here: by hand.

  python3.11 -m venv ENV && ENV/bin/pip install --no-deps lerobot==0.4.4
  ENV/bin/pip install 'numpy<2.3' opencv-python-headless pyzmq draccus==0.10.0 feetech-servo-sdk pyserial deepdiff tqdm packaging
  ENV/bin/python tests/robots/lerobot_peer.py ends --rate 10 --times 50   # sinew stream drives its host, and is ended by Ctrl-C
  ENV/bin/python tests/robots/lerobot_peer.py lies                        # ... while joints are read wrong, once and for long
  ENV/bin/python tests/robots/lerobot_peer.py drives --seconds 10         # its client drives sinew robot

ends: for each end, how long after the signal its bus wrote zero to the wheels, and whether a command did it or its watchdog;
exit 1 where a watchdog had to, or it took longer than a period and 50 ms. lies: the largest change from one goal of a joint to
the next, and what sinew said. drives: how many observations were new, and where
the arm came to that it told. torch and the like, which LeKiwi's modules import and do not need, are made up.
"""
import argparse, importlib.abc, importlib.machinery, json, os, random, signal, subprocess, sys, tempfile, threading, time, types
from unittest.mock import MagicMock

import numpy as np

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Anything(types.ModuleType):
    """A module that has whatever is asked for: classes, where a name begins like one."""

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        value = type(name, (), {}) if name[0].isupper() else MagicMock(name=name)
        setattr(self, name, value)
        return value


class MadeUp(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules that are not installed, and are imported all the same."""

    names = {"torch", "torchvision", "datasets", "accelerate", "diffusers", "wandb", "av", "imageio", "rerun", "gymnasium", "pynput",
             "safetensors", "huggingface_hub", "termcolor", "jsonlines", "einops", "pandas", "pyarrow", "PIL", "transformers",
             "torchcodec", "matplotlib"}

    def find_spec(self, name, path, target=None):
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if name.split(".")[0] in self.names else None

    def create_module(self, spec):
        module = Anything(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module):
        pass


sys.meta_path.append(MadeUp())  # after all others: what is installed is taken

from lerobot.motors import MotorCalibration  # noqa: E402
from lerobot.robots.lekiwi import lekiwi, lekiwi_host  # noqa: E402
from lerobot.robots.lekiwi.config_lekiwi import LeKiwiClientConfig, LeKiwiConfig, LeKiwiHostConfig  # noqa: E402
from lerobot.robots.lekiwi.lekiwi_client import LeKiwiClient  # noqa: E402


class Bus(lekiwi.FeetechMotorsBus):
    """LeRobot's own bus above its wire: motors that are at once where they are told to be, and turn as fast as they are told."""

    writes = []  # (when, by whom, the wheels' speeds)
    goals = []   # (when, the arm's, by motor)
    lie = None   # what is read instead of the positions, by motor

    def __init__(self, port, motors, calibration=None):
        calibration = {name: MotorCalibration(motor.id, 0, 0, 0, 4095) for name, motor in motors.items()}
        super().__init__(port, motors, calibration)
        self.values = {motor.id: 2047 if "wheel" not in name else 0 for name, motor in motors.items()}
        self.open = False

    is_connected = property(lambda self: self.open)
    is_calibrated = property(lambda self: True)

    def connect(self, handshake=True):
        self.open = True

    def disconnect(self, disable_torque=True):
        self.open = False

    def configure_motors(self, *_, **__):
        pass

    def disable_torque(self, *_, **__):
        pass

    def enable_torque(self, *_, **__):
        pass

    def write(self, *_, **__):
        pass

    def _assert_protocol_is_compatible(self, *_):
        pass

    def _sync_read(self, addr, length, motor_ids, **_):
        values = {id_: self.values[id_] for id_ in motor_ids}
        return (Bus.lie(values) if Bus.lie and 1 in values else values), 0

    def _decode_sign(self, data_name, values):
        return values

    def _encode_sign(self, data_name, values):
        return values

    def _sync_write(self, addr, length, ids_values, **_):
        self.values.update(ids_values)
        if 1 in ids_values:
            Bus.goals.append((time.monotonic(), dict(ids_values)))
        wheels = [speed for id_, speed in ids_values.items() if id_ > 6]
        if wheels:
            frame = sys._getframe()
            while frame and frame.f_code.co_name not in ("stop_base", "send_action"):
                frame = frame.f_back
            by_watchdog = frame and frame.f_code.co_name == "stop_base"
            Bus.writes.append((time.monotonic(), "watchdog" if by_watchdog else "command", wheels))


class Camera:
    """Sees a grey noise."""

    is_connected = True

    def __init__(self):
        self.pictures = [np.random.randint(90, 160, (480, 640, 3), np.uint8) for _ in range(4)]

    def connect(self):
        pass

    def disconnect(self):
        pass

    def read_latest(self):
        return random.choice(self.pictures)


def start_host(rate, commands, observations):
    lekiwi.FeetechMotorsBus = Bus
    lekiwi.make_cameras_from_configs = lambda configs: {"front": Camera()}
    threading.Thread(target=lekiwi_host.main.__wrapped__ if hasattr(lekiwi_host.main, "__wrapped__") else lekiwi_host.main, daemon=True,
                     args=(lekiwi_host.LeKiwiServerConfig(
                         LeKiwiConfig(cameras={}, use_degrees=True, id="made_up"),
                         LeKiwiHostConfig(commands, observations, 10**9, max_loop_freq_hz=rate)),)).start()


def robot_file(folder, commands, observations):
    """configs/robots/lekiwi.yaml at these ports."""
    text = open(os.path.join(ROOT, "configs/robots/lekiwi.yaml")).read()
    text = text.replace("no_stamps]", "no_stamps, old_wire]").replace("5555", str(commands)).replace("5556", str(observations))
    text = text.replace("max_age: 0.1\n", "max_age: 0.3\n").replace("watchdog: 0.2 ", "watchdog: 0.6 ")  # for a busy computer
    path = os.path.join(folder, "kiwi.yaml")
    open(path, "w").write(text + f"stop_address: tcp://127.0.0.1:{observations + 1}\n")
    return path


def ends(options):
    folder = tempfile.mkdtemp()
    commands, observations = 15555, 15556
    start_host(options.rate, commands, observations)
    path = robot_file(folder, commands, observations)
    worst, failures = 0, 0
    for i in range(options.times):
        begun = time.monotonic()
        program = subprocess.Popen([options.sinew, "stream", options.policy, "--robot", path, "--arm", "--no-record"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        while not any(when > begun and any(wheels) for when, _, wheels in Bus.writes) and program.poll() is None:
            time.sleep(0.01)
        time.sleep(random.uniform(0.5, 0.5 + 2 / options.rate))
        if program.poll() is not None:
            print(f"end {i}: it ended by itself\n{program.communicate()[0]}")
            failures += 1
            continue
        told = time.monotonic()
        program.send_signal(signal.SIGINT)
        output = program.communicate()[0]
        rest = next(((when, why) for when, why, wheels in Bus.writes if when > told and not any(wheels)), None)
        seconds = rest[0] - told if rest else float("inf")
        worst = max(worst, seconds)
        if not rest or rest[1] != "command" or seconds > 1 / options.rate + 0.05:
            failures += 1
            print(f"end {i}: {seconds:.3f} s, {rest}\n{output}")
    print(f"{options.rate} Hz, {options.times} ends: the base at rest after {1000 * worst:.0f} ms at worst; {failures} of them too late, "
          "or by the watchdog")
    return failures > 0


STEPS_PER_DEGREE = 4096 / 360


def lies(options):
    def off(motor, degrees):
        return lambda values: {**values, motor: values[motor] + round(degrees * STEPS_PER_DEGREE)}

    def exchanged(values):
        return {**values, 2: values[3], 3: values[2]}

    folder = tempfile.mkdtemp()
    commands, observations = 15555, 15556
    start_host(30, commands, observations)
    path = robot_file(folder, commands, observations)
    failures = 0
    for name, lie, seconds in [("nothing", None, 0.1), ("the lift is read 52 degrees off, once", off(2, 52), 1 / 30),
                               ("the elbow 51 degrees off, once", off(3, -51), 1 / 30),
                               ("lift and elbow exchanged, for 2 s", exchanged, 2), ("the wrist 45 degrees off, for 2 s", off(4, -45), 2)]:
        begun = time.monotonic()
        program = subprocess.Popen([options.sinew, "stream", options.policy, "--robot", path, "--arm", "--no-record", "--seconds", "7"],
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        while not any(when > begun for when, _ in Bus.goals) and program.poll() is None:
            time.sleep(0.01)
        time.sleep(3)
        Bus.lie = lie
        time.sleep(seconds)
        Bus.lie = None
        output = program.communicate()[0]
        goals = [(when, goal) for when, goal in Bus.goals if when > begun]
        steps = [(abs(b[id_] - a[id_]) / STEPS_PER_DEGREE, t - s) for (s, a), (t, b) in zip(goals, goals[1:]) for id_ in range(1, 6)]
        leap, speed = max((step for step, _ in steps), default=0), max((step / max(dt, 1 / 60) for step, dt in steps), default=0)
        said = [line for line in output.splitlines() if "leapt" in line or "stopped" in line]
        print(f"{name}: {len(goals)} goals, from one to the next {leap:.1f} degrees at most, "
              f"{speed:.0f} degrees/s; exit {program.returncode}; {said[:1]}")
        failures += speed > 2 * 57.3  # 1 rad/s, and the host looks when it looks
    return failures > 0


def drives(options):
    program = subprocess.Popen([options.sinew, "robot", "lekiwi_reach_state", "--adapter", "lekiwi", "--wire", "old",
                                "--seconds", str(options.seconds + 20)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    program.stdout.readline()
    client = LeKiwiClient(LeKiwiClientConfig(remote_ip="127.0.0.1", id="made_up", cameras={}))
    client.connect()
    looks = fresh = 0
    first = last = None
    begun = time.monotonic()
    while time.monotonic() - begun < options.seconds:
        seen = client.get_observation()
        looks, fresh = looks + 1, fresh + (seen is not last)
        last = seen
        state = {key: float(value) for key, value in seen.items() if key.endswith((".pos", ".vel"))}
        first = first or state
        goal = {**first, "x.vel": 0.1, "y.vel": 0.0, "theta.vel": 0.0, "arm_shoulder_pan.pos": 20.0}  # the rest where it is
        client.send_action(goal)
        time.sleep(max(0, begun + looks / 30 - time.monotonic()))
    client.disconnect()
    program.send_signal(signal.SIGINT)
    print(program.communicate()[0])
    moved = {key: round(state[key] - goal[key], 1) for key in goal if key.endswith(".pos")}
    print(f"{looks} looks, {fresh} of them fresh; degrees from where it was told to be: {json.dumps(moved)}")
    return fresh < 0.5 * looks or max(map(abs, moved.values())) > 6


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["ends", "lies", "drives"])
    parser.add_argument("--rate", type=int, default=30)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--sinew", help="the program", default=os.path.join(ROOT, "sinew"))
    parser.add_argument("--policy", help="of lekiwi_reach", default=os.path.join(ROOT, "zoo/lekiwi_reach.safetensors"))
    options = parser.parse_args()
    sys.exit({"ends": ends, "lies": lies, "drives": drives}[options.what](options))


if __name__ == "__main__":
    main()

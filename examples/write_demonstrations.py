#!/usr/bin/env python3
"""Writes demonstrations with NumPy alone, for `algorithm: {name: bc}`: here those of a controller made by hand.

    python3 examples/write_demonstrations.py shown.safetensors
    ./sinew train examples/clone.yaml --set algorithm.demonstrations=shown.safetensors

Recordings of other programs are converted so, too: one row a step, arrays of float32, or uint8 for a camera's frames.
"""
import json
import sys

try:
    import numpy as np
except ImportError:
    sys.exit("this needs NumPy: sudo apt-get install python3-numpy")


def write(path, interface, observations, actions, starts):
    """observations: {sensor: [steps, …]}; actions: [steps, n]; starts: [steps], 1 where an episode begins."""
    tensors = {f"observation.{name}": array for name, array in observations.items()}
    tensors |= {"action": actions.astype("<f4"), "starts": starts.astype("u1")}
    header = {"__metadata__": {"format": "sinew-demonstrations", "format_version": "1",
                               "interface": json.dumps(interface)}}
    begin = 0
    for name, array in tensors.items():
        dtype = "U8" if array.dtype == np.uint8 else "F32"
        header[name] = {"dtype": dtype, "shape": array.shape, "data_offsets": [begin, begin + array.nbytes]}
        begin += array.nbytes
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        for array in tensors.values():
            file.write(array.tobytes())


# Names, labels and units are those of the task ("sinew show" prints a policy's), and are compared.
interface = {
    "sensors": [{"name": "state", "type": "float32", "shape": [4],
                 "labels": ["qpos[0] slider", "qpos[1] hinge", "qvel[0] slider", "qvel[1] hinge"],
                 "units": ["m", "rad", "m/s", "rad/s"]}],
    "actions": {"rate": 25, "parts": [{"name": "actuators", "labels": ["slide"], "units": [""], "low": [-3], "high": [3]}]},
}
if len(sys.argv) != 2:
    sys.exit(__doc__)
random = np.random.default_rng(1)
state = random.normal(scale=[0.2, 0.05, 0.3, 0.3], size=(5000, 4)).astype("<f4")
force = np.clip(state @ [[0.5], [12], [0.8], [2.5]], -3, 3)  # towards where the pole leans
write(sys.argv[1], interface, {"state": state}, force, np.arange(len(state)) % 100 == 0)

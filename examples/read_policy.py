#!/usr/bin/env python3
"""Reads a sinew policy with NumPy alone, runs its trace, and checks its golden pairs.

    python3 examples/read_policy.py runs/quickstart/best.safetensors
"""
import collections, json, struct, sys
import numpy as np


def load(path):  # safetensors: header length, JSON header, then the tensors' bytes
    with open(path, "rb") as file:
        header = json.loads(file.read(struct.unpack("<Q", file.read(8))[0]))
        data = file.read()
    metadata = header.pop("__metadata__")
    return metadata, {name: np.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
                      for name, entry in header.items()}


OPERATIONS = {  # the inputs, then the step's scalars padded with zeros (s) or its integers (i)
    "affine": lambda x, w, b=0, **_: x @ w + b,
    "standardize": lambda x, mean, scale, s, **_: np.clip((x - mean) * scale, -s[0], s[0]),
    "clip_columns": lambda x, low, high, **_: np.clip(x, low, high),
    "layer_norm": lambda x, scale, shift, s, **_:
        (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + s[0]) * scale + shift,
    "clip": lambda x, s, **_: np.clip(x, s[0], s[1]),
    "scale_shift": lambda x, s, **_: x * s[0] + s[1],
    "add": lambda x, y, **_: x + y, "subtract": lambda x, y, **_: x - y,
    "multiply": lambda x, y, **_: x * y,
    "slice": lambda x, i, **_: x[..., i[0]:i[1]],
    "concat": lambda x, y, **_: np.concatenate([x, y], -1),
    "argmax": lambda x, **_: x.argmax(-1, keepdims=True),
    "": lambda x, **_: x,
    "tanh": lambda x, **_: np.tanh(x), "relu": lambda x, **_: np.maximum(x, 0),
    "elu": lambda x, **_: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "sigmoid": lambda x, **_: 1 / (1 + np.exp(-x)), "silu": lambda x, **_: x / (1 + np.exp(-x)),
    "softplus": lambda x, **_: np.logaddexp(0, x),
}


def run(trace, tensors, observations):
    values = []
    for step in trace:
        if "source" in step:
            values.append(observations if step["source"] == "observation" else tensors[step["source"]])
            continue
        constants = {"s": step.get("scalars", []) + [0, 0], "i": step.get("integers")}
        result = OPERATIONS[step["operation"]](*(values[k] for k in step["inputs"]), **constants)
        values.append(OPERATIONS[step.get("activation", "")](result))
    return values[-1]

metadata, tensors = load(sys.argv[1])
trace = json.loads(metadata["trace"])
names = collections.Counter(" + ".join(filter(None, [s["operation"], s.get("activation")])) for s in trace)
print(metadata["task"] + ":", ", ".join(f"{count} × {name}" for name, count in names.items()))
golden = tensors["golden.action"]
error = np.abs(run(trace, tensors, tensors["golden.observation"]) - golden)
if not np.all(error <= 1e-5 * (1 + np.abs(golden))):
    sys.exit(f"the golden pairs differ by up to {error.max()}")
print(f"golden pairs reproduced (largest difference {error.max():.1g})")

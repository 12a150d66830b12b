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
    types = {"F32": "<f4", "U8": "u1"}
    return metadata, {name: np.frombuffer(data[slice(*entry["data_offsets"])], types[entry["dtype"]])
                      .reshape(entry["shape"]) for name, entry in header.items()}


def windows(x, i, padding):  # images [n, height, width, channels] → [n, places down, across, channels, window]
    (height, width, down, right, top, left) = i
    x = np.pad(x, ((0, 0), (top, top), (left, left), (0, 0)), constant_values=padding)
    return np.lib.stride_tricks.sliding_window_view(x, (height, width), (1, 2))[:, ::down, ::right]


def group_norm(x, scale, shift, s, i, **_):
    groups = x.reshape(*x.shape[:3], i[0], -1)
    mean, variance = (f(groups, (1, 2, 4), keepdims=True) for f in (np.mean, np.var))
    return ((groups - mean) / np.sqrt(variance + s[0])).reshape(x.shape) * scale + shift


def spatial_softargmax(x, **_):
    p = np.exp(x - x.max((1, 2), keepdims=True))
    p /= p.sum((1, 2), keepdims=True)
    down, right = (np.linspace(-1, 1, n, dtype="f4") if n > 1 else np.zeros(1, "f4") for n in x.shape[1:3])
    return np.stack([np.einsum("nyxc,x->nc", p, right), np.einsum("nyxc,y->nc", p, down)], -1).reshape(len(x), -1)


OPERATIONS = {  # the inputs, then the step's scalars padded with zeros (s), its integers (i) or its shape
    "constant": lambda x, **_: x, "parameter": lambda x, **_: x,
    "affine": lambda x, w, b=0, **_: x @ w + b,
    "standardize": lambda x, mean, scale, s, **_: np.clip((x - mean) * scale, -s[0], s[0]),
    "clip_columns": lambda x, low, high, **_: np.clip(x, low, high),
    "layer_norm": lambda x, scale, shift, s, **_:
        (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + s[0]) * scale + shift,
    "batch_norm": lambda x, scale, shift, mean, variance, s, **_: (x - mean) / np.sqrt(variance + s[0]) * scale + shift,
    "clip": lambda x, s, **_: np.clip(x, s[0], s[1]),
    "scale_shift": lambda x, s, **_: x * s[0] + s[1],
    "add": lambda x, y, **_: x + y, "subtract": lambda x, y, **_: x - y,
    "multiply": lambda x, y, **_: x * y,
    "slice": lambda x, i, **_: x[..., i[0]:i[1]],
    "concat": lambda x, y, **_: np.concatenate([x, y], -1),
    "reshape": lambda x, shape, **_: x.reshape(len(x), *shape[1:]),
    "pixels": lambda x, **_: x * np.float32(1 / 255),
    "conv2d": lambda x, w, b=0, i=None, **_: np.einsum("nyxchw,hwcf->nyxf", windows(x, i, 0), w, optimize=True) + b,
    "max_pool": lambda x, i, **_: windows(x, i, -np.inf).max((-2, -1)),
    "average_pool": lambda x, i, **_: np.nanmean(windows(x, i, np.nan), (-2, -1)),
    "group_norm": group_norm, "spatial_softargmax": spatial_softargmax,
    "argmax": lambda x, **_: x.argmax(-1, keepdims=True),
    "": lambda x, **_: x,
    "tanh": lambda x, **_: np.tanh(x), "relu": lambda x, **_: np.maximum(x, 0),
    "elu": lambda x, **_: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "sigmoid": lambda x, **_: 1 / (1 + np.exp(-x)), "silu": lambda x, **_: x / (1 + np.exp(-x)),
    "softplus": lambda x, **_: np.logaddexp(0, x),
}


def run(trace, sources):
    values = []
    for step in trace:
        inputs = [values[k] for k in step.get("inputs", [])]
        if "source" in step:
            inputs = [sources[step["source"]]]
        constants = {"s": step.get("scalars", []) + [0, 0], "i": step.get("integers"), "shape": step["shape"]}
        result = OPERATIONS[step["operation"]](*inputs, **constants)
        values.append(OPERATIONS[step.get("activation", "")](result))
    return values[-1]


metadata, tensors = load(sys.argv[1])
trace = json.loads(metadata["trace"])
names = collections.Counter(" + ".join(filter(None, [s["operation"], s.get("activation")])) for s in trace)
print(metadata["task"] + ":", ", ".join(f"{count} × {name}" for name, count in names.items()))
golden = tensors["golden.action"]
sources = tensors | {"observation": tensors["golden.observation"], "images": tensors.get("golden.images")}
error = np.abs(run(trace, sources) - golden)
if not np.all(error <= 1e-5 * (1 + np.abs(golden))):
    sys.exit(f"the golden pairs differ by up to {error.max()}")
print(f"golden pairs reproduced (largest difference {error.max():.1g})")

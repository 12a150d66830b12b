#!/usr/bin/env python3
"""Reads a sinew policy with NumPy alone, runs its trace, and checks its golden pairs.

    python3 examples/read_policy.py runs/quickstart/best.safetensors
"""
import collections, json, struct, sys
try:
    import numpy as np
except ImportError:
    sys.exit("this needs NumPy: sudo apt-get install python3-numpy")


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


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def normalized(x):
    return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)


beside = {}  # what an operation leaves for a later one, by the identity of its result


def lstm(x, weight, state, scale=None, cell_scale=None, cell_shift=None, **_):
    h, c = np.split(state, 2, -1)
    p = h @ weight if scale is None else normalized(h @ weight) * scale
    i, f, g, o = np.split(x + p, 4, -1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c if scale is None else normalized(c) * cell_scale + cell_shift)
    beside[id(h)] = c
    return h


def gru(x, weight, bias, state, scale=None, **_):
    p = state @ weight if scale is None else normalized(state @ weight) * scale
    (xr, xu, xn), (pr, pu, pn) = np.split(x, 3, -1), np.split(p, 3, -1)
    u = sigmoid(xu + pu)
    return (1 - u) * np.tanh(xn + sigmoid(xr + pr) * (pn + bias)) + u * state


def window(x, state, **_):  # position by position: the remembered rows, then x
    remembered = state[:, :-1].reshape(len(x), -1, x.shape[1]).transpose(1, 0, 2)
    rows = np.concatenate([remembered, x[None]]).reshape(-1, x.shape[1])
    beside[id(rows)] = state[:, -1]  # how many of them there are
    return rows


def window_state(rows, shape, **_):
    count = beside[id(rows)]
    positions = rows.reshape(-1, len(count), rows.shape[1]).transpose(1, 0, 2)[:, 1:]
    return np.concatenate([positions.reshape(len(count), -1), np.minimum(count + 1, positions.shape[1])[:, None]], -1)


def frame_stack(rows, shape, **_):  # the first row that there is stands for those that are missing
    count = beside[id(rows)].astype(int)
    positions = rows.reshape(-1, len(count), rows.shape[1])
    first = len(positions) - 1 - count
    return np.concatenate([positions[np.maximum(p, first), np.arange(len(count))] for p in range(len(positions))], -1)


def attention(content, position, keys, values, distances, rows, i, **_):
    heads = lambda x: x.reshape(*x.shape[:-1], i[0], -1)  # columns cut into heads
    count, n = beside[id(rows)], len(content)
    k, v, back = heads(keys.reshape(-1, n, keys.shape[1])), heads(values.reshape(-1, n, values.shape[1])), heads(distances[::-1])
    score = np.einsum("nhc,pnhc->nhp", heads(content), k) + np.einsum("nhc,phc->nhp", heads(position), back)
    score /= np.sqrt(k.shape[-1])
    score[np.broadcast_to((np.arange(len(k)) < len(k) - 1 - count[:, None])[:, None], score.shape)] = -np.inf
    weights = np.exp(score - score.max(-1, keepdims=True))
    return np.einsum("nhp,pnhc->nhc", weights / weights.sum(-1, keepdims=True), v).reshape(n, -1)


def sinusoids(shape):  # of distances 0, 1, …
    angle = np.arange(shape[0])[:, None] / 10000 ** (np.arange(shape[1]) // 2 * 2 / shape[1])
    return np.where(np.arange(shape[1]) % 2, np.cos(angle), np.sin(angle))


OPERATIONS = {  # the inputs, then the step's scalars padded with zeros (s), its integers (i) or its shape
    "constant": lambda x, **_: x, "parameter": lambda x, **_: x,
    "affine": lambda x, w, b=0, **_: x @ w + b, "matmul": lambda x, w, **_: x @ w,
    "lstm": lstm, "lstm_state": lambda h, **_: np.concatenate([h, beside[id(h)]], -1),
    "gru": gru, "gru_state": lambda h, **_: h,
    "window": window, "window_state": window_state, "attention": attention, "frame_stack": frame_stack,
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
    values, results = [], {}
    for step in trace:
        inputs = [values[k] for k in step.get("inputs", [])]
        if "source" in step:
            inputs = [sinusoids(step["shape"]) if step["source"] == "distances" else sources[step["source"]]]
        constants = {"s": step.get("scalars", []) + [0, 0], "i": step.get("integers"), "shape": step["shape"]}
        result = OPERATIONS[step["operation"]](*inputs, **constants)
        values.append(OPERATIONS[step.get("activation", "")](result))
        results[step.get("result")] = values[-1]
    return values[-1], results.get("next_state")


if len(sys.argv) != 2:
    sys.exit(__doc__)
metadata, tensors = load(sys.argv[1])
trace = json.loads(metadata["trace"])
names = collections.Counter(" + ".join(filter(None, [s["operation"], s.get("activation")])) for s in trace)
print(metadata["task"] + ":", ", ".join(f"{count} × {name}" for name, count in names.items()))
sources = tensors | {"observation": tensors["golden.observation"], "images": tensors.get("golden.images"),
                     "state": tensors["golden.state"]}
action, next_state = run(trace, sources)
for actual, name in (action, "golden.action"), (next_state, "golden.next_state"):
    if actual is not None:
        error = np.abs(actual - tensors[name])
        if not np.all(error <= 1e-5 * (1 + np.abs(tensors[name]))):
            sys.exit(f"the golden pairs differ by up to {error.max()}")
        print(f"{name} reproduced (largest difference {error.max():.1g})")

"""PyTorch beside sinew, in a process of its own; bench/torch_peer.h says what it reads and answers."""

import json
import sys
import time

import torch


def conv(net, channels_last):
    layout = torch.channels_last if channels_last else torch.contiguous_format
    height, width, channels, layers = net["height"], net["width"], net["channels"], []
    for filters, kernel, stride in net["convolutions"]:
        layers += [torch.nn.Conv2d(channels, filters, kernel, stride), torch.nn.ReLU(inplace=True)]
        height, width, channels = (height - kernel) // stride + 1, (width - kernel) // stride + 1, filters
    layers += [torch.nn.Flatten(), torch.nn.Linear(height * width * channels, net["dense"]), torch.nn.ReLU(inplace=True)]
    module = torch.nn.Sequential(*layers).to(memory_format=layout)
    images = torch.rand(net["batch"], net["channels"], net["height"], net["width"]).contiguous(memory_format=layout)
    return module, lambda: module(images)


def lstm(net):
    module = torch.nn.LSTM(net["units"], net["units"])
    x = torch.rand(net["steps"], net["batch"], net["units"])
    return module, lambda: module(x)[0]


def make(net, channels_last):
    module, forward = conv(net["conv"], channels_last) if "conv" in net else lstm(net["lstm"])

    def step():
        module.zero_grad(set_to_none=True)
        forward().square().mean().backward()

    return step


def rate(step, seconds):
    best, times, start = 0.0, 0, time.perf_counter()
    while times < 3 or time.perf_counter() - start < seconds:
        begin = time.perf_counter()
        step()
        best, times = max(best, 1 / (time.perf_counter() - begin)), times + 1
    return best


def main():
    made = {}
    for line in sys.stdin:
        question = json.loads(line)
        if torch.get_num_threads() != question["threads"]:
            torch.set_num_threads(question["threads"])
        key = json.dumps([question["net"], question["channels_last"]])
        if key not in made:
            made.clear()  # the caches of the processor are for one net
            made[key] = make(question["net"], question["channels_last"])
        print(json.dumps({"rate": rate(made[key], question["seconds"]), "version": f"PyTorch {torch.__version__}"}), flush=True)


main()

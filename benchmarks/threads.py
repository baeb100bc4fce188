"""Which numbers of processes and threads process the most images per second, in whole stages.

    python benchmarks/threads.py                  # the networks of the quick profile
    python benchmarks/threads.py --rounds 5

Run it on an idle machine. Each process trains the same stage repeatedly on invented images. The
result is the number of images that all of them process together, from the start of the last one to
the end of the first one. The median of the rounds is reported; each round measures all settings in
turn, so that other work on the machine affects all of them.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import sys
import time
from typing import Any

from cxrstudy.base import device
from cxrstudy.training.chain import Start

NETWORKS = {
    "phantom, quick": (Start("resnet10t", options=(("channels", (32, 64, 128, 256)),)), 64, 32),
    "open, quick": (Start("tf_efficientnet_lite0"), 64, 32),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3, help="how often each setting is measured")
    parser.add_argument("--seconds", type=float, default=8, help="how long each measurement takes")
    asked = parser.parse_args()
    cores = os.cpu_count() or 1
    settings = [(p, t) for p in (1, cores, 2 * cores) for t in (1, 2, cores) if p * t <= 2 * cores]
    settings = list(dict.fromkeys(settings))
    for title, network in NETWORKS.items():
        rates: dict[tuple[int, int], list[float]] = {setting: [] for setting in settings}
        for _ in range(asked.rounds):
            for setting in settings:
                rates[setting].append(rate(*setting, network, asked.seconds))
        report(title, {setting: statistics.median(found) for setting, found in rates.items()})
    say(f"{device.name(device.kind())}, {cores} cores, load {os.getloadavg()[0]:.1f} after")


def report(title: str, rates: dict[tuple[int, int], float]) -> None:
    alone = rates[1, 1]
    say(f"{title}: images per second, all processes together")
    for (processes, threads), found in rates.items():
        times = f"{found / alone:.2f} times one of one"
        say(f"  {processes} processes of {threads} threads: {found:7.0f}, {times}")


def rate(processes: int, threads: int, network: tuple[Start, int, int], seconds: float) -> float:
    """Images per second of all processes together."""
    context = multiprocessing.get_context("spawn")
    ready, done = context.Barrier(processes), context.Queue()
    arguments = (threads, network, seconds, ready, done)
    workers = [context.Process(target=train, args=arguments) for _ in range(processes)]
    for worker in workers:
        worker.start()
    rates = [done.get() for _ in workers]
    for worker in workers:
        worker.join()
    return sum(rates)


def train(
    threads: int, network: tuple[Start, int, int], seconds: float, ready: Any, done: Any
) -> None:
    """Take optimiser steps for some seconds, as a stage does, on `threads` threads."""
    import torch

    from cxrstudy.training.model import build

    start, pixels, batch = network
    torch.set_num_threads(threads)
    torch.use_deterministic_algorithms(True)
    model = build(start, 3, 0, None).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters())
    images = torch.randn(batch, 1, pixels, pixels).to(memory_format=torch.channels_last)
    truth = torch.arange(batch) % 3
    steps = 0
    for warm in (True, False):
        if not warm:
            ready.wait()
        began, steps = time.perf_counter(), 0
        while time.perf_counter() - began < (seconds / 4 if warm else seconds):
            torch.nn.functional.cross_entropy(model(images), truth).backward()
            optimiser.step()
            optimiser.zero_grad()
            steps += 1
    done.put(steps * batch / (time.perf_counter() - began))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

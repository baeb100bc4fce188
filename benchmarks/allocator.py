"""What it saves to keep freed memory: CPU time and cleared pages of optimiser steps, in pairs.

    python benchmarks/allocator.py                # the networks of the quick profile
    python benchmarks/allocator.py --rounds 9

Each round starts two processes, one with raised thresholds and one without, in turn, and both take
the same steps on invented images with one thread. CPU seconds are compared, so that other work on
the machine matters little. The median of the rounds is reported.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys

from cxrstudy.base import device
from cxrstudy.base.allocator import keep_freed_memory
from cxrstudy.training.chain import Start

NETWORKS = {
    "resnet10t, thin, 64 px": (Start("resnet10t", options=(("channels", (32, 64, 128, 256)),)), 64),
    "tf_efficientnet_lite0, 128 px": (Start("tf_efficientnet_lite0"), 128),
}
BATCH = 32


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often each setting is measured")
    parser.add_argument("--steps", type=int, default=40, help="optimiser steps of a measurement")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        title, how = asked.measure
        print(json.dumps(steps(title, how == "keep", asked.steps)))
        return
    for title in NETWORKS:
        pairs = [
            {how: measured(title, how, asked.steps) for how in ("keep", "leave")}
            for _ in range(asked.rounds)
        ]
        for how in ("leave", "keep"):
            rate = statistics.median(pair[how]["images per CPU second"] for pair in pairs)
            pages = statistics.median(pair[how]["pages cleared per step"] for pair in pairs)
            say(f"{title}, {how:>5}: {rate:6.0f} images per CPU second, {pages:8.0f} pages a step")
        ratios = [
            pair["keep"]["images per CPU second"] / pair["leave"]["images per CPU second"]
            for pair in pairs
        ]
        say(f"{title}: {statistics.median(ratios):.2f} times ({min(ratios):.2f}-{max(ratios):.2f})")
    say(device.name(device.kind()))


def measured(title: str, how: str, count: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--measure", title, how, "--steps", str(count)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def steps(title: str, keeps: bool, count: int) -> dict[str, float]:
    """Take optimiser steps on one thread; the first ten are not counted."""
    if keeps and not keep_freed_memory():
        raise SystemExit("the thresholds can't be raised here: see cxrstudy/base/allocator.py")
    import torch

    from cxrstudy.training.model import build

    torch.set_num_threads(1)
    start, pixels = NETWORKS[title]
    model = build(start, 3, seed=0, backbone=None).train()
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4)
    images = torch.rand(BATCH, 1, pixels, pixels).contiguous(memory_format=torch.channels_last)
    model = model.to(memory_format=torch.channels_last)
    truth = torch.randint(0, 3, (BATCH,))

    def step() -> None:
        loss = torch.nn.functional.cross_entropy(model(images), truth)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()

    for _ in range(10):
        step()
    before = resource.getrusage(resource.RUSAGE_SELF)
    for _ in range(count):
        step()
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "images per CPU second": BATCH * count / seconds,
        "pages cleared per step": (after.ru_minflt - before.ru_minflt) / count,
    }


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    main()

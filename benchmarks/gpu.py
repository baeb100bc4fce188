"""What only a GPU can show: that it trains, repeats itself, resumes and explains as a CPU does.

    python benchmarks/gpu.py                  # writes benchmarks/gpu.csv
    python benchmarks/gpu.py --device cpu     # tries the script itself, and writes nothing

Last output: not run. No machine with a GPU was at hand; what of it a CPU can show, the tests do
(tests/training/test_gpu.py, tests/base/test_device.py). Every row holds a question, a number and
the most that the number may be.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from fastai.callback.core import Callback

from cxrstudy.base import device as devices
from cxrstudy.explain import heatmaps
from cxrstudy.training.checkpoint import Checkpoint
from cxrstudy.training.model import build, expected_input_of, normalise
from cxrstudy.training.scoring import macro_auroc, score
from cxrstudy.training.train import train
from tests.support.builders import STAGE, TINY, Made, make_role

LONG = STAGE.but(steps=60, batch_size=16, validations=4, learning_rate=0.02, mixup=0.3)


class Stopped(BaseException):
    """What ends a training in its middle."""


class StopAt(Callback):
    """Stop after so many steps."""

    def __init__(self, steps: int) -> None:
        self.left = steps

    def after_step(self) -> None:
        """Count a step."""
        self.left -= 1
        if self.left < 0:
            raise Stopped


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    asked = parser.parse_args()
    if asked.device == "cuda" and devices.kind() != "cuda":
        sys.exit("torch sees no GPU here; nothing was run")
    with tempfile.TemporaryDirectory() as folder:
        rows = list(answers(make_role(Path(folder), images=160), asked.device, Path(folder)))
    for question, found, most in rows:
        print(f"{found:12.6g}  at most {most:<8g} {question}")
    if asked.device == "cuda":
        with Path(__file__).with_suffix(".csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("device", "torch", "question", "found", "most"))
            for row in rows:
                writer.writerow((devices.name("cuda"), torch.__version__, *row))
    if failed := [question for question, found, most in rows if not found <= most]:
        sys.exit(f"too much: {failed}")


def answers(made: Made, device: Any, folder: Path) -> Iterator[tuple[str, float, float]]:
    """Yield question, number found and the most that it may be."""
    devices.reset_peak_memory(device)
    model = trained(made, device)
    again = trained(made, device)
    yield "difference of weights, trained twice", largest(model, again), 0.0
    path = folder / "gpu.checkpoint"
    try:
        trained(made, device, Checkpoint(path, every=0), StopAt(40))
    except Stopped:
        resumed = trained(made, device, Checkpoint(path, every=0))
        yield "difference of weights, stopped and resumed", largest(model, resumed), 0.0
    rows, expects = made.role.rows("test"), expected_input_of(model)
    here = score(model, made.pixels, rows, made.role.task, expects)
    other = deepcopy(model).cpu()
    there = score(other, made.pixels, rows, made.role.task, expects)
    yield "difference of scores from those of a CPU", float(np.abs(here - there).max()), 1e-3
    yield (
        "AUROC lacking to 1 on images that are easy",
        1 - macro_auroc(made.role.truth[rows], here),
        0.1,
    )
    pixels = made.pixels[rows[:8]]
    for method in ("gradcam", "gradcam++"):
        maps = [
            heatmaps(each, normalise(pixels, expects, "cpu"), 1, method) for each in (model, other)
        ]
        scale = max(float(np.abs(maps[1]).max()), 1e-9)
        difference = float(np.abs(maps[0] - maps[1]).max()) / scale
        yield f"difference of {method} from that of a CPU, of its peak", difference, 1e-2
    yield "gigabytes at most", devices.peak_memory_bytes(device) / 1e9, 4.0


def trained(made: Made, device: Any, *callbacks: Any) -> Any:
    model = build(TINY, len(made.role.labels), 0, None)
    train(model, made.role, made.pixels, LONG, expected_input_of(model), device, callbacks)
    return model


def largest(one: Any, other: Any) -> float:
    """Largest difference of two networks' weights."""
    pairs = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return max(float((a.double() - b.double()).abs().max()) for a, b in pairs)


if __name__ == "__main__":
    main()

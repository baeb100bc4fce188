"""Measure what held arithmetic costs: processor seconds of the same training, native and held.

Run from the project root: ``python benchmarks/held.py [PAIRS]``. Each training is a process of its
own, because arithmetic is chosen before a library is imported; native and held take turns. It
writes ``benchmarks/held.csv``, one row per network:

===========  =====================================================================================
``network``  architecture of timm, of one input channel
``pixels``   side of the images
``native``   processor seconds of a training step, with one thread; median over pairs
``held``     the same, held to AVX2
``ratio``    held by native within a pair; median, with ``lowest`` and ``highest`` over pairs
``pairs``    how often
===========  =====================================================================================
"""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd

from cxrstudy.base.arithmetic import VARIABLE
from cxrstudy.base.progress import progress

TABLE = Path(__file__).with_suffix(".csv")
#: Network, options of it, side of an image, images of a batch and steps.
SIZES = (
    ("resnet10t", (("channels", (32, 64, 128, 256)),), 64, 32, 40),
    ("tf_efficientnet_lite0", (), 128, 16, 10),
    ("densenet121", (), 224, 8, 4),
)
#: One training, of which the first step is not counted: it sets libraries up.
TRAINING = """
import sys, time
import cxrstudy, torch
from cxrstudy.training.chain import Start
from cxrstudy.training.model import build
name, options, pixels, batch, steps = eval(sys.argv[1])
torch.set_num_threads(1)
torch.manual_seed(0)
model = build(Start(name, "random", options), 2, 0, None).train()
model = model.to(memory_format=torch.channels_last)
optimiser = torch.optim.AdamW(model.parameters())
images = torch.randn(batch, 1, pixels, pixels).contiguous(memory_format=torch.channels_last)
truth = torch.arange(batch) % 2
for step in range(steps + 1):
    if step == 1:
        begun = time.process_time()
    optimiser.zero_grad()
    torch.nn.functional.cross_entropy(model(images), truth).backward()
    optimiser.step()
print((time.process_time() - begun) / steps)
"""


def seconds(size: tuple[object, ...], kind: str) -> float:
    """Processor seconds of a step."""
    environment = os.environ | {VARIABLE: kind, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-c", TRAINING, repr(size)]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(found.stdout)


def row(size: tuple[object, ...], pairs: int) -> dict[str, object]:
    """One row of the table."""
    kinds = ("native", "held")
    found = np.array([[seconds(size, kind) for kind in kinds] for _ in progress(range(pairs), "")])
    native, held = np.median(found, axis=0)
    ratios = found[:, 1] / found[:, 0]
    return {
        "network": size[0], "pixels": size[2], "native": round(native, 4), "held": round(held, 4),
        "ratio": round(float(np.median(ratios)), 3), "lowest": round(ratios.min(), 3),
        "highest": round(ratios.max(), 3), "pairs": pairs,
    }  # fmt: skip


if __name__ == "__main__":
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    table = pd.DataFrame([row(size, many) for size in SIZES])
    table.to_csv(TABLE, index=False, lineterminator="\n")
    print(table.to_string(index=False))

"""Images that are scored in a second of processor time, by memory layout and batch, in rounds.

    python benchmarks/scoring.py

Runs score in batches of 128 with a contiguous network (``cxrstudy.training.scoring``). Another
layout or batch gives other last bits, so it would change what is recorded; this says what it would
gain. Each round scores the same made images in each way in turn, on one thread; the first is not
counted. The median of the rounds is written to ``benchmarks/scoring.csv``, one row per network;
``times`` is the best way against that of runs.
"""

import argparse
import time
from itertools import product
from pathlib import Path
from statistics import median

import numpy as np
import pandas as pd
import torch
from training import NETWORKS

from cxrstudy.base import places
from cxrstudy.base.allocator import keep_freed_memory
from cxrstudy.runs.provenance import checkout
from cxrstudy.training.model import build, expected_input_of, normalise
from cxrstudy.training.scoring import BATCH
from cxrstudy.training.train import make_repeatable

TABLE = Path(__file__).with_suffix(".csv")
LAYOUTS = {"contiguous": torch.contiguous_format, "channels-last": torch.channels_last}
BATCHES = (32, BATCH)


@torch.inference_mode()
def rate(model, expects, images, layout, batch):
    """Images per second of processor time."""
    model = model.to(memory_format=LAYOUTS[layout]).eval()
    began = time.process_time()
    for first in range(0, len(images), batch):
        shown = normalise(images[first : first + batch], expects, "cpu")
        model(shown.contiguous(memory_format=LAYOUTS[layout]))
    return len(images) / (time.process_time() - began)


def main():
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    make_repeatable()
    keep_freed_memory()
    ways, found = list(product(LAYOUTS, BATCHES)), []
    for title, (start, pixels) in NETWORKS.items():
        model = build(start, 3, 0, None)
        expects = expected_input_of(model)
        images = np.random.default_rng(0).integers(0, 256, (512, pixels, pixels), np.uint8)
        rates = {way: [rate(model, expects, images, *way)] for way in ways}
        for turn in range(given.rounds):
            for way in ways[turn % len(ways) :] + ways[: turn % len(ways)]:
                rates[way].append(rate(model, expects, images, *way))
        typical = {
            f"{layout}, {batch}": round(median(rates[layout, batch][1:])) for layout, batch in ways
        }
        times = round(max(typical.values()) / typical[f"contiguous, {BATCH}"], 2)
        found.append(
            {"network": title, **typical, "times": times, "commit": checkout(places.root())[0]}
        )
        print(found[-1], flush=True)
    pd.DataFrame(found).to_csv(TABLE, index=False, lineterminator="\n")


if __name__ == "__main__":
    main()

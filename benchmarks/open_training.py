"""Processor time of a training in the open beside that of the engine, in pairs.

Each pair trains the same stage of the quick profile three times in this process: as a run does it
(``cxrstudy.runs.computation``), as a reader does it in a notebook (``study.learner`` and
``fit_one_cycle``), and once more as a run does it, which shows how far two trainings of one kind
differ on this machine. Measured is the processor time of this process, from the making of the
learner to the last step, so that what else runs on the machine counts little. The order changes
from pair to pair, so that a machine that becomes slower favours none.

    python benchmarks/open_training.py --pairs 7

It writes ``benchmarks/open_training.csv``, one row per pair: ``engine``, ``opened`` and ``again``
are seconds of the three, ``order`` says which came first, ``commit`` is that of the package.

The committed table is of 12 pairs on two cores with much else running: the median of opened by
engine is 1.013, that of again by engine .999, and the quartiles of both lie three to six percent
apart from 1. So a difference of two percent can't be told from none there.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from fastai.callback.progress import ProgressCallback

from cxrstudy.base import device, places
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.provenance import checkout
from cxrstudy.study.jobs import squares_of
from cxrstudy.study.study import Study
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.train import make_repeatable, train

TABLE = Path(__file__).with_suffix(".csv")


def engine(study, stage):
    """Train as a run does it."""
    chain = study.random_init >> stage
    role = study.cohort.role(*stage.roles)
    names = sorted({str(name) for name in role.table["manifest"]})
    maps = {name: squares_of(study.cohort, name, stage.pixels) for name in names}
    began = time.process_time()
    model = build(chain.start, len(role.labels), stage.seed, None)
    pixels = RolePixels(role.table, maps, stage.visible)
    train(model, role, pixels, stage, expected_input_of(model), device.kind())
    return time.process_time() - began


def opened(study, stage):
    """Do the same training as a reader does it."""
    began = time.process_time()
    learn = study.learner(study.random_init >> stage)
    learn.remove_cb(ProgressCallback)
    learn.logger = lambda _: None
    learn.fit_one_cycle(stage.validations, stage.learning_rate)
    return time.process_time() - began


WAYS = {"engine": engine, "opened": opened, "again": engine}


def measured(study, stage, pairs):
    """Seconds of each way, one row per pair."""
    rows = []
    for pair in range(pairs):
        names = np.roll(list(WAYS), pair)
        seconds = {name: round(WAYS[name](study, stage), 2) for name in names}
        rows.append({"order": " ".join(names)} | {name: seconds[name] for name in WAYS})
        print(rows[-1], flush=True)
    return pd.DataFrame(rows)


def main():
    """Write the seconds of each pair, and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--steps", type=int, default=64)
    given = parser.parse_args()
    make_repeatable()
    study = Study("quick", "phantom", 1)
    stage = study.stage("target").but(steps=given.steps)
    for way in (engine, opened):  # what is loaded once
        way(study, stage.but(steps=4))
    table = measured(study, stage, given.pairs)
    table["commit"] = checkout(places.root())[0]
    table.to_csv(TABLE, index=False, lineterminator="\n")
    for name in ("opened", "again"):
        ratios = table[name] / table["engine"]
        print(
            f"{name} / engine, {len(ratios)} pairs: median {ratios.median():.3f}, quartiles "
            f"{ratios.quantile(0.25):.3f} and {ratios.quantile(0.75):.3f}, "
            f"{ratios.min():.3f} to {ratios.max():.3f}"
        )


if __name__ == "__main__":
    main()

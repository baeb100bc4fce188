"""How much of a training's processor time is network, loss and optimiser alone, in pairs.

Each pair takes the same number of optimiser steps twice in this process: as a run does it (batches
read from the pixel map, augmented and normalised, through fastai's ``Learner`` with the callbacks
of a run), and bare: the same network, loss and optimiser on one batch that stays in memory. The
validation at the end of a training is measured by itself and taken off. The order changes from pair
to pair. Seconds are processor time of this process, so that what else runs on the machine counts
little.

    python benchmarks/training.py --pairs 7

It writes ``benchmarks/training.csv``, one row per network: the medians of both in milliseconds a
step, ``share``, the median over pairs of bare by whole (the goal is .97), and its quartiles.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from cxrstudy.base import device, places
from cxrstudy.base.allocator import keep_freed_memory
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.provenance import checkout
from cxrstudy.study.jobs import squares_of
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Start
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.train import fit_stage, loaders, make_learner, make_repeatable

TABLE = Path(__file__).with_suffix(".csv")
NETWORKS = {
    "resnet10t, thin, 64 px": (Start("resnet10t", options=(("channels", (32, 64, 128, 256)),)), 64),
    "tf_efficientnet_lite0, 64 px": (Start("tf_efficientnet_lite0"), 64),
    "tf_efficientnet_lite0, 128 px": (Start("tf_efficientnet_lite0"), 128),
}


def learner_of(study, start, stage):
    """A new learner of the stage, as a run makes it."""
    role = study.cohort.role(*stage.roles)
    names = sorted({str(name) for name in role.table["manifest"]})
    maps = {name: squares_of(study.cohort, name, stage.pixels) for name in names}
    model = build(start, len(role.labels), stage.seed, None)
    pixels = RolePixels(role.table, maps, stage.visible)
    batches = loaders(role, pixels, stage, expected_input_of(model), device.kind())
    learner = make_learner(model, batches, stage)
    learner.remove_cb(learner.progress)
    learner.logger = lambda _: None
    return learner


def whole(learner, stage):
    """Processor seconds of a training's steps, without the validation at its end."""
    began = time.process_time()
    fit_stage(learner, stage)
    trained = time.process_time()
    learner.validate()
    return 2 * trained - began - time.process_time()


def bare(learner, stage):
    """Processor seconds of as many steps on one batch."""
    images, truth = (part.as_subclass(torch.Tensor) for part in learner.dls.train.one_batch())
    images = images.contiguous(memory_format=torch.channels_last)
    learner.create_opt()
    model, optimiser = learner.model.train(), learner.opt
    began = time.process_time()
    for _ in range(stage.steps):
        loss = learner.loss_func(model(images), truth)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    return time.process_time() - began


WAYS = {"whole": whole, "bare": bare}


def measured(study, start, stage, pairs):
    """Milliseconds a step of both ways, one row per pair."""
    for way in WAYS.values():  # what is loaded once
        way(learner_of(study, start, stage.but(steps=4, validations=1)), stage.but(steps=4))
    rows = []
    for pair in range(pairs):
        row = {
            name: 1000 * WAYS[name](learner_of(study, start, stage), stage) / stage.steps
            for name in map(str, np.roll(list(WAYS), pair))
        }
        rows.append(row)
        print({name: round(value, 1) for name, value in row.items()}, flush=True)
    return pd.DataFrame(rows)


def main():
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--steps", type=int, default=60)
    given = parser.parse_args()
    make_repeatable()
    keep_freed_memory()
    study = Study("quick", "phantom", 1)
    rows = []
    for title, (start, pixels) in NETWORKS.items():
        stage = study.stage("target").but(steps=given.steps, validations=1, pixels=pixels)
        pairs = measured(study, start, stage, given.pairs)
        share = (pairs["bare"] / pairs["whole"]).quantile([0.5, 0.25, 0.75]).round(3)
        rows.append(
            {"network": title, "pairs": len(pairs), "steps": given.steps}
            | pairs[list(WAYS)].median().round(1).to_dict()
            | dict(zip(["share", "low", "high"], share, strict=True))
            | {"commit": checkout(places.root())[0]}
        )
        print(rows[-1], flush=True)
        pd.DataFrame(rows).to_csv(TABLE, index=False, lineterminator="\n")


if __name__ == "__main__":
    torch.manual_seed(0)
    main()

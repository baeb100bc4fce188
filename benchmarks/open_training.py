"""Time of a training in the open beside that of the engine, in pairs.

Each pair trains the same stage of the quick profile twice in this process: as a run does it
(``cxrstudy.runs.computation``), and as a reader does it in a notebook (``study.learner`` and
``fit_one_cycle``). Both are timed from the making of the learner to the last step. Which one is
first changes from pair to pair, so that a machine that becomes slower does not favour one.

    python benchmarks/open_training.py --pairs 7
"""

import argparse
import statistics
import time

import numpy as np
from fastai.callback.progress import ProgressCallback

from cxrstudy.base import device
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.study.jobs import squares_of
from cxrstudy.study.study import Study
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.train import make_repeatable, train


def engine(study, stage):
    """Seconds of a training as a run does it."""
    chain = study.random_init >> stage
    role = study.cohort.role(*stage.roles)
    names = sorted({str(name) for name in role.table["manifest"]})
    maps = {name: squares_of(study.cohort, name, stage.pixels) for name in names}
    began = time.perf_counter()
    model = build(chain.start, len(role.labels), stage.seed, None)
    pixels = RolePixels(role.table, maps, stage.visible)
    train(model, role, pixels, stage, expected_input_of(model), device.kind())
    return time.perf_counter() - began


def opened(study, stage):
    """Seconds of the same training as a reader does it."""
    began = time.perf_counter()
    learn = study.learner(study.random_init >> stage)
    learn.remove_cb(ProgressCallback)
    learn.logger = lambda _: None
    learn.fit_one_cycle(stage.validations, stage.learning_rate)
    return time.perf_counter() - began


def main():
    """Print the seconds of both, and the ratio of each pair."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--steps", type=int, default=64)
    given = parser.parse_args()
    make_repeatable()
    study = Study("quick", "phantom", 1)
    stage = study.stage("target").but(steps=given.steps)
    ways = (engine, opened)
    for way in ways:  # what is loaded once
        way(study, stage.but(steps=4))
    seconds = {way: [] for way in ways}
    for pair in range(given.pairs):
        for way in ways[:: 1 if pair % 2 else -1]:
            seconds[way].append(way(study, stage))
    ratios = np.divide(seconds[opened], seconds[engine])
    for way in ways:
        print(f"{way.__name__}: median {statistics.median(seconds[way]):.2f} s")
    print(
        f"opened / engine: median {np.median(ratios):.3f}, {ratios.min():.3f} to {ratios.max():.3f}"
    )


if __name__ == "__main__":
    main()

"""Computation: what a run computes, from pixels and weights to trained weights and scores.

Everything that this module imports decides the bits of a run, and counts for its id
(:mod:`cxrstudy.base.coverage`). It reads no store and writes nothing but a checkpoint.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from fastai.callback.core import Callback
from numpy.typing import NDArray
from torch import Tensor, nn

from cxrstudy.base.device import DeviceKind
from cxrstudy.data.role import Role
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.score_table import score_table
from cxrstudy.training.backbone import backbone_of, head_of
from cxrstudy.training.chain import Chain
from cxrstudy.training.checkpoint import Checkpoint
from cxrstudy.training.model import build, normalisation_of
from cxrstudy.training.scoring import score
from cxrstudy.training.stage import Stage
from cxrstudy.training.train import make_repeatable, train

#: Splits of its own role that a run scores, in this order. Other roles: their test split.
SCORED_SPLITS = ("validation", "test")
OTHER_SPLIT = "test"


@dataclass(frozen=True)
class Computed:
    """What a run computed.

    Attributes
    ----------
    backbone, head
        Weights, by name.
    epochs
        One row per validation.
    scores
        One row per image of the splits that are scored.
    seconds
        Wall time of ``training`` and ``scoring``.
    """

    backbone: Mapping[str, Tensor]
    head: Mapping[str, Tensor]
    epochs: pd.DataFrame
    scores: pd.DataFrame
    seconds: Mapping[str, float]


def compute(
    chain: Chain,
    role: Role,
    maps: Mapping[str, Path],
    backbone: dict[str, Tensor] | None,
    device: DeviceKind,
    checkpoint: Path,
    watching: Sequence[Callback] = (),
) -> Computed:
    """Train the last stage of a chain, and score its own role.

    Parameters
    ----------
    chain
        Up to and including the stage.
    role
        What is trained on.
    maps
        Manifest to its file of pixels at the stage's resolution.
    backbone
        What the run before left; None for the first stage of a chain.
    device
        Where to compute.
    checkpoint
        File to go on from when it is there, and to leave on the way.
    watching
        Further callbacks of fastai, which change no bit.
    """
    make_repeatable()
    stage = chain.stages[-1]
    model = build(chain.start, len(role.labels), stage.seed, backbone)
    normalisation = normalisation_of(model)
    pixels = RolePixels(role.table, maps, stage.visible)
    began = time.perf_counter()
    callbacks = [Checkpoint(checkpoint), *watching]
    epochs = train(model, role, pixels, stage, normalisation, device, callbacks)
    trained = time.perf_counter()
    tables = list(_scores(model, role, pixels, SCORED_SPLITS, role, normalisation))
    seconds = {"training": trained - began, "scoring": time.perf_counter() - trained}
    return Computed(
        backbone_of(model), head_of(model), epochs, pd.concat(tables, ignore_index=True), seconds
    )


def score_other_role(
    model: nn.Module, stage: Stage, trained_on: Role, role: Role, maps: Mapping[str, Path]
) -> pd.DataFrame:
    """Score the test split of a role that took no part in training.

    Parameters
    ----------
    model
        As the run left it.
    stage
        Of the run; says what may be seen of an image.
    trained_on
        Role of the run, whose labels the model's outputs stand for.
    role
        What is scored.
    maps
        Manifest to its file of pixels at the stage's resolution.

    Returns
    -------
    One row per image; no row where the split is empty.
    """
    make_repeatable()
    pixels = RolePixels(role.table, maps, stage.visible)
    normalisation = normalisation_of(model)
    tables = list(_scores(model, role, pixels, (OTHER_SPLIT,), trained_on, normalisation))
    return tables[0] if tables else score_table(role, _NONE, OTHER_SPLIT, _NO_SCORES, ())


_NONE, _NO_SCORES = np.empty(0, np.intp), np.empty((0, 0), np.float32)


def _scores(
    model: nn.Module,
    role: Role,
    pixels: RolePixels,
    splits: Sequence[str],
    trained_on: Role,
    normalisation: tuple[float, float],
) -> Iterator[pd.DataFrame]:
    for split in splits:
        rows: NDArray[np.intp] = role.rows(split)
        if len(rows):
            scores = score(model, pixels, rows, trained_on.task, normalisation)
            yield score_table(role, rows, split, scores, trained_on.labels)

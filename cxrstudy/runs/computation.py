"""Computation: what a run computes, from pixels and weights to trained weights and scores.

The id of a run covers everything that this module imports (:mod:`cxrstudy.base.coverage`). The
module does not read the store, and writes only a checkpoint.
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

from cxrstudy.base.columns import score_column
from cxrstudy.base.device import DeviceKind
from cxrstudy.data.role import Role
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.score_table import score_table
from cxrstudy.training.backbone import backbone_of, head_of
from cxrstudy.training.chain import Chain
from cxrstudy.training.checkpoint import Checkpoint
from cxrstudy.training.expected_input import ExpectedInput
from cxrstudy.training.model import build, create, expected_input_of
from cxrstudy.training.parts import RecipeError
from cxrstudy.training.scoring import BATCH, score
from cxrstudy.training.stage import Stage
from cxrstudy.training.train import make_repeatable, train

#: Splits of its own role that a run scores, in this order. Other roles: their test split.
SCORED_SPLITS = ("validation", "test")
OTHER_SPLIT = "test"


@dataclass(frozen=True)
class Computed:
    """Results of a run.

    Attributes
    ----------
    backbone, head
        Trained weights, by name.
    epochs
        One row per validation during training.
    scores
        One row per image of the scored splits.
    seconds
        Wall time of ``training`` and ``scoring``, in seconds.
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
        Chain up to and including the stage to train.
    role
        Role to train on.
    maps
        Name of each manifest to its file of pixels at the stage's resolution.
    backbone
        Backbone weights of the previous run; None for the first stage of a chain.
    device
        Device to compute on.
    checkpoint
        Checkpoint file. Training continues from it if it exists, and writes it from time to time.
    watching
        Further fastai callbacks, which do not change the result.
    """
    make_repeatable()
    stage = chain.stages[-1]
    model = build(chain.start, len(role.labels), stage.drawn_with, backbone)
    expects = expected_input_of(model)
    pixels = RolePixels(role.table, maps, stage.visible)
    began = time.perf_counter()
    callbacks = [Checkpoint(checkpoint), *watching]
    epochs = train(model, role, pixels, stage, expects, device, callbacks)
    trained = time.perf_counter()
    tables = list(_scores(model, role, pixels, SCORED_SPLITS, role, expects))
    if stage.recipe:
        _check_network(chain, model, pixels, role, tables[0])
    seconds = {"training": trained - began, "scoring": time.perf_counter() - trained}
    return Computed(
        backbone_of(model), head_of(model), epochs, pd.concat(tables, ignore_index=True), seconds
    )


def _check_network(
    chain: Chain, model: nn.Module, pixels: RolePixels, role: Role, scores: pd.DataFrame
) -> None:
    """Refuse a recipe that changed what the network computes, which no record would show."""
    recorded = create(chain.start, len(role.labels))
    recorded.load_state_dict({**backbone_of(model), **head_of(model)})
    recorded.to(next(model.parameters()).device)
    rows = role.rows(SCORED_SPLITS[0])[:BATCH]
    again = score(recorded, pixels, rows, role.task, expected_input_of(recorded))
    columns = [score_column(label) for label in role.labels]
    if not np.array_equal(again, scores[columns].to_numpy()[: len(rows)]):
        raise RecipeError(
            f"recipe {chain.stages[-1].recipe} changed what the network computes, not only its "
            "weights, so that the recorded network would give other scores; give another network "
            "to the arm's start: study.start('FILE:FUNCTION')"
        )


def score_other_role(
    model: nn.Module, stage: Stage, trained_on: Role, role: Role, maps: Mapping[str, Path]
) -> pd.DataFrame:
    """Score the test split of a role that the model was not trained on.

    Parameters
    ----------
    model
        Trained model of the run.
    stage
        Stage of the run; it defines which part of an image is visible.
    trained_on
        Training role of the run; the model's outputs are its labels.
    role
        Role to score.
    maps
        Name of each manifest to its file of pixels at the stage's resolution.

    Returns
    -------
    One row per image; no rows if the split is empty.
    """
    make_repeatable()
    pixels = RolePixels(role.table, maps, stage.visible)
    expects = expected_input_of(model)
    tables = list(_scores(model, role, pixels, (OTHER_SPLIT,), trained_on, expects))
    return tables[0] if tables else score_table(role, _NONE, OTHER_SPLIT, _NO_SCORES, ())


_NONE, _NO_SCORES = np.empty(0, np.intp), np.empty((0, 0), np.float64)


def _scores(
    model: nn.Module,
    role: Role,
    pixels: RolePixels,
    splits: Sequence[str],
    trained_on: Role,
    expects: ExpectedInput,
) -> Iterator[pd.DataFrame]:
    for split in splits:
        rows: NDArray[np.intp] = role.rows(split)
        if len(rows):
            scores = score(model, pixels, rows, trained_on.task, expects)
            yield score_table(role, rows, split, scores, trained_on.labels)

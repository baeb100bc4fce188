"""Cures beside the notebooks: what they draw, whatever the tie in the training set."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from cxrstudy.base import device
from cxrstudy.base.own_function import own_function
from cxrstudy.training.batches import loaders
from cxrstudy.training.model import build, expected_input_of
from cxrstudy.training.train import make_learner
from tests.support.builders import STAGE, TINY, make_role
from tests.support.some import some


@pytest.mark.parametrize("tie", [0.5, 0.95])
def test_each_pair_of_hospital_and_disease_is_drawn_equally_often(tmp_path, tie):
    made = make_role(tmp_path)
    sick = made.role.truth[:, 1] == 1
    follows = np.random.default_rng(1).random(len(sick)) < tie
    table = made.role.table.assign(
        source=np.where(sick == follows, "birch", "alder"),
        labels=np.where(sick, "covid19", "normal"),
    )
    stage = STAGE.but(steps=12, recipe=own_function("cures:hospital_balanced"))
    model = build(TINY, 2, stage.seed, None)
    role = replace(made.role, table=table)
    dls = loaders(role, made.pixels, stage, expected_input_of(model), device.kind())
    train = make_learner(model, dls, stage).dls.train
    pairs = [(row.source, row.labels) for row in train.items.itertuples()]
    drawn = Counter(pairs[place] for _ in range(8) for place in train.get_idxs())
    assert set(drawn) == set(some(pairs))
    assert max(drawn.values()) - min(drawn.values()) <= 1

"""Each network: what is measured comes back for every arm, seed and image, under its name."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxrstudy import phantom
from cxrstudy.data.cohort import Cohort
from cxrstudy.explain.each_network import Floats, Shown, measured
from cxrstudy.explain.errors import ExplainError
from cxrstudy.runs.network import TrainedNetwork

ARMS = ["control", (2, "larger")]


def grey(network: TrainedNetwork, shown: Shown) -> dict[str, Floats]:
    return {"grey": shown.squares.mean((1, 2)), "side": np.full(len(shown.rows), network.pixels)}


@pytest.fixture(scope="module")
def shown(small: SimpleNamespace) -> pd.DataFrame:
    """The first three test images that show the study's label."""
    table = small.arms.study.cohort.role("target").table
    return table[(table["split"] == "test") & (table["labels"] == "covid19")][:3]


@pytest.fixture(scope="module")
def table(small: SimpleNamespace) -> pd.DataFrame:
    return measured(small.arms.only(ARMS), "", "target", 3, grey)


def test_there_is_one_row_per_arm_seed_and_image(
    small: SimpleNamespace, shown: pd.DataFrame, table: pd.DataFrame
) -> None:
    assert table["arm"].tolist() == [arm for arm in ARMS for _ in range(6)]
    assert table["seed"].tolist() == [0, 0, 0, 1, 1, 1] * 2
    for column in ("id", "patient"):
        assert table[column].tolist() == shown[column].tolist() * 4
    assert table["run"].unique().tolist() == [
        small.arms.trained[arm, seed] for arm in ARMS for seed in (0, 1)
    ]
    assert set(table["role"]) == {"target"}


def test_each_network_is_asked_about_the_images_at_its_size(
    shown: pd.DataFrame, table: pd.DataFrame
) -> None:
    assert table["score_side"].tolist() == [64] * 6 + [96] * 6
    expected = [
        phantom.read(path, side).mean() for side in (64, 64, 96, 96) for path in shown["path"]
    ]
    assert table["score_grey"].tolist() == pytest.approx(expected)


def test_images_that_are_no_phantoms_are_refused_though_others_are(
    small: SimpleNamespace, shown: pd.DataFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = small.arms.study.cohort.role("target")
    patients = role.table.copy()
    patients.loc[shown.index[1], "path"] = "patient.png"
    monkeypatch.setattr(Cohort, "role", lambda self, name: replace(role, table=patients))
    with pytest.raises(ExplainError, match="role 'target' has images that are no phantoms"):
        measured(small.arms.only(["control"]), "", "target", 3, grey)

"""Scores that need no image."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.data.role import Role
from cxrstudy.pages.source_baseline import source_alone
from cxrstudy.statistics import auroc, estimates


def role(name, rows):
    """A role from (source, covid or not, split)."""
    table = pd.DataFrame(rows, columns=["source", "covid", "split"])
    table["id"] = [f"{name}-{n}" for n in range(len(table))]
    table["patient"] = table["id"]
    truth = np.stack([table["covid"] == 0, table["covid"] == 1], 1).astype(np.float32)
    return Role(name, "multiclass", ("normal", "covid19"), table, truth)


TIED = [("a", 1, "train")] * 8 + [("a", 0, "train")] * 2 + [("b", 0, "train")] * 10


def test_a_source_scores_as_often_as_the_label_occurs_there():
    trained = role("target", [*TIED, ("a", 1, "test"), ("b", 0, "test"), ("new", 1, "test")])
    scores = source_alone(trained, [trained], seeds=1)
    assert scores["score_covid19"].tolist() == pytest.approx([9 / 12, 1 / 12, 9 / 22])
    assert scores["score_normal"].tolist() == pytest.approx([3 / 12, 11 / 12, 13 / 22])


def test_test_images_do_not_teach():
    few = role("target", [*TIED, ("a", 1, "test")])
    many = role("target", [*TIED, ("a", 1, "test"), *[("a", 0, "test")] * 50])
    first, second = (source_alone(r, [r], 1)["score_covid19"].iloc[0] for r in (few, many))
    assert first == second


def test_a_tied_source_gives_the_label_away_and_a_reversed_one_the_opposite():
    trained = role("target", [*TIED, *[("a", 1, "test")] * 10, *[("b", 0, "test")] * 10])
    turned = role("reversed", [("b", 1, "test")] * 10 + [("a", 0, "test")] * 10)
    scores = source_alone(trained, [trained, turned], seeds=2)
    found = [estimates(scores, auroc("covid19"), role=name) for name in ("target", "reversed")]
    assert [table["estimate"].iloc[0] for table in found] == [1.0, 0.0]
    assert found[0]["seeds"].iloc[0] == 2

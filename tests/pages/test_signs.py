"""Signs: what a page says of whether the sign was learnt follows from the effects."""

import pandas as pd
import pytest

from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.pages.signs import UNKNOWING, learnt


def effects(**by_arm):
    rows = {"no sign": 0.0, "no sign, again": 0.0, **by_arm}
    return pd.DataFrame({"arm": rows.keys(), "estimate": rows.values()})


@pytest.mark.parametrize("seeds", [1, fewest_seeds()])
@pytest.mark.parametrize("trained", [0.0007, 0.0016])
def test_no_more_than_in_a_network_that_cannot_know_it_is_not_learnt(trained, seeds):
    said = learnt(effects(sign=trained, **{UNKNOWING: 0.0016}), seeds)
    assert f"by +{trained:.4f} in a network" in said
    assert "by +0.0016 in one that can't" in said
    assert "was not learnt" in said


def test_more_than_that_is_a_finding_only_with_seeds_enough():
    found = effects(faint=0.001, strong=0.3, **{UNKNOWING: 0.002})
    few, enough = (learnt(found, seeds) for seeds in (fewest_seeds() - 1, fewest_seeds()))
    for said in (few, enough):
        assert "by +0.300 in a network" in said
        assert "not learnt" not in said
    assert "So few trainings" in few
    assert "table of differences" in enough

"""Explore: what there is to explore must exist, under names that are text."""

import pytest

from cxrstudy.data.role_checks import CohortError
from cxrstudy.explorer import ExplorerError, explore, networks_of
from cxrstudy.runs.store import StoreError
from tests.support.explored import made_cohort, made_network


def test_what_there_is_to_explore_must_exist(tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    cohort, arms = made_cohort(2), {"control": made_network()}
    with pytest.raises(ExplorerError, match="no arm to explore"):
        explore({}, cohort)
    with pytest.raises(StoreError, match="0 runs begin with 'beef'"):
        explore("beef", cohort)
    with pytest.raises(ExplorerError, match="no image in the split 'train'; it has test"):
        explore(arms, cohort, split="train")
    with pytest.raises(CohortError, match="no role 'external'"):
        explore(arms, cohort, role="external")


def test_one_network_is_an_arm_of_its_own():
    assert list(networks_of(made_network())) == ["network"]


def test_names_of_arms_are_text():
    assert list(networks_of({1: made_network(), 0.25: made_network(1)})) == ["1", "0.25"]
    with pytest.raises(ExplorerError, match="two arms are named '1'"):
        networks_of({1: made_network(), "1": made_network()})

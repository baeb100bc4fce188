"""Arms: chains by name on a study, planned once, trained and read together."""

import pandas as pd
import pytest

from cxrstudy.study.study import Study
from tests.support.recorded import project, record_all


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    with project(tmp_path_factory.mktemp("project") / "made"):
        yield Study("tiny", "made", 2)


@pytest.fixture(scope="module")
def arms(study):
    start, target = study.pretrained, study.stage("target")
    made = study.arms(
        {
            "control": start >> target,
            "general": start >> study.stage("general") >> target,
            ("half", 0.5): start >> target.but(fraction=0.5),
        }
    )
    record_all(study, made)
    return made


def test_arms_are_their_chains_by_name(study, arms):
    assert list(arms) == ["control", "general", ("half", 0.5)]
    assert arms["control"] == study.pretrained >> study.stage("target")
    assert "pooled" not in arms
    assert len(arms) == 3


def test_some_of_the_arms_are_the_same_chains_on_the_same_study(study, arms):
    some = arms.only([("half", 0.5), "control"])
    assert list(some) == [("half", 0.5), "control"]
    assert some.study is study
    assert some["control"] == arms["control"]


def test_arms_are_planned_once(study, arms):
    assert arms.plan is arms.plan
    assert arms.plan == study.plan(dict(arms))


def test_what_is_recorded_is_read_and_not_trained(study, arms):
    scores = arms.scores()
    assert list(scores.columns[:3]) == ["arm", "seed", "run"]
    assert list(dict.fromkeys(scores["arm"])) == list(arms)
    pd.testing.assert_frame_equal(study.run(dict(arms)), scores)


def test_records_come_parents_first(arms):
    ids = [record.id for record in arms.records]
    assert len(ids) == len(set(ids)) == 2 * 4
    for record in arms.records:
        assert record.parent is None or ids.index(record.parent) < ids.index(record.id)

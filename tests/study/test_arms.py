"""Arms: chains by name on a study, planned once, trained and read together."""

import pandas as pd
import pytest

from cxrstudy.study.arms import ArmsError, NoSuchArm
from cxrstudy.study.study import Study
from cxrstudy.training.stage import StageError
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


@pytest.mark.parametrize(
    "name", [None, "", float("nan"), object(), frozenset("ab"), ("a", ("b", 1)), b"a"]
)
def test_a_name_that_a_table_would_lose_is_refused(study, arms, name):
    with pytest.raises(ArmsError, match=r"an arm is named .*give it a name such as"):
        study.arms({name: arms["control"]})


def test_arms_that_are_no_dictionary_are_refused_in_few_words(study, arms):
    for given, seen in (([arms["control"]], "a list"), (arms["control"], "a chain"), ({}, "an em")):
        with pytest.raises(ArmsError, match=f"arms are {seen}.*write a dictionary") as error:
            study.arms(given)
        assert len(str(error.value)) < 200


def test_an_arm_that_is_not_there_is_named_with_those_that_are(arms):
    for ask in (arms.only, lambda names: arms[names[0]], lambda names: arms.network(names[0])):
        with pytest.raises(NoSuchArm, match="no arm 'b'; the arms are 'control', 'general'"):
            ask(["b"])
    with pytest.raises(NoSuchArm, match="has the seeds 0 to 1, not 2"):
        arms.network("control", 2)
    assert arms.get("b") is None


@pytest.mark.parametrize("given", [lambda start, stage: stage, lambda start, stage: "target"])
def test_what_is_no_chain_is_followed_by_nothing(study, given):
    stage = study.stage("target")
    with pytest.raises(StageError, match=r"write study\.pretrained >> first"):
        given(study.pretrained, stage) >> stage


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

"""Arms: chains by name on a study, planned once, trained and read together."""

import pandas as pd
import pytest

from cxrstudy.runs.no_result import NoResultError
from cxrstudy.runs.outcome import FailedParentError, Outcome
from cxrstudy.runs.scores import collect
from cxrstudy.statistics import ScoreError, auroc, contrasts
from cxrstudy.study.arms import ArmsError, NoSuchArm
from cxrstudy.study.curves import curves_of
from cxrstudy.study.study import Study
from cxrstudy.training.stage import StageError
from tests.support.recorded import project, record, record_all
from tests.support.some import some


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
    for each in some(arms.records):
        assert each.parent is None or ids.index(each.parent) < ids.index(each.id)


# --- Arms without a result ------------------------------------------------------------------------

WORSE = Outcome(better_than_constant=False, p=0.4)


@pytest.fixture
def failing(tmp_path):
    """Arms of which one goes through a stage that has no result in the second seed."""
    with project(tmp_path / "made"):
        study = Study("tiny", "made", 2)
        start, target = study.pretrained, study.stage("target")
        general = study.stage("general")
        arms = study.arms(
            {
                "control": start >> target,
                "general": start >> general >> target,
                "twice": start >> general >> general.but(repeat=1) >> target,
            }
        )
        weak = None
        for run in arms.plan.runs:
            stages = run.chain.stages
            if weak and run.id in arms.plan.without_result(study.records):
                continue
            is_weak = [stage.roles for stage in stages] == [("general",)] and stages[0].seed == 1
            record(study, run, outcome=WORSE if is_weak else Outcome())
            weak = run.id if is_weak else weak
        yield study, arms, weak


def test_an_arm_below_a_failed_training_is_not_run_and_says_so(failing):
    study, arms, weak = failing
    why = f"run {weak[:12]} (random → general), has no result: not better than a constant on valid"
    assert set(arms.not_run) == {("general", 1), ("twice", 1)}
    assert arms.not_run["general", 1].startswith(f"not run: its parent, {why}")
    assert arms.not_run["twice", 1].startswith(f"not run: an earlier parent, {why}")
    assert arms.plan.missing(study.records) == ()
    assert set(arms.failed) == {"general", "twice"}
    assert arms.failed["general"].startswith("seed 1, not run: its parent, ")
    table = arms.trainings.set_index(["arm", "seed"])
    assert table.loc[("general", 1), "result"] == arms.not_run["general", 1]
    assert table.loc[("general", 0), "result"] == table.loc[("control", 1), "result"] == "yes"
    with pytest.raises(NoResultError, match="arm 'general', seed 1: not run: its parent"):
        arms.network("general", 1)


def test_the_other_arms_go_on_without_those_that_lack_a_seed(failing):
    _, arms, _ = failing
    scores = arms.scores()
    assert list(dict.fromkeys(scores["arm"])) == ["control"]
    assert set(scores["seed"]) == {0, 1}
    assert list(dict.fromkeys(curves_of(arms)["arm"])) == ["control"]
    assert list(arms.trained) == [("control", 0), ("control", 1)]
    ids = [record.id for record in arms.records]
    assert len(ids) == len(set(ids)) == 2 + 2 + 1 + 2  # control, general, twice's second, ends
    with pytest.raises(ScoreError, match="arm 'general' has no scores: seed 1, not run: its paren"):
        contrasts(scores, auroc("covid19"), against="general")


def test_arms_of_which_none_has_a_result_are_an_error_that_says_why(failing):
    study, arms, weak = failing
    alone = arms.only(["general", "twice"])
    for ask in (alone.scores, lambda: alone.trained, lambda: collect(alone.plan, study.records)):
        with pytest.raises(NoResultError, match=f"not run: its parent, run {weak[:12]}"):
            ask()


def test_a_learner_does_not_start_from_a_failed_training(failing):
    study, arms, weak = failing
    with pytest.raises(FailedParentError, match=f"not run: its parent, run {weak[:12]}"):
        study.learner(arms["general"], seed=1)

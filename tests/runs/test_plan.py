"""Plans: each run once, parents first, and only what is missing."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.data.cohort import Cohort
from cxrstudy.data.role import Role
from cxrstudy.data.role_checks import CohortError
from cxrstudy.runs import plan as planning
from cxrstudy.runs import scoring_record
from cxrstudy.runs.plan import make_plan
from cxrstudy.runs.record import id_of
from cxrstudy.training.chain import Chain, Start
from cxrstudy.training.expected_input import GREY_IMAGENET
from cxrstudy.training.stage import Stage
from tests.support.some import some
from tests.support.stores import write_identified

START = Chain(Start("resnet10t", expects=GREY_IMAGENET))
GENERAL, PNEUMONIA, TARGET = (Stage((name,)) for name in ("general", "pneumonia", "target"))


@pytest.fixture
def cohort(images):
    def role(name):
        table = images({"id": f"{name}-0"}, {"id": f"{name}-1", "split": "test"})
        return Role(name, "binary", (name,), table, np.zeros((2, 1), np.float32))

    names = ("general", "pneumonia", "target", "external")
    return Cohort("made", "Made", "", "", {name: role(name) for name in names}, {})


@pytest.fixture
def plan(cohort):
    """Turn chains into a plan with one seed."""
    return lambda seeds=1, **arms: make_plan(arms, seeds, cohort)


def ids(plan):
    """Ids along the one chain of a plan."""
    return [run.id for run in plan.runs]


def record(folder, plan, *runs):
    """Record runs of a plan, by their ids."""
    for run in plan.runs:
        if run.id in runs:
            assert write_identified(folder, run.identity) == run.id


def test_a_chain_is_planned_as_its_stages_each_the_parent_of_the_next(plan):
    made = plan(a=START >> GENERAL >> PNEUMONIA >> TARGET)
    assert [run.chain.stages[-1].roles for run in made.runs] == [
        ("general",),
        ("pneumonia",),
        ("target",),
    ]
    assert [run.parent for run in made.runs] == [None, *ids(made)[:2]]
    assert made.ends == {("a", 0): ids(made)[-1]}
    assert [run.chain for run in made.runs] == list(
        (START >> GENERAL >> PNEUMONIA >> TARGET).prefixes()
    )


def test_an_id_is_that_of_the_identity(plan):
    made = plan(a=START >> GENERAL >> TARGET)
    assert all(run.id == id_of(run.identity) for run in some(made.runs))
    assert [bool(run.identity["start"]) for run in made.runs] == [True, False]


def test_chains_that_begin_alike_share_their_first_runs(plan):
    made = plan(
        control=START >> TARGET,
        one=START >> GENERAL >> TARGET,
        two=START >> GENERAL >> PNEUMONIA >> TARGET,
    )
    assert len(made.runs) == 5
    assert len(set(ids(made))) == 5
    shared = [run for run in made.runs if run.arms == ("one", "two")]
    assert [run.chain for run in shared] == [START >> GENERAL]
    assert len(set(made.ends.values())) == 3


def test_arms_with_one_chain_end_in_one_run(plan):
    made = plan(a=START >> TARGET, b=START >> TARGET)
    assert len(made.runs) == 1
    assert made.runs[0].arms == ("a", "b")
    assert made.ends["a", 0] == made.ends["b", 0]


def test_a_chain_that_repeats_a_stage_runs_it_twice(plan):
    made = plan(a=START >> TARGET >> TARGET)
    assert len(set(ids(made))) == 2
    assert [run.arms for run in made.runs] == [("a",), ("a",)]


def test_parents_come_first(plan):
    made = plan(a=START >> GENERAL >> TARGET, b=START >> GENERAL >> PNEUMONIA, seeds=3)
    known = {None}
    for run in some(made.runs):
        assert run.parent in known
        known.add(run.id)


def test_seeds_are_repeated_for_every_arm_and_stage_and_share_nothing(plan):
    made = plan(a=START >> GENERAL >> TARGET, b=START >> TARGET, seeds=3)
    assert set(made.ends) == {(arm, seed) for arm in "ab" for seed in range(3)}
    assert len(set(ids(made))) == 9
    for run in some(made.runs):
        assert len({stage.seed for stage in run.chain.stages}) == 1
    assert {run.identity["stage"]["seed"] for run in made.runs} == {0, 1, 2}
    fewer = plan(a=START >> GENERAL >> TARGET, b=START >> TARGET, seeds=2)
    assert set(ids(fewer)) < set(ids(made))


@pytest.mark.parametrize(
    ("stage", "others"),
    [(0, (True, True, True)), (1, (False, True, True)), (2, (False, False, True))],
)
def test_a_changed_stage_changes_its_id_and_all_after_and_none_before(plan, stage, others):
    stages = [GENERAL, PNEUMONIA, TARGET]
    before = plan(a=Chain(START.start, tuple(stages)))
    stages[stage] = stages[stage].but(learning_rate=0.123)
    after = plan(a=Chain(START.start, tuple(stages)))
    changed = tuple(one != other for one, other in zip(ids(before), ids(after), strict=True))
    assert changed == others


@pytest.mark.parametrize(
    "start",
    [
        Start("resnet18"),
        Start("resnet10t", "imagenet"),
        Start("resnet10t", "random", (("stem_width", 1),)),
    ],
)
def test_a_changed_start_changes_all_ids(plan, start):
    before, after = (plan(a=chain >> GENERAL >> TARGET) for chain in (START, Chain(start)))
    assert not set(ids(before)) & set(ids(after))


@pytest.mark.parametrize(
    ("name", "value"), [("code_fingerprint", "other"), ("environment", {"torch": "0"})]
)
def test_other_code_or_libraries_change_all_ids(plan, monkeypatch, name, value):
    before = plan(a=START >> GENERAL >> TARGET)
    monkeypatch.setattr(planning, name, lambda *_: value)
    assert not set(ids(before)) & set(ids(plan(a=START >> GENERAL >> TARGET)))


def test_another_arithmetic_changes_all_ids(plan, monkeypatch):
    before = plan(a=START >> GENERAL >> TARGET)
    other = "cuda" if planning.device.kind() == "cpu" else "cpu"
    monkeypatch.setattr(planning.device, "kind", lambda: other)
    assert not set(ids(before)) & set(ids(plan(a=START >> GENERAL >> TARGET)))


def changed_role(cohort, name):
    """Give the cohort with all images of a role moved to its test split."""
    role = cohort.roles[name]
    table = role.table.assign(split="test")
    changed = Role(name, role.task, role.labels, table, role.truth)
    return Cohort("made", "Made", "", "", {**cohort.roles, name: changed}, {})


def test_changed_data_changes_the_runs_on_them_and_after_them_only(cohort):
    arms = {"a": START >> GENERAL >> PNEUMONIA >> TARGET}
    before = make_plan(arms, 1, cohort)
    after = make_plan(arms, 1, changed_role(cohort, "pneumonia"))
    assert ids(before)[0] == ids(after)[0]
    assert not set(ids(before)[1:]) & set(ids(after)[1:])


def test_another_role_that_is_scored_changes_the_id_of_its_scores_and_of_no_run(cohort):
    arms = {"a": START >> GENERAL >> TARGET.but(scored_on=("external",))}
    before = make_plan(arms, 1, cohort)
    after = make_plan(arms, 1, changed_role(cohort, "external"))
    alone = make_plan({"a": START >> GENERAL >> TARGET}, 1, cohort)
    assert ids(before) == ids(after) == ids(alone)
    assert before.runs[1].scorings != after.runs[1].scorings
    assert (before.runs[0].scorings, alone.runs[1].scorings) == ({}, {})


def test_arms_that_are_scored_on_other_roles_share_their_runs(cohort):
    arms = {
        "a": START >> TARGET.but(scored_on=("external",)),
        "b": START >> TARGET.but(scored_on=("general",)),
    }
    (run,) = make_plan(arms, 1, cohort).runs
    assert (run.arms, list(run.scorings)) == (("a", "b"), ["external", "general"])


def test_a_recorded_run_is_missing_until_all_its_other_roles_are_scored(cohort, tmp_path):
    arms = {"a": START >> GENERAL >> TARGET.but(scored_on=("external",))}
    made = make_plan(arms, 1, cohort)
    records = tmp_path / "store"
    record(records, made, *ids(made))
    assert made.missing(records) == made.runs[1:]
    role = cohort.role("external")
    identity = scoring_record.identity_of(made.runs[1].id, role.fingerprint)
    scoring_record.write(records, role, identity, pd.DataFrame({"role": ["external"]}))
    assert made.missing(records) == ()


def test_the_data_of_a_pooled_stage_are_those_of_the_pool(cohort):
    pooled = Stage(("general", "pneumonia"))
    (run,) = make_plan({"a": START >> pooled}, 1, cohort).runs
    assert run.identity["data"] == cohort.role("general", "pneumonia").fingerprint


def test_nothing_recorded_means_everything_is_missing(plan, tmp_path):
    made = plan(a=START >> GENERAL >> PNEUMONIA >> GENERAL >> TARGET, b=START >> GENERAL)
    assert len(made.runs) == 4
    assert made.missing(tmp_path) == made.runs
    assert made.missing(tmp_path / "no such folder") == made.runs


def test_recorded_parents_are_not_run_again(plan, tmp_path):
    made = plan(a=START >> GENERAL >> PNEUMONIA >> TARGET)
    record(tmp_path, made, *ids(made)[:2])
    assert made.missing(tmp_path) == made.runs[2:]


def test_missing_parents_of_a_missing_run_are_run_first(plan, tmp_path):
    made = plan(a=START >> GENERAL >> PNEUMONIA >> TARGET)
    record(tmp_path, made, ids(made)[0])
    assert made.missing(tmp_path) == made.runs[1:]


def test_missing_parents_of_a_recorded_run_are_not_needed(plan, tmp_path):
    made = plan(a=START >> GENERAL >> PNEUMONIA >> TARGET)
    record(tmp_path, made, ids(made)[2])
    assert made.missing(tmp_path) == ()


def test_a_recorded_run_in_the_middle_spares_its_parents(plan, tmp_path):
    made = plan(a=START >> GENERAL >> PNEUMONIA >> TARGET)
    record(tmp_path, made, ids(made)[1])
    assert made.missing(tmp_path) == made.runs[2:]


def test_a_shared_parent_is_run_for_the_arm_that_lacks_its_end(plan, tmp_path):
    made = plan(a=START >> GENERAL >> TARGET, b=START >> GENERAL >> PNEUMONIA)
    record(tmp_path, made, made.ends["a", 0])
    assert [run.chain for run in made.missing(tmp_path)] == [
        START >> GENERAL,
        START >> GENERAL >> PNEUMONIA,
    ]


def test_an_end_that_is_another_arm_s_parent_is_run(plan, tmp_path):
    made = plan(a=START >> GENERAL, b=START >> GENERAL >> TARGET)
    record(tmp_path, made, made.ends["b", 0])
    assert [run.chain for run in made.missing(tmp_path)] == [START >> GENERAL]


def test_a_half_written_record_counts_as_missing(plan, tmp_path):
    made = plan(a=START >> GENERAL >> TARGET)
    (tmp_path / ids(made)[0]).mkdir()
    assert made.missing(tmp_path) == made.runs


def test_an_arm_without_a_stage_is_named(plan):
    with pytest.raises(ValueError, match="arm 'bare' has no stage; write pretrained >> stage"):
        plan(a=START >> TARGET, bare=START)


@pytest.mark.parametrize("name", [None, float("nan")])
def test_an_arm_without_a_name_is_refused_before_anything_is_trained(name, cohort):
    with pytest.raises(ValueError, match="tables would lose it: give it a name"):
        make_plan({name: START >> TARGET}, 1, cohort)


def test_a_role_that_the_cohort_lacks_is_named(plan):
    with pytest.raises(CohortError, match="no role 'natural'"):
        plan(a=START >> Stage(("natural",)))
    with pytest.raises(CohortError, match="no role 'natural'"):
        plan(a=START >> TARGET.but(scored_on=("natural",)))


def test_arms_may_have_any_key(cohort):
    made = make_plan({("general", 0.5): START >> TARGET, 0.1: START >> GENERAL}, 1, cohort)
    assert set(made.ends) == {(("general", 0.5), 0), (0.1, 0)}

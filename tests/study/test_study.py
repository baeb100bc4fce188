"""Study: trains what is missing, once, and says the same every time."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxrstudy.data.role_checks import CohortError
from cxrstudy.runs import engine, store
from cxrstudy.study.building_blocks import StudyError
from cxrstudy.study.profile import ProfileError, read_profile
from cxrstudy.study.study import Study
from cxrstudy.training.stage import StageError
from tests.support.project import NETWORK, PROFILE, SIZE, current, write_cohort, write_profile
from tests.support.small import in_this_process
from tests.support.some import some

PROJECT = Path(__file__).parents[2]
NETWORKS = {"made": NETWORK | {"stand_in": "natural_small"}, "bare": NETWORK}
STAGES = {
    "all": {"all": SIZE, "target": {"steps": 6}, "pooled": {"steps": 8}},
    "made": {"general": {"learning_rate": 0.002}},
}


@pytest.fixture(scope="module", autouse=True)
def world(tmp_path_factory):
    """A project folder with one profile and two cohorts, and a folder for runs."""
    folder = tmp_path_factory.mktemp("project")
    # Enough images that a training on half of them sees every class and every finding.
    patients = PROFILE["phantom_patients"] | {"natural_small": 400, "general": 60}
    write_profile(
        folder / "profiles", networks=NETWORKS, stages=STAGES, phantom_patients=patients,
    )  # fmt: skip
    few = {"target": 0.1, "general": 0.05, "natural_small": 0.01}
    write_cohort(folder / "data_manifests", validated=few)
    bare = ("target", "general", "natural_small")
    write_cohort(folder / "data_manifests", "bare", bare, validated=few)
    with current(folder), in_this_process(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("CXRSTUDY_PROGRESS", "log")
        yield folder


@pytest.fixture
def study():
    return Study("tiny", "made", 2)


def arms_of(study):
    target, general = study.stage("target"), study.stage("general")
    return {
        "control": study.pretrained >> target,
        "general": study.pretrained >> general >> target,
        "pooled": study.pretrained >> study.stage("general", "target") >> target,
        ("scratch", 0.5): study.random_init >> target.but(fraction=0.5),
    }


@pytest.fixture
def executed(monkeypatch):
    """The chains that are executed from here on, in order."""
    chains, execute_all = [], engine.execute_all

    def noting(jobs, executor):
        chains.extend((str(job.chain), job.chain.stages[-1].seed) for job in jobs.values())
        execute_all(jobs, executor)

    monkeypatch.setattr(engine, "execute_all", noting)
    return chains


@pytest.fixture
def forbidden(monkeypatch):
    """Executing anything is an error."""

    def fail(*_):
        raise AssertionError("a recorded run was executed again")

    monkeypatch.setattr(engine, "execute_all", fail)


@pytest.fixture(scope="module")
def scores(world):
    """What the arms say, run for the first time."""
    study = Study("tiny", "made", 2)
    return study.run(arms_of(study))


# --- Running ------------------------------------------------------------------------------------


def test_every_arm_and_seed_scores_every_image(study, scores):
    target, external = (study.cohort.role(name) for name in ("target", "external"))
    wanted = [
        *target.table["id"].iloc[target.rows("validation")],
        *target.table["id"].iloc[target.rows("test")],
        *external.table["id"],
    ]
    assert len(wanted) > 20
    groups = dict(list(scores.groupby(["arm", "seed"], sort=False)))
    assert list(groups) == [(arm, seed) for arm in arms_of(study) for seed in (0, 1)]
    for table in some(groups.values()):
        assert table["id"].tolist() == wanted
    assert scores["score_covid19"].between(0, 1).all()
    # Arms and seeds differ, or nothing was compared.
    values = [tuple(table["score_covid19"]) for table in groups.values()]
    assert len(set(values)) == len(values)


def test_a_second_time_nothing_is_executed_and_the_table_is_the_same(study, scores, forbidden):
    assert study.plan(arms_of(study)).missing(study.records) == ()
    pd.testing.assert_frame_equal(study.run(arms_of(study)), scores)


def test_all_deleted_and_run_again_gives_identical_scores_and_trains_what_is_shared_once(
    world, study, scores, executed
):
    shutil.rmtree(world / "runs")  # records and pixels
    pd.testing.assert_frame_equal(study.run(arms_of(study)), scores)
    assert len(executed) == len(set(executed)) == 2 * 7
    natural = "random → natural_small"
    of_first_seed = [chain for chain, seed in executed if seed == 0]
    assert sorted(of_first_seed) == sorted(
        [
            natural,
            f"{natural} → target",
            f"{natural} → general",
            f"{natural} → general → target",
            f"{natural} → general+target",
            f"{natural} → general+target → target",
            "random → target",
        ]
    )


def test_a_new_arm_trains_only_what_is_new(study, scores, executed):
    arms = arms_of(study)
    last = arms["general"] >> study.stage("target").but(learning_rate=0.001)
    study.run(arms | {"again": last})
    assert executed == [
        ("random → natural_small → general → target → target", seed) for seed in (0, 1)
    ]


def test_another_seed_trains_only_that_seed(study, scores, executed):
    arms = {"control": arms_of(study)["control"]}
    Study("tiny", "made", 3).run(arms)
    assert executed == [("random → natural_small", 2), ("random → natural_small → target", 2)]


def test_what_is_lost_is_trained_again_from_the_parent_that_is_there(study, scores, executed):
    arms = arms_of(study)
    run = study.plan(arms).ends["general", 0]
    shutil.rmtree(study.records / run)
    pd.testing.assert_frame_equal(study.run(arms), scores)
    assert executed == [("random → natural_small → general → target", 0)]


def test_a_lost_parent_is_not_missed_while_its_children_are_there(study, scores, forbidden):
    arms = arms_of(study)
    parent = store.read(study.records, study.plan(arms).ends["general", 0]).parent
    kept = study.records.with_name("kept")
    (study.records / parent).rename(kept)
    try:
        pd.testing.assert_frame_equal(study.run(arms), scores)
    finally:
        kept.rename(study.records / parent)


def test_the_records_of_the_arms_come_parents_first_and_each_once(study, scores):
    records = study.arms(arms_of(study)).records
    ids = [record.id for record in records]
    assert len(ids) == len(set(ids)) == 2 * 7
    for record in some(records):
        assert record.parent is None or ids.index(record.parent) < ids.index(record.id)
        assert record.cohort == "made"
        assert record.copies == "rendered for a test"


def test_stages_of_several_resolutions_find_their_own_pixels():
    study = Study("tiny", "made", 1)
    target = study.stage("target").but(learning_rate=0.001)
    small = study.random_init >> target.but(pixels=40)
    grown = small >> target
    at_once = study.run({"grown": grown})
    for run in study.plan({"grown": grown}).runs:
        shutil.rmtree(study.records / run.id)
    study.run(
        {"small": small}
    )  # here only the images of the one size are needed, then of the other
    pd.testing.assert_frame_equal(study.run({"grown": grown}), at_once)


def test_runs_are_left_where_the_environment_says(world, study, scores):
    assert study.records == world / "runs" / "store"
    assert any((world / "runs" / "pixels").glob("*-32.npy"))


# --- What is not there --------------------------------------------------------------------------


def test_unknown_profiles_cohorts_and_roles_are_errors_that_name_them(study):
    with pytest.raises(ProfileError, match=r"huge\.yaml: no such profile; the profiles are tiny"):
        Study("huge", "made", 1)
    with pytest.raises(
        CohortError, match=r"mars\.yaml: no such cohort; the cohorts are bare, made"
    ):
        Study("tiny", "mars", 1)
    with pytest.raises(CohortError, match="no role 'pneumonia'"):
        study.plan({"arm": study.pretrained >> study.stage("pneumonia")})
    with pytest.raises(StageError, match="stage pixels = 5"):
        study.stage("target").but(pixels=5)


@pytest.mark.parametrize("seeds", [0, -1, "5", 1.5, None, True])
def test_seeds_are_whole_numbers_from_one_on(seeds):
    with pytest.raises(StudyError, match=r"seeds = .*write a whole number from 1 on"):
        Study("quick", "phantom", seeds)


def test_planning_needs_no_torch():
    program = "import sys, cxrstudy.study.study; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=PROJECT, check=False).returncode == 0


def test_scores_have_no_gap_where_truth_is_known(scores):
    assert scores.filter(like="score_").notna().all(axis=None)
    known = scores[["truth_normal", "truth_other_pneumonia", "truth_covid19"]].to_numpy()
    np.testing.assert_array_equal(known.sum(1), 1)


def test_the_paper_profile_trains_its_network_at_its_size(monkeypatch, tmp_path):
    """Its smallest case: one step of two images. What it says is written, not what it scores."""
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(PROJECT))
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    patients = {"target": 12, "external": 3, "general": 4, "pneumonia": 4}
    few = read_profile("paper").model_copy(
        update={"phantom_patients": patients | {"natural_small": 70, "natural_large": 70}}
    )
    monkeypatch.setattr("cxrstudy.study.building_blocks.read_profile", lambda name: few)
    study = Study("paper", "phantom", 1)
    stage = study.stage("target").but(steps=1, batch_size=2, validations=1, scored_on=())
    arms = study.arms({"smallest": study.random_init >> stage})
    scores = arms.scores()
    (record,) = arms.records
    assert record.identity["start"]["architecture"] == "densenet121"
    assert record.identity["stage"]["pixels"] == 224
    assert set(scores["split"]) == {"validation", "test"}
    assert scores[["score_covid19", "score_normal"]].notna().all(axis=None)

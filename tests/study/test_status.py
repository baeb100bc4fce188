"""Status: every planned run is counted once, as what it is."""

import pytest

from cxrstudy.runs import lock, store
from cxrstudy.study import status
from cxrstudy.study.experiment import ExperimentError
from cxrstudy.study.study import Study
from tests.support.recorded import project, record

EXPERIMENTS = ["01_sequences", "02_shares"]


@pytest.fixture
def study(tmp_path):
    with project(tmp_path / "here"):
        yield Study("tiny", "made", 2)


@pytest.fixture
def plans(study):
    return status.plans_of(study, EXPERIMENTS)


def counts(study, plans):
    rows = status.summary(plans, status.statuses_of(plans, study.records))
    return {row["experiment"]: [row[state] for state in status.RUN_STATES] for row in rows}


def test_before_anything_is_run_all_is_missing_and_shared_runs_count_once(study, plans):
    assert counts(study, plans) == {
        "01_sequences": [0, 0, 0, 0, 0, 6],
        "02_shares": [0, 0, 0, 0, 0, 6],
        "all, each once": [0, 0, 0, 0, 0, 10],
    }


def test_a_run_is_recorded_running_stopped_broken_or_missing(study, plans):
    runs = plans["02_shares"].runs
    record(study, runs[0])
    record(study, runs[1])
    (study.records / runs[1].id / "run.json").write_text("{}")
    store.checkpoint_path(study.records, runs[2].id).write_text("half")
    with lock.held(study.records, runs[3].id):
        assert counts(study, plans)["02_shares"] == [1, 1, 1, 1, 0, 2]
        found = status.statuses_of(plans, study.records)
    assert [found[run.id].state for run in runs[:4]] == ["recorded", "broken", "stopped", "running"]
    assert "run.json" in found[runs[1].id].why
    # A lock that nobody holds any more is not running.
    assert counts(study, plans)["02_shares"] == [1, 0, 1, 1, 0, 3]


def test_time_and_size_are_those_of_what_is_recorded(study, plans):
    for run in plans["02_shares"].runs:
        record(study, run, seconds={"training": 600.0, "scoring": 60.0})
    (study.records / plans["02_shares"].runs[0].id / "more").write_bytes(bytes(3 * 2**20))
    rows = status.summary(plans, status.statuses_of(plans, study.records))
    assert [row["minutes"] for row in rows] == [22, 66, 66]
    assert [row["MiB"] for row in rows] == [3, 3, 3]


def test_a_cohort_with_arms_of_its_own_is_for_those_experiments_only(study):
    assert status.experiments_of("made") == EXPERIMENTS
    assert status.experiments_of("other") == ["02_shares"]


def test_an_experiment_without_arms_is_an_error(study):
    with pytest.raises(ExperimentError):
        status.plans_of(study, ["03_prose"])

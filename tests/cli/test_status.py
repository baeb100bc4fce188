"""``cxrstudy status``: how many planned runs are recorded, and which are not."""

import json

import pytest

from cxrstudy.runs.outcome import Outcome
from cxrstudy.study import status
from cxrstudy.study.study import Study
from tests.support.commands import cxrstudy
from tests.support.recorded import project, record

OPTIONS = ["--profile", "tiny", "--cohort", "made", "--seeds", "2"]


@pytest.fixture
def study(tmp_path):
    with project(tmp_path / "here"):
        yield Study("tiny", "made", 2)


def test_status_counts_and_names_what_is_not_done(study):
    runs = status.plans_of(study, ["01_sequences"])["01_sequences"].runs
    for run in runs[:-1]:
        record(study, run)
    shown = cxrstudy("status", "01_sequences", *OPTIONS, "--runs")
    assert shown.status == 0
    lines = shown.out.splitlines()
    assert lines[1].split()[:8] == ["01_sequences", "6", "5", "0", "0", "0", "0", "1"]
    assert runs[-1].id[:12] in lines[-1]
    told = json.loads(cxrstudy("status", "01_sequences", *OPTIONS, "--json").out)
    assert [one["state"] for one in told["undone"]] == ["missing"]


def test_status_of_an_unknown_experiment_is_an_error_that_names_those_there_are(study):
    shown = cxrstudy("status", "09_more", *OPTIONS)
    assert shown.status == 1
    assert "'09_more' fits 0 experiments; give one of 01_sequences, 02_shares" in shown.err


def test_an_experiment_may_be_named_by_its_number(study):
    by_name = cxrstudy("status", "01_sequences", *OPTIONS).out
    assert cxrstudy("status", "01", *OPTIONS).out == by_name


def test_a_run_below_a_failed_training_is_told_with_the_reason(study):
    runs = status.plans_of(study, ["01_sequences"])["01_sequences"].runs
    (weak,) = [
        run for run in runs
        if [stage.roles for stage in run.chain.stages] == [("general",)]
        and run.chain.stages[0].seed == 1
    ]  # fmt: skip
    record(study, weak, outcome=Outcome(better_than_constant=False, p=0.4))
    why = f"not run: its parent, run {weak.id[:12]} (random → general), has no result: not better"
    shown = cxrstudy("status", "01_sequences", *OPTIONS, "--runs")
    assert shown.out.splitlines()[1].split()[:8] == ["01_sequences", "6", "1", *"0001", "4"]
    assert why in shown.err
    told = json.loads(cxrstudy("status", "01_sequences", *OPTIONS, "--json").out)
    (said,) = [one for one in told["undone"] if one["state"] == "no result"]
    assert said["why"].startswith(why)
    planned = cxrstudy("plan", "01_sequences", *OPTIONS).out
    assert f"1 of 2 seeds without a result, {why}" in planned
    assert "6 runs: 1 recorded or not needed, 4 to do, 1 without a result." in planned
    asked = ("--experiment", "01_sequences", "--arm", "general", "--seed", "1")
    answer = cxrstudy("why", *asked, *OPTIONS[:4]).out
    assert f"is not recorded.\nIt is {why} than a constant on validation." in answer

"""``cxrstudy status``: how many planned runs are recorded, and which are not."""

import json

import pytest

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
    assert lines[1].split()[:7] == ["01_sequences", "6", "5", "0", "0", "0", "1"]
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

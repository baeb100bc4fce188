"""``cxrstudy results``: writes what is recorded where the project keeps results, and lists it."""

import pytest

from cxrstudy.base import places
from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts import results
from tests.support.commands import cxrstudy
from tests.support.recorded import project, record_all

EXPERIMENTS = ["01_sequences", "02_shares"]
WRITE = ("results", "write", "--profile", "tiny", "--cohort", "made", "--seeds")


@pytest.fixture(scope="module", autouse=True)
def study(tmp_path_factory):
    with project(tmp_path_factory.mktemp("project") / "here"):
        study = Study("tiny", "made", 2)
        for name in EXPERIMENTS:
            record_all(study, experiment.arms_of(name, study))
        yield study


def test_results_are_written_where_the_project_keeps_them_and_listed():
    assert cxrstudy(*WRITE, "2").status == 0
    folder = places.results() / "made" / "tiny"
    assert results.facts(folder).command == "cxrstudy " + " ".join([*WRITE, "2"])
    assert results.experiments(folder) == EXPERIMENTS
    assert results.folders() == [folder]
    shown = cxrstudy("results", "list").out.splitlines()
    assert shown[1].split()[:5] == ["made", "tiny", "2", "2", "10"]


def test_results_of_a_study_that_is_not_finished_are_refused():
    shown = cxrstudy(*WRITE, "3")
    assert shown.status == 1
    assert "5 of 15 runs are not recorded" in shown.err


def test_an_experiment_is_added_to_those_that_lie_there(tmp_path):
    asked = ("--profile", "tiny", "--cohort", "made", "--seeds", "2", "--to", str(tmp_path / "of"))
    assert cxrstudy("results", "write", EXPERIMENTS[0], *asked).status == 0
    added = cxrstudy("results", "add", "02", *asked)  # by its number
    assert added.status == 0
    assert results.experiments(tmp_path / "of") == EXPERIMENTS
    again = cxrstudy("results", "add", EXPERIMENTS[1], *asked)
    assert again.status == 1
    assert f"holds {EXPERIMENTS[1]} already" in again.err

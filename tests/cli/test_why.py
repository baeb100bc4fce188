"""``cxrstudy why``: what it answers of planned and of recorded runs."""

import json

import pytest

from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from tests.support.commands import cxrstudy
from tests.support.recorded import project, record_all

OPTIONS = ("--profile", "tiny", "--cohort", "made")


@pytest.fixture(autouse=True)
def world(tmp_path):
    """A project with everything of 01_sequences recorded."""
    with project(tmp_path / "here"):
        study = Study("tiny", "made", 2)
        record_all(study, experiment.arms_of("01_sequences", study))
        yield


def test_why_explains_planned_and_recorded_runs():
    asked = ("why", "--experiment", "01_sequences", *OPTIONS)
    shown = cxrstudy(*asked, "--arm", "control", "--seed", "2")
    assert shown.status == 0
    assert "- parameter seed: 2 here," in shown.out
    answer = json.loads(cxrstudy(*asked, "--json").out)
    assert [one["recorded"] for one in answer] == [True, True]
    told = cxrstudy("why", answer[0]["run"][:16]).out
    assert told.startswith("Run " + answer[0]["run"][:12])


def test_why_says_what_to_give():
    assert "either the id of a recorded run, or --experiment" in cxrstudy("why").err
    shown = cxrstudy("why", "--experiment", "01_sequences", "--arm", "more", *OPTIONS)
    assert "has no arm 'more'; it has: control; general" in shown.err

"""Not run: a chapter says so exactly while nothing that could decide is recorded of it."""

from cxrstudy.pages.computed import not_run
from cxrstudy.study.experiment import experiment_names
from cxrstudy.verdicts import results
from cxrstudy.verdicts.judge import deciding
from tests.support.some import some


def test_what_is_recorded_is_not_said_to_be_not_run():
    recorded = {name for folder in deciding() for name in results.experiments(folder)}
    assert recorded
    for name in some(experiment_names()):
        assert ("Not run yet." in not_run.of_chapter(name).data) == (name not in recorded)


def test_the_claims_that_wait_are_named(monkeypatch):
    monkeypatch.setattr(not_run, "deciding", list)
    assert "its 2 claims (D1, D2) have no verdict" in not_run.of_chapter("21_turns").data

"""Recorded audits: the sets that verdicts rest on are audited, as they were recorded."""

import pandas as pd
import pytest

from cxrstudy.audit import as_table
from cxrstudy.base import places
from cxrstudy.pages import recorded_audits as module
from cxrstudy.pages.audit_strengths import measured
from cxrstudy.pages.recorded_audits import recorded_audits
from cxrstudy.verdicts import results
from tests.support.judged import text_of

ROW = {
    "cohort": "kermany", "profile": "real", "code": "CXR107", "title": "few patients",
    "state": "note", "count": 1, "detail": "9 patients <10>.", "advice": "add some",
    "unchecked": None,
}  # fmt: skip


def test_every_cohort_whose_results_are_registered_is_audited():
    made = [results.facts(folder) for folder in results.folders()]
    registered = {each.cohort for each in made if each.registration}
    assert set(measured("audits")["cohort"]) == registered


def test_the_table_has_the_columns_of_an_audit_and_nothing_that_passed():
    found = measured("audits")
    assert list(found) == ["cohort", "profile", *as_table([])]
    assert (found["state"].isin(["issue", "note"]) | found["unchecked"].notna()).all()


def test_each_cohort_has_a_table_of_what_was_found(monkeypatch):
    other = ROW | {"cohort": "phantom", "profile": "plateau", "unchecked": "no ages"}
    monkeypatch.setattr(module, "measured", lambda name: pd.DataFrame([ROW, other]))
    shown = recorded_audits()
    assert shown.data.count("<table") == 2
    assert "<10>" not in shown.data
    assert "Bacterial and viral pneumonia in children, profile real" in shown.data
    assert text_of(shown).count("could not be checked") >= 1


@pytest.mark.parametrize("there", [True, False])
def test_a_project_without_the_file_says_what_writes_it(monkeypatch, tmp_path, there):
    if not there:
        monkeypatch.setattr(places, "root", lambda: tmp_path)
    assert ("Not measured here" in recorded_audits().data) is not there

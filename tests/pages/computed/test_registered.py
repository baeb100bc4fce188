"""Registered: every registration has a row, with what is recorded of it."""

import re
from types import SimpleNamespace

import pandas as pd

from cxrstudy.base import places
from cxrstudy.base.notebooks import chapter
from cxrstudy.pages.computed import registered
from cxrstudy.verdicts import results
from cxrstudy.verdicts.registration import registrations
from tests.support.some import some


def cells(html):
    """Texts of the cells of each row."""
    rows = re.findall(r"<tr>(.*?)</tr>", html.data, re.S)
    return [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in rows]


def test_every_registration_has_a_row_with_the_experiments_that_are_recorded_under_it():
    shown = {row[0]: row for row in cells(registered.progress())[1:]}
    assert list(shown) == [each.name for each in registrations()]
    made = [results.facts(folder) for folder in results.folders()]
    for facts in some([each for each in made if each.registration]):
        row = shown[facts.registration]
        assert row[4] == ", ".join(map(chapter, sorted(facts.experiments)))
        assert row[5].startswith(f"{facts.runs} trainings, ")


def test_what_is_planned_comes_from_the_design_and_is_empty_without_one(tmp_path, monkeypatch):
    for mark in places.MARKS:
        (tmp_path / mark).mkdir(parents=True)
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(tmp_path))
    asked = SimpleNamespace(name="0001-made-tiny", profile="tiny", cohort="made")
    monkeypatch.setattr(registered, "registrations", lambda: [asked])
    assert cells(registered.progress())[1] == [asked.name, "", "", "", "nothing", ""]
    rows = {
        "claim": ["X1", "X2", "X3", "all"], "experiment": ["06", "06", "07", ""],
        "trainings": [2, 3, 0, 5], "hours": [1.0, 0.5, None, 1.5],
    }  # fmt: skip
    path = places.root() / "claims" / "designs" / "made-tiny.csv"
    path.parent.mkdir(parents=True)
    pd.DataFrame(rows).to_csv(path, index=False)
    assert cells(registered.progress())[1][1:4] == ["1", "5", "1.5 h"]
    monkeypatch.setattr(registered, "registrations", list)
    assert "Nothing is registered" in registered.progress().data

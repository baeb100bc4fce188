"""History: all versions of the rule are shown, and what was before them."""

import re

import pandas as pd
import pytest

from cxrstudy.pages.computed import history
from cxrstudy.verdicts import log
from tests.support.judged import REGISTERED, judged
from tests.support.some import some


def test_every_version_has_a_row():
    assert history.versions().data.count("<tr>") == 1 + len(log.versions())


def test_what_was_before_is_told_without_markup():
    assert history.told().data.startswith("<p>")
    assert history.told().data.count("<") == 2


@pytest.mark.parametrize("table", [pd.DataFrame(), judged(("B1", "supported", 0.02))])
def test_every_claim_has_a_row_under_the_rules_unless_nothing_is_recorded(monkeypatch, table):
    monkeypatch.setattr(history, "recorded", lambda: table)
    shown = history.by_rule().data
    assert ("B1" in shown) == bool(len(table))
    assert ("No results are recorded" in shown) == table.empty


def test_versions_without_a_column_are_named(monkeypatch):
    monkeypatch.setattr(history, "recorded", lambda: judged(("B1", "supported", 0.02)))
    shown = history.by_rule().data
    headings = re.findall(r"<th[^>]*>([^<]*)", shown)
    for version in some(log.history().rules):
        assert (version.committed in headings) == bool(version.verdicts)
        assert version.committed in shown
    assert "now, Phantoms" in headings


def test_results_that_decide_nothing_are_named():
    shown = history.as_recorded().data
    before, _, after = shown.partition("<details")
    assert "Phantoms, profile quick" in before
    assert "profile plateau" not in before
    assert "<td" in after


@pytest.mark.parametrize("is_changed", [True, False])
def test_where_the_rule_of_now_says_something_else_both_are_told(monkeypatch, is_changed):
    changed = "does not count: the rule was changed since first, and gives B5 another result"
    table = judged(("B5", "inconclusive", 0.0), counts=changed if is_changed else REGISTERED)
    written = table[["paper", "claim", "cohort", "profile", "verdict"]].assign(
        verdict="not judged", rule="x", standing="the claims file is the same"
    )
    monkeypatch.setattr(history, "recorded", lambda: table)
    monkeypatch.setattr(log, "recorded_verdicts", lambda: written)
    said = "B5 on Phantoms, profile standard: written as not judged, now inconclusive"
    assert (said in history.as_recorded().data) == is_changed


def test_verdicts_are_shown_as_they_were_written():
    assert history.as_recorded().data.count("<tr>") == 1 + len(log.recorded_verdicts())

"""Own verdicts: one line a claim, with an interval only where a verdict rests on it."""

import re

import pandas as pd
import pytest

from cxrstudy.pages import own_verdicts as module
from cxrstudy.pages.own_verdicts import own_verdicts
from cxrstudy.verdicts.claims_file import Claims
from tests.support.claims import CLAIM, abstract


def claims_file(paper, *claims):
    made = [CLAIM | {"id": name, "test": f"Claim {name} of {paper}."} for name in claims]
    return Claims(paper=paper, citation="Own, 2026", abstract=abstract(*claims), claims=made)


@pytest.fixture(autouse=True)
def two_papers(monkeypatch):
    monkeypatch.setattr(
        module, "all_claims", lambda: [claims_file("A", "A1"), claims_file("B", "1")]
    )


def judged(paper="A", claim="A1", origin="this run", **facts):
    row = {
        "paper": paper, "claim": claim, "origin": origin, "estimate": 0.02, "low": -0.01,
        "high": 0.05, "margin": 0.0, "verdict": "inconclusive", "why": "",
    }  # fmt: skip
    return pd.DataFrame([row | facts])


def rows(*tables):
    shown = own_verdicts(pd.concat(tables, ignore_index=True)).data
    return [re.findall("<td[^>]*>(.*?)</td>", row) for row in shown.split("<tr>")[2:]]


def test_a_run_that_decides_shows_its_interval_and_one_that_does_not_shows_none():
    first, second = rows(
        judged(verdict="supported"),
        judged("B", "1", verdict="not judged", why="1 seed, the rule asks for 5"),
    )
    assert first[1:4:2] == ["<b>supported</b>", "+0.020 [−0.010, +0.050]"]
    assert second[1] == "<b>not judged</b>: 1 seed, the rule asks for 5"
    assert second[3] == "+0.020"


def test_a_chain_in_a_reason_is_words():
    why = "run 3f (random → natural_large) has no result"
    (first, _) = rows(judged(verdict="not judged", why=why))
    assert first[1] == "<b>not judged</b>: run 3f (random → natural large) has no result"
    why = (
        "arm 'control': an earlier parent, run 1b5cf7f320e9 (random → natural_large), has no result"
    )
    (first, _) = rows(judged(verdict="not judged", why=why))
    assert "an earlier parent (random → natural large), has no result" in first[1]


@pytest.mark.parametrize("failed", ["counted", "refused"])
def test_a_claim_that_counts_failed_trainings_is_named_below(monkeypatch, failed):
    made = claims_file("A", "A1")
    claims = [made.claims[0].model_copy(update={"failed_trainings": failed})]
    monkeypatch.setattr(module, "all_claims", lambda: [made.model_copy(update={"claims": claims})])
    shown = own_verdicts(judged()).data
    assert ("A1: trainings that failed are counted" in shown) == (failed == "counted")


def test_what_is_recorded_stands_beside_and_is_never_taken_for_the_run():
    first, second = rows(
        judged(estimate=float("nan"), verdict="not judged", why="no arm <b>; there are many"),
        judged(origin="recorded: phantom", verdict="reversed"),
    )
    assert first[1] == "<b>not judged</b>: no arm &lt;b&gt;"
    assert first[3:] == ["", "recorded: phantom: reversed +0.020 [−0.010, +0.050]"]
    assert second[1:2] + second[3:] == ["", "", ""]


def test_several_recorded_verdicts_name_their_sets_and_one_without_a_number_is_bare():
    bare = {"estimate": float("nan"), "low": float("nan"), "high": float("nan")}
    first, _ = rows(
        judged(),
        judged(origin="recorded: phantom, plateau, 5 seeds", verdict="not judged", **bare),
        judged(origin="recorded: two", verdict="reversed"),
    )
    assert first[4] == (
        "Phantoms, profile plateau, 5 seeds: not judged<br>"
        "recorded: two: reversed +0.020 [−0.010, +0.050]"
    )


def test_without_claims_the_page_goes_on(monkeypatch):
    monkeypatch.setattr(module, "all_claims", list)
    assert "no claim" in own_verdicts(judged()).data

"""Claim tables: verdicts with all that they rest on, for readers."""

import pandas as pd

from cxrstudy.pages import claim_tables
from cxrstudy.statistics.power import VarianceComponents
from tests.support.judged import text_of


def judged(papers, origins, **facts):
    """A table of verdicts: one claim a paper, one row an origin."""
    rows = [
        {"paper": paper, "claim": claim, "origin": origin, "estimate": 0.02, "low": -0.01,
         "high": 0.05, "margin": 0.0, "verdict": "inconclusive", "patients": 128.0, "seeds": 5.0,
         "minimum_detectable_difference": 0.03, "adjusted_p": 0.2, "adjusted_p_relevant": 0.04,
         "relevant": 0.02, "why": "", "lacking": "", "budget": "at a plateau",
         "world": "on made images", "level": 0.95,
         "trainings": 10.0, "at_plateau": 10.0, "counts": "counts: registered"}
        for paper, claim in papers
        for origin in origins
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**facts)


def test_details_show_both_corrected_p_values():
    shown = text_of(claim_tables.verdict_details(judged([("A", "A1")], ["here"])))
    for words in ("p of the margin, corrected", "p of no relevant difference, corrected", "0.02"):
        assert words in shown


def test_details_are_of_decided_claims_in_order_and_say_in_a_word_what_counts():
    made = judged([("A", "A10"), ("A", "A2"), ("A", "A3")], ["here"])
    made["counts"] = ["counts: registered in one", "does not count: changed", "counts: x"]
    made.loc[2, "verdict"] = "not judged"
    shown = text_of(claim_tables.verdict_details(made))
    assert shown.index("A2 ") < shown.index("A10 ")
    assert "A3" not in shown
    assert (shown.count(" yes"), shown.count(" no ")) == (1, 2)  # and p of "no relevant difference"
    nothing = text_of(claim_tables.verdict_details(made.assign(verdict="not judged")))
    assert "No verdict is recorded" in nothing


def test_details_name_levels_only_where_they_differ():
    made = judged([("A", "A1"), ("A", "A2")], ["here"]).assign(level=0.95)
    assert "level of the interval" not in claim_tables.verdict_details(made).data
    several = claim_tables.verdict_details(made.assign(level=[0.95, 0.9])).data
    assert "level of the interval" in several


def test_without_claims_the_page_goes_on(monkeypatch):
    monkeypatch.setattr(claim_tables, "all_claims", list)
    assert "No rows" in claim_tables.untestable().data


def test_details_have_a_column_for_the_paper_where_there_are_several():
    several = claim_tables.verdict_details(judged([("A", "1"), ("B", "1")], ["here"])).data
    assert '<th scope="col">paper</th>' in several
    assert (
        '<th scope="col">paper</th>'
        not in claim_tables.verdict_details(judged([("A", "1")], ["here"])).data
    )


def test_claims_without_variances_are_folded_below_those_with_them():
    made = VarianceComponents(seed=1e-5, patient=0.01, residual=0.01)
    lacking = "claim A2: no arm '2, own weights'; there are 1, own weights; 1, same steps"
    shown = claim_tables.power({"B1": made, "A2": lacking}).data
    tabled, folded = shown.split("<details", 1)
    assert ">B1</td>" in tabled
    assert "A2" not in tabled
    assert "no arm “2 × resolution, own weights”</li>" in folded
    assert "same steps" not in folded
    assert "<details" not in claim_tables.power({"B1": made}).data
    assert "<table" not in claim_tables.power({"A2": lacking}).data


def test_a_plan_says_what_the_difference_must_be_and_what_it_is_a_difference_of():
    made = VarianceComponents(seed=1e-5, patient=0.01, residual=0.01)
    shown = claim_tables.power({"B3": made, "A15": made}).data
    assert ">above +0.050<" in shown
    assert ">above −0.500<" in shown
    assert ">0.020 of an AUROC<" in shown
    assert ">0.100 of a map<" in shown

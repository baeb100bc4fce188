"""Evidence: every claim of a chapter or paper is there once, with a verdict or a reason."""

import re

import pandas as pd
import pytest

from cxrstudy.pages.computed import evidence
from cxrstudy.pages.html import HTML
from cxrstudy.verdicts.claims_file import all_claims
from tests.support.judged import REGISTERED, UNREGISTERED, judged, text_of
from tests.support.some import some


def shown(monkeypatch, table, part, *of):
    monkeypatch.setattr(evidence, "recorded", lambda: table)
    monkeypatch.setattr(evidence.budgets, "of_chapter", lambda experiment: "")
    return part(*of)


@pytest.mark.parametrize("name", ["06_sequential_schemes", "14_discovery"])
def test_every_claim_of_a_chapter_is_there_with_a_verdict_or_a_reason(monkeypatch, name):
    table = judged(("B1", "supported", 0.02), ("B2", "reversed", -0.02))
    text = text_of(shown(monkeypatch, table, evidence.of_chapter, name))
    for claim in some(c for paper in all_claims() for c in paper.claims if c.experiment == name):
        assert len(re.findall(rf"\b{claim.id}\b", text)) == 1
    assert ("+0.020 [+0.010, +0.030]" in text) == (name[:2] == "06")
    assert "no recorded results hold this experiment" in text


def test_a_reason_says_what_is_lacking_and_not_all_that_there_is(monkeypatch):
    table = judged(("A5", "not judged", float("nan"))).assign(
        why="no arm 'permuted labels'; there are control; general"
    )
    text = text_of(shown(monkeypatch, table, evidence.of_chapter, "07_gradcam"))
    assert "these results have no arm “permuted labels”" in text
    assert "there are" not in text


def test_verdicts_of_two_cohorts_stand_in_one_row(monkeypatch):
    both = [judged(("B1", "supported", 0.02)), judged(("B1", "reversed", -0.3), cohort="nih")]
    html = shown(monkeypatch, pd.concat(both), evidence.of_chapter, "06_sequential_schemes")
    assert html.data.count("<tr>") == 2
    assert re.search("supported.*reversed", text_of(html))


def test_a_cohort_that_was_tried_and_does_not_answer_is_named_with_the_reason(monkeypatch):
    failed = judged(("B1", "not judged", float("nan")), cohort="nih").assign(
        why="arm 'control': seed 4, not better than a constant on validation"
    )
    empty = judged(("B1", "not judged", float("nan")), cohort="cohen").assign(why="no evidence")
    table = pd.concat([judged(("B1", "supported", 0.02)), failed, empty])
    text = text_of(shown(monkeypatch, table, evidence.of_chapter, "06_sequential_schemes"))
    said = (
        r"B1 on (.*): not judged, arm “control”: seed 4, not better than a constant on validation"
    )
    assert len(re.findall(said, text)) == 1
    assert text.count("not judged, arm") == 1
    assert re.search("B1 on .*: not judged, no recorded results hold this experiment", text)


def test_claims_that_a_cohort_leaves_open_for_one_reason_are_named_together(monkeypatch):
    answered = judged(("A13", "inconclusive", 0.02), ("A15", "reversed", -0.7))
    empty = judged(("A13", "not judged", 0.0), ("A15", "not judged", 0.0), cohort="nih")
    table = pd.concat([answered, empty.assign(why="no evidence")])
    text = text_of(shown(monkeypatch, table, evidence.of_chapter, "07_gradcam"))
    assert text.count("A13, A15 on Infiltration among pneumonia, NIH: not judged") == 1


def test_a_reason_names_arms_as_the_page_does_and_ends_once(monkeypatch):
    table = judged(("A2", "not judged", float("nan"))).assign(
        why="arm '2, own weights': seed 0, not better than a constant."
    )
    text = text_of(shown(monkeypatch, table, evidence.of_chapter, "03_resolution"))
    assert "arm “2 × resolution, own weights”: seed 0, not better than a constant:" in text
    assert "(2 × resolution, own weights − 1 × resolution, own weights)." in text


def test_a_paper_links_its_chapters_and_a_chapter_itself(monkeypatch):
    table = judged(("B1", "supported", 0.02))
    paper = shown(monkeypatch, table, evidence.of_paper, "B").data
    assert 'href="experiments/06_sequential_schemes.html"' in paper
    chapter = shown(monkeypatch, table, evidence.of_chapter, "06_sequential_schemes").data
    assert 'href="06_sequential_schemes.html"' in chapter


def test_papers_are_counted_and_linked(monkeypatch):
    html = shown(monkeypatch, judged(("B1", "supported", 0.02)), evidence.by_paper)
    assert "1 supported" in text_of(html)
    for paper in some(all_claims()):
        assert f'href="../verdicts_{paper.paper.lower()}.html"' in html.data


@pytest.mark.parametrize(("counts", "said"), [(REGISTERED, False), (UNREGISTERED, True)])
def test_papers_are_counted_by_set_of_results_and_what_is_no_evidence_is_told(
    monkeypatch, counts, said
):
    here = judged(("B1", "supported", 0.02), ("B2", "supported", 0.02), counts=counts)
    there = judged(("B1", "reversed", -0.1), cohort="nih", counts=REGISTERED)
    html = shown(monkeypatch, pd.concat([here, there]), evidence.by_paper)
    lines = [text_of(HTML(line)) for line in re.findall("<div>.*?</div>", html.data)]
    assert [" ".join(line.split()[-2:]) for line in lines] == ["2 supported", "1 reversed"]
    assert ("empty frame is no evidence" in text_of(html)) == said


@pytest.mark.parametrize(
    ("part", "of"),
    [
        (evidence.of_chapter, ["06_sequential_schemes"]), (evidence.of_paper, ["A"]),
        (evidence.details_of, ["A"]), (evidence.by_paper, []),
    ],
)  # fmt: skip
def test_without_records_nothing_is_claimed(monkeypatch, part, of):
    text = text_of(shown(monkeypatch, pd.DataFrame(), part, *of))
    assert "recorded" in text
    assert not re.search("supported|reversed|nan", text)


def test_a_chapter_that_no_claim_is_about_says_so(monkeypatch):
    text = text_of(shown(monkeypatch, pd.DataFrame(), evidence.of_chapter, "16_recipes"))
    assert "No claim is about this experiment" in text

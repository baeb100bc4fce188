"""Render: what a page says of its numbers, and what it carries for other programs."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from cxrstudy.pages import render
from cxrstudy.pages.render import banner, command, runs
from cxrstudy.runs.provenance import RUNS
from cxrstudy.runs.record import Record
from cxrstudy.verdicts.claim import Claims
from tests.support.claims import CLAIM, abstract


def study(seeds=1):
    return SimpleNamespace(
        profile=SimpleNamespace(profile="quick", purpose="shows that it works"),
        cohort=SimpleNamespace(
            name="phantom", title="Phantoms", copies="rendered", caveat="They say nothing."
        ),
        seeds=seeds,
    )


def record(number, parent=None):
    identity = {"stage": {"seed": number}, "parent": parent, "environment": {"torch": "2"}}
    return Record(
        id=f"{number:064x}", identity=identity, chain=f"random → target {number}", cohort="phantom",
        copies="rendered", task="multiclass", labels=["normal", "covid19"],
        images={"target train": 10}, patients=7, samples_seen=3072 * number,
        seconds={"training": 1.25, "scoring": 0.5}, peak_memory_bytes=300 * 2**20,
        device="a processor", finished="2026-01-01T00:00:00+00:00", files={"scores.csv": "0"},
    )  # fmt: skip


def text_of(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.data))


# --- The banner ---------------------------------------------------------------------------------


def test_the_banner_names_cohort_profile_and_seeds_and_what_the_numbers_cannot_say():
    said = text_of(banner(study(seeds=5)))
    for words in ("Phantoms", "“quick”", "5 seeds", "shows that it works", "rendered"):
        assert words in said
    assert "They say nothing." in said


def test_the_banner_of_one_seed_says_that_it_decides_nothing():
    assert "one seed, which decides nothing by itself" in text_of(banner(study(seeds=1)))
    assert "decides nothing" not in text_of(banner(study(seeds=2)))


# --- Verdicts -----------------------------------------------------------------------------------


def judged(papers, origins, **facts):
    """A table of verdicts: one claim a paper, one row an origin."""
    rows = [
        {"paper": paper, "claim": claim, "origin": origin, "estimate": 0.02, "low": -0.01,
         "high": 0.05, "margin": 0.0, "verdict": "inconclusive", "patients": 128.0, "seeds": 5.0,
         "minimum_detectable_difference": 0.03, "adjusted_p": 0.2, "adjusted_p_relevant": 0.04,
         "relevant": 0.02, "why": "", "lacking": "", "budget": "at a plateau",
         "world": "on made images",
         "trainings": 10.0, "at_plateau": 10.0, "counts": "counts: registered"}
        for paper, claim in papers
        for origin in origins
    ]  # fmt: skip
    return pd.DataFrame(rows).assign(**facts)


def claims_file(paper, citation, *claims):
    made = [
        CLAIM | {"id": name, "test": f"Claim {name} of {paper}.", "published": {"ours": 0.98}}
        for name in claims
    ]
    return Claims(paper=paper, citation=citation, abstract=abstract(*claims), claims=made)


@pytest.fixture
def three_papers(monkeypatch):
    files = [
        claims_file("A", "zhao2021", "A1"), claims_file("B", "fricks2021", "1"),
        claims_file("C", "Own data, 2026", "1"),
    ]  # fmt: skip
    monkeypatch.setattr(render, "all_claims", lambda: files)
    return files


def test_any_number_of_papers_and_cohorts_is_shown_with_its_citation(three_papers):
    origins = [f"cohort {number}" for number in range(12)]
    shown = render.verdicts(judged([("A", "A1"), ("B", "1"), ("C", "1")], origins)).data
    for citation in ("Zhao 2021", "Fricks 2021", "Own data, 2026"):
        assert shown.count(citation) == 1
    assert re.findall(r"<th [^>]*>(cohort .*?)</th>", shown) == origins
    assert shown.count("inconclusive") == 36
    assert "In brackets: 95 % interval" in shown


def test_claims_of_two_papers_with_the_same_name_keep_their_verdicts_apart(three_papers):
    table = judged([("B", "1"), ("C", "1")], ["here"], verdict=["supported", "reversed"])
    rows = render.verdicts(table).data.split("<tr")
    assert ["supported" in row for row in rows if "Claim 1 of" in row] == [True, False]
    assert ["reversed" in row for row in rows if "Claim 1 of" in row] == [False, True]


def test_verdicts_write_what_decides_and_no_markup_of_others(three_papers):
    table = judged([("A", "A1")], ["here"], estimate=-0.0002, low=-0.0004, high=-0.00001)
    shown = render.verdicts(table.assign(verdict="void <b>")).data
    assert "−0.00020 [−0.00040, −0.00001]" in shown
    assert "void &lt;b&gt;" in shown


def test_an_outcome_names_its_images_and_whether_it_counts_or_why_there_is_none(three_papers):
    table = judged([("A", "A1")], ["here"], verdict="supported")
    shown = text_of(render.verdicts(table))
    assert "supported at a plateau, on made images" in shown
    assert "not judged" not in shown
    assert "counts: registered" in shown
    for estimate in (0.02, float("nan")):
        silent = table.assign(verdict="not judged", why="no arm <b>", estimate=estimate)
        assert "not judged</b>: no arm &lt;b&gt;" in render.verdicts(silent).data


def test_an_outcome_that_holds_at_one_budget_says_why_it_is_not_judged_at_the_other(three_papers):
    table = judged(
        [("A", "A1")], ["here"], verdict="supported", budget="with the steps", lacking="3 of <10>"
    )
    shown = render.verdicts(table).data
    assert "supported</b> with the steps, on made images" in shown
    assert "not judged</b> at a plateau: 3 of &lt;10&gt;" in shown


def test_details_show_both_corrected_p_values():
    shown = text_of(render.verdict_details(judged([("A", "A1")], ["here"])))
    for words in ("p of the margin, corrected", "p of no relevant difference, corrected", "0.02"):
        assert words in shown


def test_a_note_holds_no_markup_of_others():
    assert render.note("a < b").data == "<p>a &lt; b</p>"


def test_without_claims_the_page_goes_on(monkeypatch):
    monkeypatch.setattr(render, "all_claims", list)
    assert "no claim" in render.verdicts(judged([("A", "A1")], ["here"])).data
    assert "No rows" in render.untestable().data


def test_details_have_a_column_for_the_paper_where_there_are_several():
    several = render.verdict_details(judged([("A", "1"), ("B", "1")], ["here"])).data
    assert '<th scope="col">paper</th>' in several
    assert (
        '<th scope="col">paper</th>'
        not in render.verdict_details(judged([("A", "1")], ["here"])).data
    )


# --- Provenance ---------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch):
    calls = []
    monkeypatch.setattr(
        "IPython.display.display",
        lambda *data, **named: calls.append(SimpleNamespace(data=data, **named)),
    )
    return calls


def test_provenance_shows_and_carries_an_entry_a_run(shown):
    first = record(1)
    records = [first, record(2, parent=first.id), record(3)]
    runs(SimpleNamespace(records=records))
    (call,) = shown
    assert call.raw
    html = call.data[0]["text/html"]
    assert html.count("<tr") == 1 + 3
    for entry in records:
        assert entry.id[:12] in html
        assert entry.chain in html
    assert "6,144" in html
    carried = call.metadata[RUNS]
    assert [Record.model_validate(facts) for facts in carried] == records


def test_a_page_says_the_command_that_repeats_it():
    assert text_of(command(study(seeds=3), "06_sequential_schemes")).strip() == (
        "papermill notebooks/06_sequential_schemes.ipynb out.ipynb "
        "-p profile quick -p cohort phantom -p seeds 3"
    )

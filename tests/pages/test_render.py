"""Render: what a page says of its numbers, and what it carries for other programs."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from cxrstudy.pages import render
from cxrstudy.pages.render import banner, command, runs
from cxrstudy.runs.provenance import RUNS
from cxrstudy.runs.record import Record


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


def test_details_show_both_corrected_p_values():
    shown = text_of(render.verdict_details(judged([("A", "A1")], ["here"])))
    for words in ("p of the margin, corrected", "p of no relevant difference, corrected", "0.02"):
        assert words in shown


def test_a_note_holds_no_markup_of_others():
    assert render.note("a < b").data == "<p>a &lt; b</p>"


def test_without_claims_the_page_goes_on(monkeypatch):
    monkeypatch.setattr(render, "all_claims", list)
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

"""Render: what a page says of its numbers, and what it carries for other programs."""

import re
from types import SimpleNamespace

import pandas as pd
import pytest

from cxrstudy.pages.render import banner, command, runs, table
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


# --- Tables -------------------------------------------------------------------------------------


def test_a_difference_and_its_interval_are_one_column_with_three_decimals():
    frame = pd.DataFrame(
        {
            "arm": ["general", "pneumonia"],
            "estimate": [0.12345, -0.06661],
            "low": [0.00049, -0.2],
            "high": [0.99951, 0.03],
            "adjusted_p": [0.04449, 1.0],
            "patients": [12, 12],
        }
    )
    before = frame.copy()
    shown = table(frame).data
    for text in ("+0.123 [+0.000, +1.000]", "−0.067 [−0.200, +0.030]", "0.044", "1.000", ">12<"):
        assert text in shown
    assert "0.1234" not in shown
    assert "low" not in shown
    pd.testing.assert_frame_equal(frame, before)


def test_columns_keep_their_names_but_for_the_line_below_words_unless_named():
    shown = table(
        pd.DataFrame({"arm": ["a"], "adjusted_p": [0.5], "samples_seen": [3072]}), arm="scheme"
    )
    headings = re.findall(r"<th>(.*?)</th>", shown.data)
    assert headings == ["scheme", "adjusted p", "samples seen"]
    assert "3,072" in shown.data


def test_a_table_says_nothing_that_could_be_taken_for_markup():
    shown = table(pd.DataFrame({"arm": ["<b>bold</b>"]})).data
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown


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

"""Render: what a page says of its numbers, and what it carries for other programs."""

import re
from types import SimpleNamespace

import pytest

from cxrstudy.pages.html import HTML
from cxrstudy.pages.render import banner, command, note, runs
from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.runs.provenance import RUNS
from cxrstudy.runs.record import Record
from tests.support.judged import text_of
from tests.support.some import some


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


# --- What is said -------------------------------------------------------------------------------


def test_the_banner_names_cohort_profile_and_seeds_and_what_the_numbers_cannot_say():
    said = text_of(banner(study(seeds=5)))
    for words in ("Phantoms", "“quick”", "5 seeds", "shows that it works", "rendered"):
        assert words in said
    assert "They say nothing." in said


def test_the_banner_says_whether_there_are_seeds_enough_to_judge_anything():
    enough = fewest_seeds()
    assert "1 seed, too few to judge anything" in text_of(banner(study(seeds=1)))
    assert "too few" in text_of(banner(study(seeds=enough - 1)))
    assert "too few" not in text_of(banner(study(seeds=enough)))


def test_a_note_holds_no_markup_of_others():
    assert note("a < b").data == "<p>a &lt; b</p>"


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
    runs(SimpleNamespace(records=records, not_run={}))
    (call,) = shown
    assert call.raw
    html = call.data[0]["text/html"]
    assert html.count("<tr") == 1 + 3
    for entry in some(records):
        assert entry.id[:12] in html
        assert entry.chain in html
    assert "6,144" in html
    assert "3 runs on “Phantoms” made this page" in text_of(HTML(html))
    carried = call.metadata[RUNS]
    assert [Record.model_validate(facts) for facts in carried] == records


def test_runs_whose_chains_are_alike_are_told_apart_by_their_arms(shown):
    records = [record(number << 240) for number in (1, 2, 3)]
    trained = {("a", 0): records[0].id, ("b", 0): records[0].id, ("c", 0): records[1].id}
    runs(SimpleNamespace(records=records, not_run={}, trained=trained), named=str.upper)
    (call,) = shown
    cells = re.findall(r'data-heading="arm"[^>]*>([^<]*)<', call.data[0]["text/html"])
    assert cells == ["A; B", "C", ""]


def test_a_page_names_the_arms_that_were_not_run_outside_of_what_is_folded(shown):
    why = "not run: its parent, run 0123456789ab (random → general), has no result: <weak>"
    runs(SimpleNamespace(records=[record(1)], not_run={("general", 0.1): why}))
    (call,) = shown
    folded, _, said = call.data[0]["text/html"].partition("</details>")
    assert "not run" not in folded
    assert "general, seed 0.1: not run: its parent, run 0123456789ab" in text_of(HTML(said))
    assert "&lt;weak&gt;" in said


def test_a_page_says_the_command_that_repeats_it():
    assert text_of(command(study(seeds=3), "06_sequential_schemes")).strip() == (
        "papermill notebooks/06_sequential_schemes.ipynb out.ipynb "
        "-p profile quick -p cohort phantom -p seeds 3"
    )


@pytest.mark.parametrize("name", ["14_discovery", "22_weights_and_shortcuts"])
def test_the_command_of_a_page_with_a_world_of_its_own_names_no_cohort(name):
    assert text_of(command(study(), name)).strip() == (
        f"papermill notebooks/{name}.ipynb out.ipynb -p profile quick -p seeds 1"
    )

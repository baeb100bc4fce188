"""Budgets: what half the steps gave stands in a chapter, and nothing where it is not recorded."""

from types import SimpleNamespace

import pandas as pd
import pytest

from cxrstudy.base.places import results as results_folder
from cxrstudy.pages.computed import budgets
from cxrstudy.pages.html import HTML
from tests.support.judged import judged, text_of

CHAPTER = "06_sequential_schemes"
ARMS = pd.DataFrame(
    {"experiment": CHAPTER, "arm": ["control", "control", "pooled", ("random", 0.1)],
     "run": ["1a", "1b", "2", "3"],
     "plateau": ["yes", "yes", "no", "not known"],
     "gain": [0.001, 0.001, 0.0312, float("nan")],
     "gain_high": [0.008, 0.008, 0.05, float("nan")]}
)  # fmt: skip


@pytest.fixture
def recorded(monkeypatch, tmp_path):
    """Results of two profiles, one with half the steps of the other; gives the folder of each."""
    full, half = (results_folder() / "phantom" / name for name in ("plateau", "halved"))
    monkeypatch.setattr(budgets.results, "folders", lambda: [half, full])
    monkeypatch.setattr(budgets.results, "reference", lambda cohort, name: full)
    monkeypatch.setattr(budgets.results, "facts", lambda folder: SimpleNamespace(profile="plateau"))
    monkeypatch.setattr(budgets.results, "arms", lambda folder: ARMS)
    monkeypatch.setattr(budgets, "half_of", lambda folder, name: half if folder == full else None)
    table = judged(("B1", "supported", 0.02), ("B2", "not judged", float("nan")))
    monkeypatch.setattr(budgets, "judged_results", lambda folder: table)
    budgets._judged.cache_clear()
    yield full, half
    budgets._judged.cache_clear()


def test_verdicts_and_gains_of_half_the_steps_are_shown(recorded):
    text = text_of(HTML(budgets.of_chapter(CHAPTER)))
    assert "B1 supported +0.020 [+0.010, +0.030] above 0" in text
    assert "B2" not in text
    assert "control +0.001 +0.008 yes" in text
    assert "pooled +0.031 +0.050 no" in text
    assert text.count("control") == 1
    assert "Without a recorded gain: random, 0.1." in text
    assert "gained less than 0.005, and surely less than 0.02" in text
    assert "does not count as evidence" in text


def test_a_chapter_without_results_of_half_the_steps_shows_nothing(recorded, monkeypatch):
    monkeypatch.setattr(budgets, "half_of", lambda folder, name: None)
    assert budgets.of_chapter(CHAPTER) == ""
    monkeypatch.setattr(budgets.results, "reference", lambda cohort, name: None)
    assert budgets.of_chapter(CHAPTER) == ""


def test_where_nothing_is_decided_or_known_it_is_said(recorded, monkeypatch):
    monkeypatch.setattr(budgets.results, "arms", lambda folder: ARMS.assign(gain=float("nan")))
    monkeypatch.setattr(
        budgets, "judged_results", lambda folder: judged(("B2", "not judged", float("nan")))
    )
    text = text_of(HTML(budgets.of_chapter(CHAPTER)))
    assert "at a plateau" not in text
    assert "Without a recorded gain: control; pooled; random, 0.1." in text


def test_a_gain_of_shared_runs_is_known_in_every_chapter(recorded, monkeypatch):
    other = pd.DataFrame(
        {"experiment": "07_gradcam", "arm": ["pretrained", "permuted"], "run": ["1a", "4"],
         "plateau": ["no", "no"], "gain": float("nan"), "gain_high": float("nan")}
    )  # fmt: skip
    both = pd.concat([ARMS, other], ignore_index=True)
    monkeypatch.setattr(budgets.results, "arms", lambda folder: both)
    text = text_of(HTML(budgets.of_chapter("07_gradcam")))
    assert "pretrained +0.001 +0.008 yes" in text
    assert "Without a recorded gain: permuted." in text
    assert "pooled" not in text


@pytest.mark.parametrize("profile", ["standard", "quick"])
def test_profiles_without_a_half_have_none(profile):
    folder = results_folder() / "phantom" / profile
    assert budgets.half_of(folder, CHAPTER) is None

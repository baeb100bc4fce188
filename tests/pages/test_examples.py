"""Examples: chosen by rule, and never an image whose licence forbids it."""

import re

import numpy as np
import pytest

from cxrstudy.data import cohort
from cxrstudy.pages import examples
from cxrstudy.pages.examples import extremes, page_explorer
from tests.support.some import some


def test_the_surest_and_the_least_sure_are_those_with_the_highest_and_lowest_scores(small):
    shown = extremes(small.arms, "control", each=2)
    said = small.arms.only(["control"]).scores()
    mine = said.query("seed == 0 and role == 'target' and split == 'test' and truth_covid19 == 1")
    ordered = np.sort(mine["score_covid19"].to_numpy())
    wanted = [*ordered[::-1][:2], *ordered[:2]]
    assert [float(re.search(r"[\d.]+$", one.title)[0]) for one in shown] == pytest.approx(
        wanted, abs=0.0005
    )
    assert [one.title.split(":")[0] for one in shown] == ["high score"] * 2 + ["low score"] * 2
    assert all(one.lesion.any() and one.heat.shape == one.image.shape for one in some(shown))


def test_images_that_may_not_be_published_are_not_chosen(small, monkeypatch):
    monkeypatch.setattr(examples, "publishable", lambda licence: False)
    assert extremes(small.arms, "control", each=2) == []


def test_the_explorer_of_a_page_shows_the_arms_asked_for(small):
    made = page_explorer(small.arms, ["control", (2, "larger")], images=3)
    assert made.shown == 3
    assert not made.left_out
    assert "larger" in made.html


def test_phantoms_may_be_published(small):
    assert isinstance(small.study.cohort, cohort.Cohort)
    licences = set(small.study.cohort.role("target").table["licence"])
    assert all(map(examples.publishable, licences))

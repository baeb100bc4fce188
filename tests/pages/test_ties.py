"""Ties: which arms are shown at which strength, and what they are compared with."""

import pytest

from cxrstudy.pages import figures, ties
from cxrstudy.statistics import auroc, estimates, made_scores

ARMS = [("random", 0), ("random", 0.95), ("in-domain", 0), ("in-domain", 0.95)]
CURED = ("random, balanced", 0.95)


@pytest.fixture(scope="module")
def scores():
    return made_scores([*ARMS, CURED])


def named(table):
    return list(dict.fromkeys(table["arm"]))


def test_a_cure_is_no_line_of_the_figure(scores):
    assert named(ties.by_strength(scores)) == [(tie, name) for name, tie in ARMS]


def test_the_strongest_tie_has_the_cure_and_is_compared_with_random_weights(scores):
    strongest = ties.strongest(scores)
    assert named(strongest) == [("random", 0.95), ("in-domain", 0.95), CURED]
    assert ties.uncured(scores) == ("random", 0.95)


def test_strengths_are_the_places_of_the_figure(scores):
    table = estimates(ties.by_strength(scores), auroc("covid19"))
    figure = figures.by_factor(table, ties.strength(), "AUROC")
    (axes,) = figure.axes
    drawn = {tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) > 1}
    assert (0, 0.95) in drawn
    assert "hospital follows their disease" in figure.get_supxlabel()

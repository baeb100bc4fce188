"""Ties: which arms are shown at which strength, and what they are compared with."""

import pandas as pd
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


def test_how_closely_the_hospital_follows_is_said_in_words():
    assert ties.network_in_words(CURED) == "nearly always, balanced"
    assert ties.network_in_words(("random", 0)) == "never"
    assert "<b>nearly always, balanced</b>" in ties.network_shown(CURED).data
    assert "<b>&lt;x&gt;</b>" in ties.network_shown(CURED, lambda arm: "<x>").data
    assert "only where the hospital follows the disease never and for half." in (
        ties.strengths_here([0.5, 0.0]).data
    )
    assert "only" not in ties.strengths_here(list(ties.HOW_OFTEN)).data


def test_networks_without_a_tie_are_named_with_both_tests(scores):
    both = pd.concat(
        [scores[scores["role"] == "target"].assign(role=role) for role in ("untied", "reversed")]
    )
    reversed_ = both["role"] == "reversed"
    both.loc[reversed_, "score_covid19"] = 1 - both.loc[reversed_, "score_covid19"]
    said = ties.moved_without_a_tie(both, auroc("covid19")).data
    found = estimates(both, auroc("covid19"), role="untied").set_index("arm")["estimate"]
    before = found["random", 0]
    assert f"random {before:.3f} to {1 - before:.3f}" in said
    assert "balanced" not in said
    tied = both[[tie > 0 for _, tie in both["arm"]]]
    assert ties.moved_without_a_tie(tied, auroc("covid19")).data == ""
    every = set(both["arm"])
    assert ties.moved_without_a_tie(both, auroc("covid19"), every).data == ""


def test_panels_of_one_metric_have_one_axis(scores):
    table = estimates(ties.by_strength(scores), auroc("covid19"))
    low = table.assign(**{name: table[name] / 2 for name in ("estimate", "low", "high")})
    tables = {"here": table, "there": low}
    grid = figures.panels_by_factor(tables, ties.strength(), {}, ties.ends_of(tables.values())).axes
    assert grid[0].get_ylim() == pytest.approx(grid[1].get_ylim())
    assert (
        ties.ends_of([table.assign(estimate=float("nan"), low=float("nan"), high=float("nan"))])
        == []
    )

"""Benefit: one line and band per arm, and the strategies that need no model."""

import numpy as np
import pytest

from cxrstudy.pages import figures
from cxrstudy.pages.figures import benefit
from cxrstudy.pages.figures.gate import FigureError
from cxrstudy.statistics.decision import ALL, NONE
from tests.support import figure_tables as tables
from tests.support.some import some

ARMS = ["control", "pooled"]


def lines(axes):
    return [line.get_xydata() for line in axes.lines]


def test_every_arm_and_strategy_has_its_line():
    table = tables.beneficial(ARMS)
    (axes,) = figures.decision_curve(table).axes
    for found, name in some(zip(lines(axes), [*ARMS, ALL, NONE], strict=True)):
        rows = table[table["arm"] == name]
        np.testing.assert_array_equal(found, rows[["threshold", "estimate"]])


def test_every_arm_has_its_interval_as_a_band():
    table = tables.beneficial(ARMS)
    (axes,) = figures.decision_curve(table).axes
    assert len(axes.collections) == len(ARMS)
    for band, arm in some(zip(axes.collections, ARMS, strict=True)):
        rows = table[table["arm"] == arm]
        corners = band.get_paths()[0].vertices
        edges = set(map(tuple, rows[["threshold", "low"]].to_numpy()))
        edges |= set(map(tuple, rows[["threshold", "high"]].to_numpy()))
        assert edges <= set(map(tuple, corners))


def test_all_that_is_worth_something_is_seen_and_treat_all_may_leave():
    (axes,) = figures.decision_curve(tables.beneficial(ARMS)).axes
    bottom, top = axes.get_ylim()
    assert bottom > -0.2
    assert top > tables.beneficial(ARMS)["high"].max()


@pytest.mark.parametrize("largest", [0.3, 0.6])
def test_names_stand_by_their_lines_also_where_one_leaves(largest):
    table = tables.beneficial(ARMS)
    (axes,) = figures.decision_curve(table[table["threshold"] <= largest]).axes
    assert sorted(text.get_text() for text in axes.texts) == [*ARMS, ALL, NONE]


def test_a_strategy_that_leaves_is_named_where_it_is_last_seen():
    table = tables.beneficial(ARMS)
    (axes,) = figures.decision_curve(table).axes
    rows = table[(table["arm"] == ALL) & (table["estimate"] >= axes.get_ylim()[0])]
    assert rows["threshold"].max() < table["threshold"].max()
    last = rows.sort_values("threshold").iloc[-1]
    (name,) = [text for text in axes.texts if text.get_text() == ALL]
    assert name.xy == (last["threshold"], last["estimate"])


def test_a_strategy_that_is_never_seen_has_no_name_and_the_other_has():
    table = tables.beneficial(ARMS)
    table.loc[table["arm"] == ALL, ["estimate", "low", "high"]] = -5.0
    (axes,) = figures.decision_curve(table).axes
    assert sorted(text.get_text() for text in axes.texts) == [*ARMS, NONE]


def test_arms_differ_in_dashes_too():
    (axes,) = figures.decision_curve(tables.beneficial(ARMS)).axes
    first, second = axes.lines[:2]
    assert first.is_dashed() != second.is_dashed()


def test_an_arm_that_leaves_the_figure_below_is_said(said):
    table = tables.beneficial(ARMS)
    worse = (table["arm"] == "pooled") & (table["threshold"] > 0.3)
    table.loc[worse, ["estimate", "low", "high"]] = -5.0
    text = said(figures.decision_curve(table))
    assert "is not shown; it occurs for pooled" in text


def test_where_there_is_no_benefit_the_losses_are_seen():
    table = tables.beneficial(["control"])
    table.loc[table["arm"] != NONE, ["estimate", "low", "high"]] = -0.2
    (axes,) = figures.decision_curve(table).axes
    assert axes.get_ylim()[0] < -0.2


def test_a_threshold_that_is_no_probability_is_named():
    with pytest.raises(FigureError, match="threshold 30: give a probability from 0 to 1"):
        figures.decision_curve(tables.beneficial(ARMS).assign(threshold=range(30, 78)))


def test_an_arm_that_touches_the_lower_edge_does_not_leave_the_figure():
    table = tables.beneficial(ARMS)
    lowest = table.loc[table["arm"] == "pooled", "estimate"].min()
    assert benefit._below(table, ["pooled"], lowest) == ""
    assert "it occurs for pooled" in benefit._below(table, ["pooled"], lowest + 0.001)

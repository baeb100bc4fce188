"""Factors: one line per series, its points at the levels of the factor."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.base.checks import ParameterError
from cxrstudy.pages import figures
from cxrstudy.pages.figures.gate import FigureError
from tests.support import figure_tables as tables
from tests.support.gallery import ALPHA, RESOLUTION
from tests.support.some import some


def drawn(axes):
    """Points of every line that has marks, a series."""
    return [
        [tuple(map(float, point)) for point in line.get_xydata()]
        for line in axes.lines
        if line.get_marker() not in ("None", None)
    ]


def expected(table, series, at):
    return [
        (at.get(row.arm[0], row.arm[0]), row.estimate)
        for row in table.itertuples()
        if row.arm[1] == series
    ]


def test_each_series_is_a_line_over_the_levels():
    table = tables.resolutions()
    (axes,) = figures.by_factor(table, RESOLUTION, "AUROC").axes
    assert drawn(axes) == [
        expected(table, series, RESOLUTION.at) for series in ("same steps", "same computation")
    ]
    assert axes.get_xscale() == "log"
    assert axes.get_ylabel() == "AUROC"


def test_levels_are_joined_in_their_order_whatever_that_of_the_table():
    table = tables.resolutions()
    (axes,) = figures.by_factor(table.iloc[::-1], RESOLUTION, "AUROC").axes
    for line in some(drawn(axes)):
        assert [x for x, _ in line] == [32, 64, 96, 128]


def test_every_estimate_has_its_interval(bars):
    table = tables.mixups(0.8, 0.04, 0.03)
    (axes,) = figures.by_factor(table, ALPHA, "AUROC").axes
    found = {(x, low, high) for x, low, high in bars(axes)}
    assert found == {(row.arm[0], row.low, row.high) for row in table.itertuples()}
    assert len(bars(axes)) == len(table)


def test_the_levels_and_the_series_are_named(said):
    text = said(figures.by_factor(tables.mixups(0.8, 0.04, 0.03), ALPHA, "AUROC"))
    for name in ("0", "0.1", "0.2", "0.4", "half the steps", "all steps", "twice the steps"):
        assert name in text.split("\n")
    assert "mixup (alpha)\nn = 210 patients" in text


def test_names_are_in_the_order_of_the_ends_of_their_lines():
    (axes,) = figures.by_factor(tables.mixups(0.8, 0.04, 0.03), ALPHA, "AUROC").axes
    heights = {text.get_text(): text.get_position()[1] for text in axes.texts}
    assert heights["half the steps"] > heights["all steps"] > heights["twice the steps"]


def test_panels_show_a_metric_each_at_its_own_heights_and_the_ideal():
    panels = tables.mixup_panels()
    grid = figures.panels_by_factor(panels, ALPHA, {"calibration slope": 1.0}).axes
    titles = [axes.get_title(loc="left") for axes in grid]
    assert [title.replace("\n", " ") for title in titles] == list(panels)
    # Longer lines would run into the numbers of the next panel.
    assert max(len(line) for title in titles for line in title.split("\n")) <= 20
    for axes, table in some(zip(grid, panels.values(), strict=True)):
        assert drawn(axes) == [expected(table, length, {}) for length in (0.5, 1, 2)]
        low, high = axes.get_ylim()
        assert low < table["low"].min()
        assert high > table["high"].max()
    broken = [[line.get_ydata()[0] for line in axes.lines if line.is_dashed()] for axes in grid]
    assert broken == [[], [], [1.0]]


def test_series_are_named_once_in_the_last_panel_that_has_them():
    panels = tables.mixup_panels()
    whole = panels["calibration slope"]
    panels["calibration slope"] = whole[[length != 2 for _, length in whole["arm"]]]
    grid = figures.panels_by_factor(panels, ALPHA, {}).axes
    named = [{text.get_text() for text in axes.texts} for axes in grid]
    assert named == [set(), {"twice the steps"}, {"half the steps", "all steps"}]


def test_a_level_that_stands_nowhere_is_refused():
    with pytest.raises(ValueError, match="large"):
        figures.by_factor(tables.estimated({("large", "a"): 0.5}), RESOLUTION, "AUROC")


def infinite(rows):
    table = tables.mixups(0.8, 0.04, 0.03).assign(reason="")
    table.loc[table.index[rows], ["estimate", "high"]] = np.inf
    table.loc[table.index[rows], "reason"] = "the scores separate the classes"
    return table


def test_a_series_is_named_at_its_last_finite_point(said):
    table = infinite([2, 3])
    figure = figures.panels_by_factor({"slope": table}, ALPHA, {"slope": 1.0})
    ends = {text.get_text(): text.xy for text in figure.axes[0].texts if hasattr(text, "xy")}
    assert ends["half the steps"][0] == 0.1
    said_of = said(figure).replace("\n", " ")
    assert "no point: 0.2, 0.5; 0.4, 0.5 (infinite: the scores separate the classes)" in said_of


def test_a_series_without_a_finite_point_is_said_to_be_infinite(said):
    text = said(figures.by_factor(infinite(range(12)), ALPHA, "slope"))
    assert "and 8 others (infinite" in text


def test_zero_on_a_logarithmic_axis_has_a_place_and_is_said(said):
    table = tables.estimated({(0, "a"): 0.5, (0.1, "a"): 0.6, (0.2, "a"): 0.7})
    figure = figures.by_factor(table, figures.Factor("alpha", "log"), "AUROC")
    text = said(figure)
    assert "0 is left of the dotted line" in text
    assert {"0", "0.1", "0.2"} <= set(text.split("\n"))
    (points,) = drawn(figure.axes[0])
    assert [x for x, _ in points] == [0.05, 0.1, 0.2]


@pytest.mark.parametrize(
    ("arm", "said"),
    [("a", "arm 'a' is not a pair"), (("low", "a"), "level 'low' is no number"),
     ((None, "a"), "row 0 has no arm"), ((-1, "a"), "alpha −1 has no place")],
)  # fmt: skip
def test_an_arm_that_has_no_place_is_named(arm, said):
    table = tables.estimated({"x": 0.5})
    table = table.assign(arm=pd.Series([arm], dtype=object))
    with pytest.raises((FigureError, ParameterError), match=said):
        figures.by_factor(table, figures.Factor("alpha", "log"), "AUROC")

"""Series: points, lines and the axes that they stand on."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cxrstudy.pages.figures.series import (
    asides,
    draw_hollow,
    draw_line,
    draw_points,
    fit_heights,
    fit_widths,
    magnitudes_below,
    numbers_below,
)
from cxrstudy.pages.figures.style import LOOKS

ROWS = pd.DataFrame(
    {"x": [1.0, 2.0], "estimate": [0.5, 0.6], "low": [0.4, 0.55], "high": [0.62, 0.7]}
)


@pytest.fixture
def axes():
    return plt.subplots()[1]


def shown(axes):
    axes.figure.draw_without_rendering()
    return [label.get_text() for label in axes.get_xticklabels()]


@pytest.mark.parametrize(
    ("draw", "style"), [(draw_line, "-"), (draw_points, "None"), (draw_hollow, "None")]
)
def test_points_and_intervals_stand_where_the_table_says(axes, bars, draw, style):
    draw(axes, ROWS, LOOKS[1])
    (line,) = axes.lines
    assert line.get_xydata().tolist() == ROWS[["x", "estimate"]].to_numpy().tolist()
    assert bars(axes) == [(1.0, 0.4, 0.62), (2.0, 0.55, 0.7)]
    assert line.get_linestyle() == style
    assert (line.get_color(), line.get_marker()) == (LOOKS[1].colour, LOOKS[1].marker)


def test_hollow_marks_are_hollow(axes):
    draw_hollow(axes, ROWS, LOOKS[0])
    draw_points(axes, ROWS, LOOKS[0])
    assert [line.get_markerfacecolor() for line in axes.lines] == ["white", LOOKS[0].colour]


def test_series_at_the_same_place_lie_beside_one_another(axes):
    for aside in asides(3):
        draw_points(axes, ROWS, LOOKS[0], aside)
    starts = [line.get_transform().transform((1.0, 0.5)) for line in axes.lines]
    gaps = np.diff([x for x, _ in starts]) * 72 / axes.figure.dpi
    assert gaps == pytest.approx([5, 5])
    assert starts[1] == pytest.approx(axes.transData.transform((1.0, 0.5)))


def test_heights_hold_all_intervals_and_what_else_is_asked_for(axes):
    fit_heights(axes, ROWS, also=[1.0])
    low, high = axes.get_ylim()
    assert 0.3 < low < 0.4
    assert 1.0 < high < 1.1


def test_an_interval_without_an_end_runs_out_of_the_figure(axes, bars):
    rows = ROWS.assign(high=[0.62, np.inf])
    draw_points(axes, rows, LOOKS[0])
    fit_heights(axes, rows)
    assert axes.get_ylim()[1] < 0.7
    assert bars(axes)[1][2] > 1000


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_widths_leave_the_same_room_at_both_sides(axes, scale):
    axes.set_xscale(scale)
    fit_widths(axes, [10.0, 1000.0, 20.0], 0.1)
    places = axes.transAxes.inverted().transform(axes.transData.transform([(10, 1), (1000, 1)]))
    assert places[:, 0] == pytest.approx([0.1 / 1.2, 1.1 / 1.2])


def test_one_level_alone_has_width_too(axes):
    fit_widths(axes, [0.4], 0.1)
    low, high = axes.get_xlim()
    assert low < 0.4 < high


def test_numbers_that_would_touch_are_left_out(axes):
    axes.set_xlim(0, 100)
    numbers_below(axes, [10, 10.5, 60], ["ten", "ten and a half", "sixty"])
    assert shown(axes) == ["ten", "sixty"]


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((400, 4000), ["500", "1,000", "2,000"]),
        ((3000, 2_000_000), ["10,000", "100,000", "1,000,000"]),
    ],
)
def test_magnitudes_are_round_numbers_without_powers(axes, limits, expected):
    axes.set_xscale("log")
    axes.set_xlim(*limits)
    magnitudes_below(axes)
    assert shown(axes) == expected

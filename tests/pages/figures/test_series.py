"""Series: points and lines."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cxrstudy.pages.figures.scales import fit_heights
from cxrstudy.pages.figures.series import (
    asides,
    draw_hollow,
    draw_line,
    draw_points,
    last_points,
)
from cxrstudy.pages.figures.style import LOOKS

ROWS = pd.DataFrame(
    {"x": [1.0, 2.0], "estimate": [0.5, 0.6], "low": [0.4, 0.55], "high": [0.62, 0.7]}
)


@pytest.fixture
def axes():
    return plt.subplots()[1]


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


def test_an_interval_without_an_end_runs_out_of_the_figure(axes, bars):
    rows = ROWS.assign(high=[0.62, np.inf])
    draw_points(axes, rows, LOOKS[0])
    fit_heights(axes, rows)
    assert axes.get_ylim()[1] < 0.7
    assert bars(axes)[1][2] > 1000


def test_a_line_is_broken_where_a_point_is_not_finite(axes):
    rows = pd.DataFrame(
        {"x": [1, 2, 3], "estimate": [0.5, np.inf, 0.6], "low": np.nan, "high": np.nan}
    )
    draw_line(axes, rows, LOOKS[0])
    assert np.isnan(axes.lines[0].get_ydata()).tolist() == [False, True, False]


def test_the_last_point_of_a_series_is_the_last_that_is_finite():
    rows = pd.DataFrame(
        {
            "x": [3.0, 1.0, 2.0, 1.0], "estimate": [np.inf, 0.5, 0.6, np.nan],
            "series": ["a", "a", "a", "b"],
        }
    )  # fmt: skip
    assert last_points(rows, "series", ["a", "b"]) == {"a": (2.0, 0.6)}

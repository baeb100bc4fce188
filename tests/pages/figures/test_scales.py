"""Scales: limits, positions and numbers of axes."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.figures.gate import FigureError
from cxrstudy.pages.figures.scales import (
    fit_heights,
    fit_widths,
    limits,
    log_places,
    magnitudes_below,
    numbers_below,
)
from tests.support.some import some

ROWS = pd.DataFrame(
    {"x": [1.0, 2.0], "estimate": [0.5, 0.6], "low": [0.4, 0.55], "high": [0.62, 0.7]}
)


@pytest.fixture
def axes():
    return plt.subplots()[1]


def shown(axes):
    axes.figure.draw_without_rendering()
    return [label.get_text() for label in axes.get_xticklabels()]


def test_heights_hold_all_intervals_and_what_else_is_asked_for(axes):
    fit_heights(axes, ROWS, also=[1.0])
    low, high = axes.get_ylim()
    assert 0.3 < low < 0.4
    assert 1.0 < high < 1.1


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
    numbers_below([axes], [10, 10.5, 60], ["ten", "ten and a half", "sixty"])
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
    magnitudes_below([axes])
    assert shown(axes) == expected


ANY = st.floats()


@given(st.lists(st.tuples(ANY, ANY, ANY), max_size=5))
def test_limits_are_finite_and_hold_every_finite_number(rows):
    table = pd.DataFrame(rows, columns=["estimate", "low", "high"], dtype=float)
    table = table.where(table.abs() < 1e9)
    low, high = limits(table, [], room=0.05)
    assert np.isfinite([low, high]).all()
    assert low < high
    known = [value for value in table.to_numpy().ravel() if not np.isnan(value)]
    assert [value for value in known if not low <= value <= high] == []


# --- Logarithmic axes ---------------------------------------------------------------------------


def test_zero_has_a_place_of_its_own_on_a_logarithmic_axis(axes):
    places = log_places([0, 100, 200], "patients")
    assert places.at == {0: 50, 100: 100, 200: 200}
    assert "0 is left of the dotted line" in places.said
    places.draw_break(axes)
    (line,) = axes.lines
    assert 50 < line.get_xdata()[0] < 100


def test_without_zero_nothing_is_said_of_it(axes):
    places = log_places([100, 200], "patients")
    places.draw_break(axes)
    assert (places.said, len(axes.lines)) == ("", 0)


@given(st.lists(st.floats(1e-6, 1e6) | st.just(0.0), min_size=1).filter(any))
def test_positions_on_a_logarithmic_axis_keep_the_order_of_the_values(values):
    places = log_places(values, "alpha").at
    assert list(places) == sorted(set(values))
    assert (np.diff(list(places.values())) > 0).all()
    assert min(places.values()) > 0


@pytest.mark.parametrize(
    ("value", "named"), [(-1.0, "−1"), (np.nan, "undefined"), (np.inf, "infinite")]
)
def test_what_has_no_place_on_a_logarithmic_axis_is_named(value, named):
    with pytest.raises(FigureError, match=f"alpha {named} has no place on a logarithmic axis"):
        log_places([1.0, value], "alpha")


def test_zero_alone_makes_no_logarithmic_axis():
    with pytest.raises(FigureError, match="no alpha is above 0"):
        log_places([0.0], "alpha")


@pytest.mark.parametrize("limits", [(238, 378), (95, 105), (1.01, 1.04), (0.02, 30)])
def test_a_logarithmic_axis_has_two_numbers_at_least(axes, limits):
    axes.set_xscale("log")
    axes.set_xlim(*limits)
    magnitudes_below([axes])
    found = [float(text) for text in shown(axes)]
    assert len(found) >= 2
    assert all(limits[0] <= number <= limits[1] for number in some(found))


def test_panels_of_other_limits_get_other_numbers():
    _, grid = plt.subplots(1, 2)
    for axes, ends in zip(grid, [(400, 4000), (3, 40)], strict=True):
        axes.set_xscale("log")
        axes.set_xlim(*ends)
    magnitudes_below(list(grid))
    assert [shown(axes)[0] for axes in grid] == ["500", "5"]

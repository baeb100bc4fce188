"""Intervals: every arm has its point and interval in its row, and the numbers beside them."""

import itertools
import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cxrstudy.base.checks import ParameterError
from cxrstudy.pages import figures
from cxrstudy.pages.figures.gate import FigureError
from tests.support import figure_tables as tables
from tests.support.some import some


def contrasts_of(table, axis):
    return figures.differences(table.assign(against="control"), axis)


TABLE = pd.DataFrame(
    {
        "arm": ["control", "general", "pneumonia → general"],
        "estimate": [0.757, 0.857, 0.7],
        "low": [0.7, 0.8214, 0.65],
        "high": [0.81, 0.9, 0.75],
        "patients": 123,
        "images": 160,
        "seeds": 5,
        "level": 0.95,
    }
)
CONTRASTS = pd.DataFrame(
    {
        "arm": ["general", "pneumonia"],
        "against": "control",
        "estimate": [0.1, -0.0571],
        "low": [0.05, -0.1],
        "high": [0.15, 0.02],
        "patients": 123,
        "images": 160,
        "seeds": 1,
        "level": 0.95,
    }
)


def texts(axes):
    return [text.get_text() for text in axes.texts]


def lines(axes, marker):
    return [line for line in axes.lines if line.get_marker() == marker]


def bars(axes):
    """Place, low and high of the intervals, from top to bottom."""
    found = []
    for line in lines(axes, "None"):
        x, y = line.get_data()
        if len(set(y)) == 1:
            found.append((y[0], x[0], x[1]))
    return found


@pytest.mark.parametrize("chance", [0.5, 0.97])
def test_what_chance_gives_is_on_the_axis_however_far_away_it_is(chance):
    (axes,) = figures.estimates(TABLE, "AUROC", chance=chance).axes
    assert "chance" in [text.strip() for text in texts(axes)]
    low, high = axes.get_xlim()
    assert low < chance < high
    (line,) = [line for line in lines(axes, "None") if set(line.get_xdata()) == {chance}]
    assert line.get_linestyle() != "-"


def test_chance_that_is_no_number_is_refused():
    with pytest.raises(ParameterError, match="chance"):
        figures.estimates(TABLE, "AUROC", chance=math.nan)


@pytest.mark.parametrize(
    ("draw", "table"), [(figures.estimates, TABLE), (figures.differences, CONTRASTS)]
)
def test_every_arm_has_its_point_and_interval_in_its_row(draw, table):
    (axes,) = draw(table, "AUROC").axes
    assert bars(axes) == [
        (place, row.low, row.high) for place, row in enumerate(table.itertuples())
    ]
    points = [(line.get_xdata()[0], line.get_ydata()[0]) for line in lines(axes, "o")]
    assert points == [(estimate, place) for place, estimate in enumerate(table["estimate"])]
    assert [label.get_text() for label in axes.get_yticklabels()] == table["arm"].tolist()
    assert axes.get_yticks().tolist() == list(range(len(table)))
    bottom, top = axes.get_ylim()
    assert bottom > len(table) - 1
    assert top < 0  # the first arm is at the top


def test_numbers_stand_beside_their_intervals():
    (axes,) = figures.estimates(TABLE, "AUROC").axes
    column = {text.get_position()[1]: text.get_text() for text in axes.texts}
    assert column[1] == "0.857  [0.821, 0.900]"
    (axes,) = figures.differences(CONTRASTS, "AUROC").axes
    assert texts(axes) == ["+0.100  [+0.050, +0.150]", "−0.057  [−0.100, +0.020]"]


@pytest.mark.parametrize(
    ("draw", "table", "seeds"),
    [(figures.estimates, TABLE, "5 seeds"), (figures.differences, CONTRASTS, "1 seed;")],
)
def test_the_number_of_patients_images_and_seeds_is_on_the_figure(draw, table, seeds):
    label = draw(table, "AUROC of COVID-19").get_supxlabel()
    assert "AUROC of COVID-19" in label
    assert "n = 123 patients, 160 images" in label
    assert seeds in label
    assert "95 % interval" in label


def test_what_the_paper_reported_is_a_broken_line_with_its_name():
    published = {"control, as published": 0.757, "best, as published": 0.857}
    (axes,) = figures.estimates(TABLE, "AUROC", published).axes
    broken = [line for line in axes.lines if line.is_dashed()]
    assert [line.get_xdata()[0] for line in broken] == [0.757, 0.857]
    names = {text.get_text().strip(): text.xy[0] for text in axes.texts if hasattr(text, "xy")}
    assert published.items() <= names.items()
    assert not [
        line for line in figures.estimates(TABLE, "AUROC").axes[0].lines if line.is_dashed()
    ]


def test_differences_have_a_line_at_zero_and_say_to_what_they_are():
    figure = figures.differences(CONTRASTS, "AUROC")
    (axes,) = figure.axes
    assert [0, 0] in [list(line.get_xdata()) for line in axes.lines]
    assert "difference to control" in figure.get_supxlabel()
    assert "right of 0: higher than control" in figure.get_supxlabel()


@pytest.mark.parametrize(("better", "side"), [("higher", "right"), ("lower", "left")])
def test_which_side_is_better_comes_from_the_metric(better, side):
    said = figures.differences(CONTRASTS.assign(better=better), "Brier score").get_supxlabel()
    assert f"({side} of 0: better than control)" in said


@pytest.mark.parametrize("better", ["higher", "lower"])
def test_which_values_of_an_estimate_are_better_comes_from_the_metric(better):
    said = figures.estimates(TABLE.assign(better=better), "Brier score").get_supxlabel()
    assert f"Brier score ({better} is better)" in said


def test_a_metric_without_a_direction_has_no_better_values():
    assert "better" not in figures.estimates(TABLE.assign(better=""), "score").get_supxlabel()


def test_two_reference_arms_in_one_figure_are_named():
    table = CONTRASTS.assign(against=["control", "pooled"])
    with pytest.raises(FigureError, match=r"several values of 'against' .*control, pooled"):
        figures.differences(table, "AUROC")


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "values", [[0.80, 0.81, 0.86], [0.8, 0.8, 0.8], [0.1 * n for n in range(9)]]
)
def test_names_of_published_values_do_not_touch(values, order):
    published = {f"paper C, arm number {n}": value for n, value in enumerate(values)}
    figure = figures.estimates(TABLE, "AUROC", dict(list(published.items())[::order]))
    figure.canvas.draw()
    found = [text for text in figure.axes[0].texts if "paper" in text.get_text()]
    boxes = [text.get_window_extent() for text in found]
    assert len(boxes) == len(values)
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))


@pytest.mark.parametrize(
    "name", ["x" * 80, "the best of several networks of another hospital " * 2]
)
def test_long_names_of_published_values_leave_room_for_the_axes(name):
    """Also beside long names of arms, and where values lie at both ends."""
    published = {f"{name}{number}": value for number, value in enumerate([0.99, 0.0, 0.75])}
    figure = figures.estimates(TABLE.assign(arm=["x" * 80, "b", "c"]), "AUROC", published)
    figure.canvas.draw()  # a layout that collapsed is a warning, and so an error
    axes = figure.axes[0]
    assert axes.get_window_extent().width > 0.2 * figure.bbox.width
    boxes = [text.get_window_extent() for text in axes.texts if hasattr(text, "xy")]
    assert len(boxes) == 3
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    assert all(box.x0 > 0 and box.x1 < figure.bbox.width for box in some(boxes))


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_published_value_that_is_no_number_is_named(value):
    with pytest.raises(ParameterError, match=r"published 'paper A' .* finite number"):
        figures.estimates(TABLE, "AUROC", {"paper A": value})


def test_a_long_name_is_broken_and_the_axes_keep_their_width():
    long = "control with twice the steps on general findings of another hospital, then on pneumonia"
    (axes,) = figures.estimates(TABLE.assign(arm=[long, "b", "x" * 80]), "AUROC").axes
    axes.figure.canvas.draw()
    assert axes.get_window_extent().width > 0.2 * axes.figure.bbox.width
    assert axes.get_yticklabels()[0].get_text().count("\n") >= 2


def test_what_is_not_finite_is_a_word_and_no_point():
    table = TABLE.assign(
        estimate=[np.inf, np.nan, 0.7], high=[np.inf, 0.9, 0.75],
        reason=["the scores separate the classes", "no image was called negative", ""],
    )  # fmt: skip
    (axes,) = figures.estimates(table, "slope").axes
    said = [text.get_text().replace("\n", " ") for text in axes.texts]
    assert said == [
        "infinite  [0.700, infinite] (the scores separate the classes)",
        "no image was called negative", "0.700  [0.650, 0.750]",
    ]  # fmt: skip
    assert [line.get_ydata()[0] for line in lines(axes, "o")] == [2]
    assert np.isfinite(axes.get_xlim()).all()


def test_an_arm_that_is_a_tuple_is_named_by_its_parts():
    table = TABLE.assign(arm=[("random", 0.1), ("random", 1), ("in-domain", 1)])
    (axes,) = figures.estimates(table, "AUROC").axes
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names == ["random, 0.1", "random, 1", "in-domain, 1"]


def test_numbers_of_a_narrow_axis_do_not_touch():
    """Long names, and long reasons at the right, leave little of the width to the axis."""
    name = "control with twice the steps on general findings of another hospital"
    table = tables.estimated({name: 0.5, "b": 0.93}).assign(reason="the same in every draw " * 3)
    table.loc[1, ["low", "high"]] = np.nan
    figure = figures.estimates(table, "AUROC")
    figure.draw_without_rendering()
    axes = figure.axes[0]
    low, high = axes.get_xlim()
    seen = [t.label1 for t in axes.xaxis.get_major_ticks() if low <= t.get_loc() <= high]
    boxes = [label.get_window_extent() for label in seen]
    assert len(boxes) >= 2
    assert all(one.x1 < other.x0 for one, other in some(itertools.pairwise(some(boxes))))


def test_that_no_row_has_an_interval_is_said_once_below_and_not_beside_each_point():
    bare = TABLE.assign(low=np.nan, high=np.nan, reason="")
    shown = texts(figures.estimates(bare, "AUROC").axes[0])
    assert [text.strip() for text in shown[:3]] == ["0.757", "0.857", "0.700"]
    some_bare = TABLE.assign(low=[np.nan, 0.8, 0.6], high=[np.nan, 0.9, 0.8], reason="")
    assert "[no interval]" in texts(figures.estimates(some_bare, "AUROC").axes[0])[0]


@pytest.mark.parametrize("draw", [figures.estimates, contrasts_of])
@given(
    st.lists(st.integers(-1000, 1000), min_size=2, max_size=6),
    st.sampled_from([1e-6, 1e-5, 1e-4, 1e-3]),
)
def test_points_without_intervals_that_lie_apart_have_different_numbers(draw, places, unit):
    """A tenth of the axis is seen, so it is read too; not where it is less than a millionth."""
    values = np.array(places) * unit
    spread = np.ptp(values)
    assume(spread >= 1e-5)
    arms = [f"arm {number}" for number in range(len(values))]
    bare = pd.DataFrame({"arm": arms, "estimate": values, "low": np.nan, "high": np.nan})
    figure = draw(bare.assign(patients=123, images=160, seeds=1, level=0.95), "metric")
    said = texts(figure.axes[0])[: len(values)]
    plt.close(figure)
    apart = [
        (one, other)
        for one, other in itertools.combinations(range(len(values)), 2)
        if abs(values[one] - values[other]) >= 0.1 * spread
    ]
    assert all(said[one] != said[other] for one, other in some(apart))

"""Labels: moved apart as little as needed, in order."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.figures.labels import boxes, label_ends, label_points, spread
from cxrstudy.pages.figures.style import LOOKS
from tests.support.some import some

HEIGHTS = st.lists(st.floats(0, 1), min_size=1, max_size=7)


@given(HEIGHTS)
def test_spread_labels_do_not_touch_and_keep_their_order(heights):
    placed = spread(heights, [0.1] * len(heights))
    in_order = placed[np.argsort(heights, kind="stable")]
    assert (np.diff(in_order) >= 0.1 - 1e-9).all()


@given(HEIGHTS)
def test_spread_labels_stay_around_where_they_should_be(heights):
    placed = spread(heights, [0.1] * len(heights))
    assert np.mean(placed) == pytest.approx(np.mean(heights))


def test_labels_that_are_apart_stay_where_they_are():
    assert spread([0.9, 0.1, 0.5], [0.1] * 3) == pytest.approx([0.9, 0.1, 0.5])


def test_two_labels_at_one_place_go_half_their_size_each_way():
    assert spread([0.5, 0.5], [0.1, 0.3]) == pytest.approx([0.4, 0.6])


@pytest.mark.parametrize("count", [1, 3, 7])
def test_names_of_series_that_end_together_do_not_touch(count):
    figure, axes = plt.subplots(layout="constrained")
    axes.set(xlim=(0, 1), ylim=(0, 1))
    names = [f"out-of-domain, large, series number {number}" for number in range(count)]
    label_ends(axes, dict.fromkeys(names, (1.0, 0.5)), dict(zip(names, LOOKS, strict=False)))
    figure.draw_without_rendering()
    found = boxes(axes.texts)
    assert len(found) == count
    for place, box in some(enumerate(found)):
        assert box.x0 > axes.bbox.x1
        assert not any(box.overlaps(other) for other in found[place + 1 :])


def test_a_name_is_lifted_over_the_bar_of_a_neighbour():
    figure, axes = plt.subplots()
    axes.set(xlim=(0, 10), ylim=(0, 1))
    axes.vlines([5.0, 5.3], [0.1, 0.1], [0.4, 0.8])
    label_points(axes, pd.DataFrame({"x": [5.0], "high": [0.4]}), ["a long name"], "black")
    figure.draw_without_rendering()
    (box,) = boxes(axes.texts)
    assert box.y0 > axes.transData.transform((0, 0.8))[1]


@pytest.mark.parametrize(("neighbour", "lines"), [(0.8, 1), (0.2, 0)])
def test_a_lifted_name_has_a_line_to_its_own_point(neighbour, lines):
    _, axes = plt.subplots()
    axes.set(xlim=(0, 10), ylim=(0, 1))
    axes.vlines([5.0, 5.3], [0.1, 0.1], [0.4, neighbour])
    label_points(axes, pd.DataFrame({"x": [5.0], "high": [0.4]}), ["a long name"], "black")
    leaders = [text for text in axes.texts if not text.get_text()]
    assert [text.xy for text in leaders] == [(5.0, 0.4)] * lines


def test_a_name_that_is_free_stands_right_above_its_bar():
    figure, axes = plt.subplots()
    axes.set(xlim=(0, 10), ylim=(0, 1))
    axes.vlines([5.0], [0.1], [0.4])
    label_points(axes, pd.DataFrame({"x": [5.0], "high": [0.4]}), ["a long name"], "black")
    figure.draw_without_rendering()
    (box,) = boxes(axes.texts)
    gap = box.y0 - axes.transData.transform((0, 0.4))[1]
    assert 0 < gap * 72 / figure.dpi < 8

"""Sites: every arm followed from place to place."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.base.checks import ParameterError
from cxrstudy.pages import figures
from tests.support.some import some


def place(levels):
    rows = [
        {"arm": arm, "estimate": e, "low": e - 0.1, "high": e + 0.1, "patients": 40, "level": 0.95}
        for arm, e in levels.items()
    ]
    return pd.DataFrame(rows)


def test_slopes_follow_every_arm_from_place_to_place_with_its_interval(bars):
    places = {"here": place({"a": 0.9, "b": 0.5}), "there": place({"a": 0.3, "b": 0.52})}
    (axes,) = figures.slopes(places, "AUROC").axes
    drawn = [line.get_ydata().tolist() for line in axes.lines if line.get_marker() in "os"]
    assert drawn == [[0.9, 0.3], [0.5, 0.52]]
    intervals = [bar[1:] for bar in bars(axes)]
    assert np.allclose(intervals, [[0.8, 1.0], [0.2, 0.4], [0.4, 0.6], [0.42, 0.62]])
    labels = [label.get_text() for label in axes.get_xticklabels()]
    assert labels == ["here\nn = 40 patients", "there\nn = 40 patients"]


def test_arms_are_named_at_the_ends_of_their_lines():
    places = {"here": place({"a": 0.9, "b": 0.5}), "there": place({"a": 0.3, "b": 0.52})}
    (axes,) = figures.slopes(places, "AUROC").axes
    ends = {text.get_text(): text.xy for text in axes.texts}
    assert ends["a"] == pytest.approx((1, 0.3))
    assert ends["b"] == pytest.approx((1, 0.52))


def test_guessing_is_a_broken_line():
    (axes,) = figures.slopes({"here": place({"a": 0.9})}, "accuracy", chance=0.25).axes
    assert [line.get_ydata()[0] for line in axes.lines if line.is_dashed()] == [0.25]
    assert "chance" in [text.get_text() for text in axes.texts]


def test_an_arm_keeps_its_places_where_a_site_lacks_it():
    places = {"one": place({"a": 0.9}), "two": place({"b": 0.5}), "three": place({"a": 0.7})}
    (axes,) = figures.slopes(places, "AUROC").axes
    first, second = (line.get_ydata().tolist() for line in axes.lines if line.get_marker() in "os")
    assert np.array_equal(first, [0.9, np.nan, 0.7], equal_nan=True)
    assert np.array_equal(second, [np.nan, 0.5, np.nan], equal_nan=True)
    ends = {text.get_text(): text.xy for text in axes.texts}
    assert (ends["a"][0], ends["b"][0]) == (2, 1)


def test_thirty_sites_have_their_names(said):
    places = {f"hospital {number}": place({"a": 0.9}) for number in range(30)}
    text = said(figures.slopes(places, "AUROC"))
    assert all(name in text.split("\n") for name in some(places))
    assert "n = 40 patients per site" in text


def test_without_an_arm_the_page_says_so(said):
    assert "No arm to draw" in said(figures.slopes({}, "AUROC"))


def test_a_chance_level_that_is_no_number_is_named():
    with pytest.raises(ParameterError, match="chance nan"):
        figures.slopes({"here": place({"a": 0.9})}, "AUROC", chance=float("nan"))

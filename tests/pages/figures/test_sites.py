"""Sites: every arm followed from place to place."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.pages import figures


def place(levels):
    rows = [
        {"arm": arm, "estimate": e, "low": e - 0.1, "high": e + 0.1, "patients": 40}
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

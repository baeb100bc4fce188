"""Checks: what is in range comes back, anything else is named with what was meant."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base.checks import ParameterError, between, checked_level, finite, share, whole


@given(st.floats(0.5, 1, exclude_max=True))
def test_a_level_is_a_share_of_at_least_one_half(level: float) -> None:
    assert checked_level(level) == level


@pytest.mark.parametrize(
    ("level", "meant"),
    [
        (95, "level 95: give a proportion, 0.95"),
        (0.05, "level 0.05: that is alpha; give 0.95"),
        (-1, "level −1: give a proportion from 0.5 to below 1"),
        (0, "level 0: give a proportion from 0.5"),
        (1, "level 1: give a proportion from 0.5"),
        (math.nan, "level nan: give a finite number"),
        ("0.95", "level '0.95': give a finite number"),
        (True, "level True: give a finite number"),
    ],
)
def test_other_levels_are_refused_with_what_was_meant(level: Any, meant: str) -> None:
    with pytest.raises(ParameterError, match=meant):
        checked_level(level)


@given(st.floats().filter(lambda value: not 0 <= value <= 1))
def test_what_is_no_share_is_refused_by_its_name(value: float) -> None:
    with pytest.raises(ParameterError, match=r"^chance "):
        share(value, "chance")


def test_a_share_may_be_none_or_all_and_a_percentage_is_guessed() -> None:
    assert (share(0, "chance"), share(1.0, "chance")) == (0.0, 1.0)
    with pytest.raises(ParameterError, match=r"published 98.7: .*such as 0.987"):
        share(98.7, "published")
    for value, said in ((-0.5, "−0.5"), (100.5, "100.5")):
        with pytest.raises(ParameterError, match=rf"^chance {said}: give a number from 0 to 1$"):
            share(value, "chance")


def test_a_number_between_two_is_at_neither() -> None:
    assert between(np.float32(0.5), 0, 1, "false_alarms") == 0.5
    for end in (0, 1):
        with pytest.raises(ParameterError, match=f"false_alarms {end}: give a number above 0"):
            between(end, 0, 1, "false_alarms")


@pytest.mark.parametrize("value", [0, 1.5, 2.0, True, "3", None])
def test_a_count_is_a_whole_number(value: Any) -> None:
    with pytest.raises(ParameterError, match=r"columns .* a whole number of at least 1"):
        whole(value, 1, "columns")


def test_counts_and_numbers_of_numpy_are_numbers() -> None:
    assert whole(np.int64(3), 1, "columns") == 3
    assert finite(np.float64(0.5), "ideal") == 0.5

"""Holm's correction: the textbook, and what must hold for any p values."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.statistics import holm
from tests.support.some import some

probabilities = st.lists(st.floats(0, 1), min_size=1, max_size=12).map(np.array)


def test_holm_adjusts_the_textbook_example():
    # .005 x 4, .01 x 3, .03 x 2, and .04 x 1, which is raised to the one before it.
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_of_one_p_value_is_itself_and_of_large_ones_is_one():
    assert holm(np.array([0.03])) == pytest.approx([0.03])
    assert holm(np.array([0.9, 0.6, 0.7])) == pytest.approx([1, 1, 1])


@given(probabilities)
def test_holm_is_the_largest_of_all_steps_up_to_a_p_value(p):
    ranked = sorted(p)
    steps = [min(1.0, (len(p) - rank) * value) for rank, value in enumerate(ranked)]
    expected = [max(steps[: ranked.index(value) + 1]) for value in p]
    last = [max(steps[: len(ranked) - ranked[::-1].index(value)]) for value in p]
    found = holm(p)
    assert all(
        e - 1e-12 <= f <= g + 1e-12 for e, f, g in some(zip(expected, found, last, strict=True))
    )


@given(probabilities)
def test_holm_is_monotone_and_never_below_the_p_value_nor_above_bonferroni(p):
    found = holm(p)
    assert (found >= p).all()
    assert (found <= np.minimum(1, p * len(p)) + 1e-12).all()
    assert (np.diff(found[np.argsort(p, kind="stable")]) >= 0).all()


@given(st.permutations([0.001, 0.02, 0.03, 0.3, 0.9]))
def test_holm_keeps_the_order_it_is_given(p):
    by_value = dict(zip([0.001, 0.02, 0.03, 0.3, 0.9], [0.005, 0.08, 0.09, 0.6, 0.9], strict=True))
    assert holm(np.array(p)) == pytest.approx([by_value[value] for value in p])


@pytest.mark.parametrize("wrong", [np.nan, -0.1, 1.1])
def test_what_is_no_p_value_is_refused(wrong):
    with pytest.raises(ValueError, match="p values must lie from 0 to 1"):
        holm(np.array([0.5, wrong]))

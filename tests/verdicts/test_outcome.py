"""Outcome: one rule; every outcome is reached, and edges are where the rule says."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cxrstudy.verdicts.outcome import Evidence, Interval, decide

KINDS = ("superiority", "non-inferiority", "equivalence")


def seen(low, high, p=0.001, p_relevant=0.001, narrow=None):
    """Evidence whose narrow interval is a little narrower, unless it is given."""
    inner = narrow or (low + 0.1 * (high - low), high - 0.1 * (high - low))
    return Evidence(Interval(low, high), Interval(*inner), p, p_relevant)


@pytest.mark.parametrize(
    ("kind", "margin", "low", "high", "outcome"),
    [
        ("superiority", 0.0, 0.01, 0.09, "supported"),
        ("superiority", 0.0, -0.09, -0.01, "reversed"),
        ("superiority", 0.0, -0.01, 0.09, "inconclusive"),
        ("superiority", 0.0, 0.0, 0.09, "inconclusive"),
        ("superiority", 0.0, -0.09, 0.0, "inconclusive"),
        ("superiority", 0.0, -0.01, 0.01, "no relevant difference"),
        # Relevance first: shown to be above zero, and shown to be irrelevant.
        ("superiority", 0.0, 0.001, 0.015, "no relevant difference"),
        ("superiority", 0.0, -0.015, -0.001, "no relevant difference"),
        ("superiority", 0.05, 0.06, 0.09, "supported"),
        ("superiority", 0.05, 0.021, 0.04, "reversed"),
        ("superiority", 0.05, 0.03, 0.09, "inconclusive"),
        ("superiority", 0.05, -0.01, 0.01, "no relevant difference"),
        ("non-inferiority", -0.05, -0.04, 0.01, "supported"),
        ("non-inferiority", -0.05, -0.12, -0.06, "reversed"),
        ("non-inferiority", -0.05, -0.06, 0.01, "inconclusive"),
        # For non-inferiority the margin comes first.
        ("non-inferiority", -0.05, -0.01, 0.01, "supported"),
        ("equivalence", 0.0, -0.01, 0.01, "supported"),
        ("equivalence", 0.0, 0.03, 0.09, "reversed"),
        ("equivalence", 0.0, -0.09, -0.03, "reversed"),
        ("equivalence", 0.0, 0.01, 0.09, "inconclusive"),
    ],
)
def test_the_rule_is_where_the_intervals_lie(kind, margin, low, high, outcome):
    assert decide(kind, margin, 0.02, seen(low, high)) == outcome


@pytest.mark.parametrize("kind", KINDS)
def test_no_p_value_of_five_percent_decides(kind):
    margin = -0.05 if kind == "non-inferiority" else 0.0
    for low, high in ((0.03, 0.09), (-0.2, -0.1), (-0.01, 0.01)):
        evidence = seen(low, high, p=0.05, p_relevant=0.05)
        assert decide(kind, margin, 0.02, evidence) == "inconclusive"


def test_the_narrow_interval_decides_about_relevance_and_the_wide_one_about_the_margin():
    narrow = seen(-0.021, 0.010, narrow=(-0.019, 0.008))
    assert decide("superiority", 0.0, 0.02, narrow) == "no relevant difference"
    wide = seen(-0.001, 0.05, narrow=(0.001, 0.048))
    assert decide("superiority", 0.0, 0.02, wide) == "inconclusive"


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.001, 0.5))
def test_a_turned_interval_turns_the_verdict(one, other, relevant):
    low, high = sorted((one, other))
    turned = {"supported": "reversed", "reversed": "supported"}
    outcome = decide("superiority", 0.0, relevant, seen(low, high))
    mirrored = decide("superiority", 0.0, relevant, seen(-high, -low))
    assert mirrored == turned.get(outcome, outcome)


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(0.001, 0.5), st.sampled_from(KINDS))
def test_each_decision_needs_the_p_value_of_its_own_test(one, other, relevant, kind):
    low, high = sorted((one, other))
    assume(low < high)
    margin = -relevant if kind == "non-inferiority" else 0.0
    without_margin = decide(kind, margin, relevant, seen(low, high, p=1.0))
    without_relevance = decide(kind, margin, relevant, seen(low, high, p_relevant=1.0))
    same = "supported" if kind == "equivalence" else "no relevant difference"
    assert without_margin in (same, "inconclusive")
    about_margin = {"reversed"} if kind == "equivalence" else {"supported", "reversed"}
    assert without_relevance in about_margin | {"inconclusive"}
    assert decide(kind, margin, relevant, seen(low, high, 1.0, 1.0)) == "inconclusive"


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.1), (np.nan, 0.1), (0.1, np.nan)])
def test_what_is_no_interval_is_refused(low, high):
    with pytest.raises(ValueError, match="is not an interval"):
        Interval(low, high)


def test_a_p_value_that_is_not_a_number_is_refused():
    with pytest.raises(ValueError, match="is not a number"):
        seen(0.1, 0.2, p=np.nan)

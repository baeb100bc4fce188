"""Across: every combination of verdicts has its words, and no row is hidden."""

from itertools import product
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.verdicts.across import DECIDING, SIMULATED, OnCohort, together
from cxrstudy.verdicts.outcome import Outcome
from tests.support.some import some

REAL = "on radiographs of children, of one hospital"
OUTCOMES = get_args(Outcome)
ROWS = st.lists(
    st.builds(
        OnCohort,
        st.sampled_from(OUTCOMES),
        st.sampled_from([SIMULATED, REAL]),
        st.sampled_from([-0.1, 0.0, 0.1, float("nan")]),
    ),
    max_size=5,
)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([], "not judged"),
        ([("not judged", REAL, 0.1)], "not judged"),
        ([("not testable", REAL, 0.1), ("not judged", SIMULATED, 0.1)], "not judged"),
        ([("inconclusive", REAL, 0.1)], "inconclusive on 1 cohort"),
        ([("supported", REAL, 0.1)], "supported, only on radiographs"),
        (
            [("supported", SIMULATED, 0.1), ("supported", REAL, 0.2)],
            "supported, in simulation and on radiographs; the same direction everywhere",
        ),
        (
            [("supported", SIMULATED, 0.1), ("reversed", REAL, -0.2)],
            "opposite results: supported only in simulation, reversed only on radiographs; "
            "directions differ",
        ),
        (
            [("supported", SIMULATED, 0.1), ("no relevant difference", REAL, 0.01)],
            "depends on the cohort: supported only in simulation, no relevant difference only on "
            "radiographs; the same direction everywhere",
        ),
        (
            [("inconclusive", SIMULATED, 0.1), ("inconclusive", REAL, -0.01)],
            "inconclusive on 2 cohorts; directions differ",
        ),
    ],
)
def test_what_rows_say_together(rows, said):
    assert together([OnCohort(*row) for row in rows]) == said


@given(ROWS, st.randoms())
def test_the_order_of_cohorts_says_nothing(rows, random):
    mixed = list(rows)
    random.shuffle(mixed)
    assert together(mixed) == together(rows)


@given(ROWS)
def test_every_outcome_that_was_found_is_said_and_no_other(rows):
    said = together(rows)
    for name in some(DECIDING):
        assert (name in said) == any(row.outcome == name for row in rows)
    assert ("inconclusive" in said) == any(row.outcome == "inconclusive" for row in rows)


def test_two_cohorts_that_decide_the_same_agree_wherever_they_are():
    for outcome, first, second in some(
        list(product(DECIDING, (SIMULATED, REAL), (SIMULATED, REAL)))
    ):
        said = together([OnCohort(outcome, first, 0.1), OnCohort(outcome, second, 0.1)])
        assert said.startswith(f"{outcome}, ")
        assert ("only" in said) == (first == second)

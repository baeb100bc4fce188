"""More patients: the gain of a doubling, and what is not known."""

import pytest

from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.pages.your_set.patients import more_patients
from cxrstudy.statistics import auroc, made_scores, trend

METRIC = auroc("covid19")
ARMS = [("random", 0.1), ("random", 0.25), ("random", 0.5), ("random", 1), ("random", "5-shot")]
SIZES = {0.1: 10, 0.25: 20, 0.5: 40, 1: 80, "5-shot": 15}


def test_the_gain_of_a_doubling_is_the_slope_over_the_three_largest_sizes():
    scores = made_scores(ARMS, seeds=fewest_seeds())
    doses = {("random", 0.25): 0.0, ("random", 0.5): 1.0, ("random", 1): 2.0}
    slope = trend(scores, METRIC, doses)["estimate"].item()
    answer = more_patients(scores, METRIC, SIZES)
    assert f"up to all 80, changed the {METRIC.name} by +{slope:.3f}" in answer.said
    assert "the most to hope for" in answer.said
    assert "20 to 80" in answer.shown
    assert "[" in answer.shown
    assert "may be chance" not in answer.said


def test_with_too_few_seeds_it_may_be_chance_and_no_interval_is_shown():
    answer = more_patients(made_scores(ARMS, seeds=1), METRIC, SIZES)
    assert "that may be chance" in answer.said
    assert "[" not in answer.shown


def test_a_curve_that_does_not_rise_promises_nothing():
    falling = [("random", 1), ("random", 0.5), ("random", 0.25)]  # each better than the one before
    scores = made_scores(falling, seeds=fewest_seeds())
    said = more_patients(scores, METRIC, SIZES).said
    assert "may buy nothing" in said
    assert "None of the curves rises" in said
    assert "to hope for" not in said


def test_curves_of_which_some_fall_promise_nothing_either():
    falling = [("falling", 1), ("falling", 0.5), ("falling", 0.25)]
    rising = [("rising", 0.25), ("rising", 0.5), ("rising", 1)]
    said = more_patients(made_scores([*falling, *rising], seeds=1), METRIC, SIZES).said
    assert "Not all of the curves rise" in said
    assert "to hope for" not in said


@pytest.mark.parametrize("arms", [[("random", 1)], [("random", "5-shot"), ("random", "1-shot")]])
def test_of_one_size_or_of_shots_alone_it_is_not_known(arms):
    said = more_patients(made_scores(arms), METRIC, SIZES, failed=2).said
    assert said.startswith("Not known: no curve has two sizes with a result.")
    assert "Left out: 2 arms without a result." in said

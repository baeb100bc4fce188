"""Level words: a page says what its run or the record lacks, and says nothing where nothing is."""

import pandas as pd
import pytest

from cxrstudy.pages.level_words import (
    at_distinct_rates,
    budgets_in_words,
    holds_choices,
    holds_claims,
    kinds_lacking,
    lengths_in_words,
    of_this_run,
    rates_in_words,
    slope_in_words,
)
from cxrstudy.statistics import made_scores
from cxrstudy.study.experiment import arms_of
from cxrstudy.study.study import Study

KINDS = ("same steps", "same computation", "own weights")
PACES = ("own weights, slower", "own weights, faster")


@pytest.fixture(scope="module")
def quick():
    return Study("quick", "phantom", 1)


@pytest.fixture(scope="module")
def standard():
    return Study("standard", "phantom", 1)


def test_a_caption_of_this_run_names_its_profile(quick, standard):
    assert of_this_run(quick, "Steps") == "Steps, in this run (Phantoms, profile quick)"
    assert "profile standard" in of_this_run(standard, "Steps")


def test_rates_that_are_the_profile_s_own_are_said_and_not_drawn(quick, standard):
    scores = made_scores([(1, kind) for kind in (*KINDS, *PACES)])
    assert "“slower”, “faster”" in rates_in_words(quick)
    assert [fixed for _, fixed in at_distinct_rates(quick, scores)["arm"].unique()] == [*KINDS]
    assert rates_in_words(standard) == ""
    assert len(at_distinct_rates(standard, scores)) == len(scores)


def test_a_budget_of_the_profile_s_steps_is_said(quick, standard):
    assert "“to a plateau” have the steps of all others" in budgets_in_words(quick)
    assert budgets_in_words(standard) == ""


def test_one_length_of_training_is_said_and_several_are_not(quick):
    arms = arms_of("04_mixup", quick)
    one = made_scores([(0, 0.5), (0.1, 0.5), (0, "repeat 1")])
    assert "one length of training, 16 steps" in lengths_in_words(arms, one)
    assert lengths_in_words(arms, made_scores([(0, 0.5), (0, 1)])) == ""


def test_kinds_of_arms_that_are_not_recorded_are_said(quick):
    arms = arms_of("03_resolution", quick)
    said = kinds_lacking(arms, made_scores([(1, kind) for kind in KINDS[:2]]))
    assert all(f"“{kind}”" in said for kind in (KINDS[2], *PACES))
    assert "no fair comparison" in said
    assert "fair" not in kinds_lacking(arms, made_scores([(1, kind) for kind in KINDS]))
    assert kinds_lacking(arms, made_scores([(1, kind) for kind in (*KINDS, *PACES)])) == ""


def test_a_fold_without_any_claim_s_arms_or_choices_can_be_left_out():
    assert not holds_claims("03_resolution", made_scores([(1, "same steps"), (2, "same steps")]))
    assert holds_claims("03_resolution", made_scores([(1, "own weights"), (2, "own weights")]))
    pair = [(0, 1), (0.1, 1)]
    assert not holds_choices("04_mixup", made_scores(pair))
    arms = [*pair, (0.2, 1), (0.4, 1), (0, "repeat 1"), (0, "repeat 2")]
    assert holds_choices("04_mixup", made_scores(arms))


def slopes(*rows):
    named = ["arm", "estimate", "low", "high"]
    return pd.DataFrame([dict(zip(named, row, strict=True)) for row in rows])


@pytest.mark.parametrize(
    ("most", "means"),
    [
        ((0.9, 0.8, 1.0), "nearer to"),
        ((0.2, 0.1, 0.3), "further from"),
        ((0.55, 0.45, 0.65), "not shown to differ"),
    ],
)
def test_a_slope_is_nearer_only_where_intervals_are_apart(most, means):
    said = slope_in_words(slopes(((0.4, 1), *most), ((0, 1), 0.5, 0.4, 0.6)))
    assert means in said
    assert said.startswith(f"With alpha 0.4 the calibration slope is {most[0]:.3f} [")


def test_nothing_is_said_of_slopes_without_intervals_or_without_a_reference():
    nan = float("nan")
    assert slope_in_words(slopes(((0, 1), 0.5, nan, nan), ((0.4, 1), 0.9, nan, nan))) == ""
    assert slope_in_words(slopes(((0.1, 1), 0.5, 0.4, 0.6), ((0.4, 1), 0.9, 0.8, 1.0))) == ""

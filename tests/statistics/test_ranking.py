"""Ranking metrics against scikit-learn, and what may not change them."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from cxrstudy.statistics import weighted_auroc
from cxrstudy.statistics.ranking import BLOCK
from tests.support.score_tables import drawn


def test_auroc_counts_pairs_with_ties_as_half():
    scores, truth = np.array([1.0, 2, 3, 2, 4]), np.array([False, False, False, True, True])
    # 2 beats 1, ties with 2, loses to 3; 4 beats all three.
    assert weighted_auroc(scores, truth, np.ones((1, 5)))[0] == pytest.approx(4.5 / 6)


images = st.lists(
    st.tuples(st.integers(-4, 4) | st.floats(-5, 5, width=16), st.booleans(), st.integers(0, 3)),
    min_size=2,
    max_size=25,
)


@given(images)
def test_auroc_is_that_of_scikit_learn_with_weights_and_ties(rows):
    scores, truth, weights = (np.array(column) for column in zip(*rows, strict=True))
    truth, scores = truth.astype(bool), scores.astype(float)
    assume(weights[truth].sum() > 0 and weights[~truth].sum() > 0)
    several = np.array([weights, 4.5 - weights, np.ones(len(rows))])
    expected = [roc_auc_score(truth, scores, sample_weight=row) for row in several]
    assert weighted_auroc(scores, truth, several) == pytest.approx(expected, abs=1e-12)


@given(images)
def test_auroc_of_reversed_scores_is_the_rest_to_one(rows):
    scores, truth, _ = (np.array(column) for column in zip(*rows, strict=True))
    truth, ones = truth.astype(bool), np.ones((1, len(rows)))
    assume(truth.any() and not truth.all())
    forward = weighted_auroc(scores.astype(float), truth, ones)
    assert weighted_auroc(-scores.astype(float), truth, ones) == pytest.approx(1 - forward)


def test_a_weight_of_two_is_the_image_twice():
    truth, _, scores = drawn(1, patients=12)
    weights = np.random.default_rng(0).integers(1, 4, 12)
    twice = np.repeat(np.arange(12), weights)
    assert weighted_auroc(scores, truth, weights[None].astype(float)) == pytest.approx(
        weighted_auroc(scores[twice], truth[twice], np.ones((1, len(twice))))
    )


def test_auroc_of_one_class_is_unknown():
    truth = np.array([True, False, False])
    weights = np.array([[1.0, 0, 0], [0, 1, 2], [1, 1, 0]])
    found = weighted_auroc(np.array([2.0, 1, 3]), truth, weights)
    np.testing.assert_array_equal(found, [np.nan, np.nan, 1.0])


@given(images, st.sampled_from([np.exp, np.arctan, lambda x: 3 * x - 7]))
def test_auroc_depends_on_the_order_of_the_scores_only(rows, rising):
    scores, truth, weights = (np.array(column) for column in zip(*rows, strict=True))
    truth, scores = truth.astype(bool), scores.astype(float)
    moved = rising(scores)
    # Rounding may make two scores equal that were not.
    assume(len(np.unique(moved)) == len(np.unique(scores)))
    found = weighted_auroc(moved, truth, weights[None].astype(float))
    expected = weighted_auroc(scores, truth, weights[None].astype(float))
    np.testing.assert_array_equal(found, expected)


@given(images)
def test_auroc_of_the_other_class_is_the_rest_to_one(rows):
    scores, truth, _ = (np.array(column) for column in zip(*rows, strict=True))
    truth, ones = truth.astype(bool), np.ones((1, len(rows)))
    assume(truth.any() and not truth.all())
    forward = weighted_auroc(scores.astype(float), truth, ones)
    assert weighted_auroc(scores.astype(float), ~truth, ones) == pytest.approx(1 - forward)


@pytest.mark.parametrize("count", [2, BLOCK - 1, BLOCK, BLOCK + 1, 10 * BLOCK + 3])
@pytest.mark.parametrize("decimals", [0, 1, 12])
def test_auroc_counts_one_byte_weights_exactly_across_blocks(count, decimals):
    """Against a count of all pairs in whole numbers, with many ties, few and none."""
    generator = np.random.default_rng(count)
    truth = np.arange(count) % 3 == 0
    scores = np.round(generator.normal(size=count) + truth, decimals)
    weights = generator.integers(0, 256, (5, count)).astype(np.uint8)
    pairs = 2 * (scores[truth, None] > scores[~truth]) + (scores[truth, None] == scores[~truth])
    whole = weights.astype(np.int64)
    won = np.einsum("ri,rj,ij->r", whole[:, truth], whole[:, ~truth], pairs)
    every = whole[:, truth].sum(1) * whole[:, ~truth].sum(1)
    expected = np.array([w / (2 * e) if e else np.nan for w, e in zip(won, every, strict=True)])
    np.testing.assert_array_equal(weighted_auroc(scores, truth, weights), expected)
    beside = np.asfortranarray(weights)
    np.testing.assert_array_equal(weighted_auroc(scores, truth, beside), expected)


def test_infinite_scores_are_ranked_like_others():
    scores = np.array([-np.inf, -np.inf, 0, np.inf, np.inf])
    truth = np.array([False, True, False, True, False])
    # Of six pairs: a tie and two lost; won, won and a tie.
    assert weighted_auroc(scores, truth, np.ones((1, 5)))[0] == pytest.approx(3 / 6)


def test_auroc_counts_large_whole_weights_exactly_too():
    """Sums beyond 2**24, which single precision can't hold."""
    scores, truth = np.arange(6.0), np.array([False, True, False, True, False, True])
    weights = np.array([[9_999_991, 3, 7, 9_999_973, 1, 11]])
    won = 3 * 9_999_991 + 9_999_973 * 9_999_998 + 11 * 9_999_999
    every = (3 + 9_999_973 + 11) * 9_999_999
    assert weighted_auroc(scores, truth, weights)[0] == won / every

"""Calibration errors from bins: by hand, against scikit-learn, and their bias."""

import numpy as np
import pytest
from sklearn.calibration import calibration_curve as curve_of_scikit_learn

from cxrstudy.statistics.binning import (
    equal_mass,
    weighted_calibration_error,
    weighted_squared_calibration_error,
)


def ones(count):
    return np.ones((1, count))


def calibrated(seed, count):
    generator = np.random.default_rng(seed)
    scores = generator.random(count)
    return scores, generator.random(count) < scores


def test_bins_hold_as_many_images_each():
    scores = np.random.default_rng(0).permutation(100) / 100
    assert np.bincount(equal_mass(scores, 5)).tolist() == [20] * 5
    assert equal_mass(scores, 1).tolist() == [0] * 100


def test_equal_scores_share_a_bin():
    scores = np.array([0.1] * 7 + [0.5, 0.9, 0.9])
    bins = equal_mass(scores, 3)
    assert len(set(bins[:7])) == len(set(bins[8:])) == 1


@pytest.mark.parametrize("bins", [0, -1])
def test_no_bins_are_refused(bins):
    with pytest.raises(ValueError, match=r"bins .*: give a whole number of at least 1"):
        equal_mass(np.array([0.1, 0.2]), bins)


def test_the_error_is_the_mean_distance_in_the_bins_of_scikit_learn():
    scores, truth = calibrated(1, 200)
    shares, means = curve_of_scikit_learn(truth, scores**2, n_bins=8, strategy="quantile")
    found = weighted_calibration_error(scores**2, truth, ones(200), 8)
    assert found == pytest.approx([np.abs(shares - means).mean()])


def test_errors_by_hand_with_weights():
    scores = np.array([0.2, 0.4, 0.6, 0.8])
    truth = np.array([False, True, True, True])
    weights = np.array([[1, 1, 1, 1], [3, 1, 0, 2]], np.uint8)
    # Bins {0.2, 0.4} and {0.6, 0.8}; mean scores .3 and .7, shares .5 and 1.
    # With weights: .25 and .8, shares .25 and 1, of 4 and 2 images.
    found = weighted_calibration_error(scores, truth, weights, 2)
    assert found == pytest.approx([(0.2 + 0.3) / 2, (4 * 0.0 + 2 * 0.2) / 6])
    squared = weighted_squared_calibration_error(scores, truth, weights, 2)
    first = ((0.2**2 - 0.25 / 1) + 0.3**2) / 2
    second = (4 * (0 - 0.25 * 0.75 / 3) + 2 * 0.2**2) / 6
    assert squared == pytest.approx([first, second])


def test_the_error_of_a_calibrated_model_is_biased_as_the_docstring_says():
    found = [
        weighted_calibration_error(*calibrated(seed, 200), ones(200), 10)[0] for seed in range(200)
    ]
    chance = (np.arange(10) + 0.5) / 10
    expected = np.sqrt(2 * chance * (1 - chance) / (np.pi * 20)).mean()
    assert np.mean(found) == pytest.approx(expected, rel=0.08)  # of 200 draws


def test_the_debiased_error_of_a_calibrated_model_is_zero_on_average():
    found, raw = [], []
    for seed in range(400):
        scores, truth = calibrated(seed, 100)
        bins = equal_mass(scores, 5)
        gaps = [(scores - truth)[bins == number].mean() for number in range(5)]
        raw.append(np.mean(np.square(gaps)))
        found.append(weighted_squared_calibration_error(scores, truth, ones(100), 5)[0])
    assert np.mean(raw) > 0.006
    # What is left is the variance of the scores within bins, (1/5)**2 / 12 / 20 = 0.0002.
    assert np.mean(found) == pytest.approx(0, abs=4 * np.std(found) / 20 + 0.0002)


def test_bins_of_one_image_have_no_debiased_error():
    scores, truth = np.array([0.1, 0.9]), np.array([False, True])
    assert np.isnan(weighted_squared_calibration_error(scores, truth, ones(2), 2)).all()
    assert np.isnan(weighted_calibration_error(scores, truth, np.zeros((1, 2)), 2)).all()

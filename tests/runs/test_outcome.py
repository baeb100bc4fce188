"""Outcome: a training without a result is told from one with a result."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.runs.outcome import LEVEL, OutcomeError, check_finite, outcome_of

SEEN = {"present": 30, "absent": 30, "unknown": 0}


def validation(scores, truth):
    return pd.DataFrame({"score_a": scores, "truth_a": truth})


@given(st.floats(0, 1), st.integers(4, 40))
def test_a_constant_is_never_better_than_a_constant(value, images):
    truth = np.arange(images) % 2
    found = outcome_of(validation([value] * images, truth), ["a"], {"a": SEEN})
    assert found.one_score
    assert found.failures == ["one score for all validation images"]
    assert found.better_than_constant in (False, None)
    assert (found.better_than_constant is None) == (images < 6)


def test_two_images_with_one_score_are_the_fewest_that_show_a_constant():
    found = [outcome_of(validation([0.5] * n, [0] * n), ["a"], {"a": SEEN}) for n in (1, 2)]
    assert [each.one_score for each in found] == [False, True]


def test_a_clear_signal_passes_and_its_opposite_does_not():
    truth = np.arange(40) % 2
    noise = np.random.default_rng(0).random(40) / 2
    good, bad = (
        outcome_of(validation(noise + sign * truth, truth), ["a"], {"a": SEEN}) for sign in (1, -1)
    )
    assert good.better_than_constant is True
    assert good.failures == []
    assert bad.failures == ["not better than a constant on validation"]


def test_noise_passes_as_often_as_the_level_says():
    random, truth = np.random.default_rng(1), np.arange(40) % 2
    tables = (
        pd.DataFrame({
            "score_a": random.random(40), "truth_a": truth,
            "score_b": random.random(40), "truth_b": truth,
        })
        for _ in range(400)
    )  # fmt: skip
    seen = {"a": SEEN, "b": SEEN}
    passed = [outcome_of(table, ["a", "b"], seen).better_than_constant for table in tables]
    # 400 draws at .05: the mean plus or minus four standard errors.
    assert np.mean(passed) == pytest.approx(LEVEL, abs=4 * np.sqrt(0.05 * 0.95 / 400))


@pytest.mark.parametrize("truth", [[0] * 8, [1] * 8, [np.nan] * 8, [1, 0] + [np.nan] * 6])
def test_validation_that_can_not_tell_says_so(truth):
    found = outcome_of(validation(np.arange(8) / 8, truth), ["a"], {"a": SEEN})
    assert (found.better_than_constant, found.p) == (None, None)
    assert found.failures == []


def test_labels_that_were_never_seen_or_known_are_named():
    table = validation(np.arange(20) / 20, np.arange(20) >= 10)
    counts = {"a": {"present": 0, "absent": 9, "unknown": 1}}
    assert outcome_of(table, ["a"], counts).failures == ["no training image of a"]
    counts = {"a": {"present": 0, "absent": 0, "unknown": 9}}
    assert outcome_of(table, ["a"], counts).failures == ["no training image with known a"]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(value):
    scores = validation([0.1, 0.2], [0, 1])
    epochs = pd.DataFrame(
        {"train_loss": [1.0], "validation_loss": [1.0], "validation_auroc": [np.nan]}
    )
    check_finite(scores, epochs, weights_are_finite=True)
    with pytest.raises(OutcomeError, match="1 scores are not finite"):
        check_finite(scores.assign(score_a=[value, 0.2]), epochs, weights_are_finite=True)
    for loss in ("train_loss", "validation_loss"):
        with pytest.raises(OutcomeError, match="1 losses are not finite"):
            check_finite(scores, epochs.assign(**{loss: [value]}), weights_are_finite=True)
    with pytest.raises(OutcomeError, match="weights are not finite"):
        check_finite(scores, epochs, weights_are_finite=False)


def test_two_images_with_equal_scores_have_one_score_and_one_image_can_not_tell():
    one, two = (outcome_of(validation([0.5] * n, [1] * n), ["a"], {"a": SEEN}) for n in (1, 2))
    assert (one.one_score, two.one_score) == (False, True)

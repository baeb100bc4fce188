"""Confusion: against scikit-learn, over seeds, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from cxrstudy.statistics.confusion import confusion
from cxrstudy.statistics.gate import ScoreError

LABELS = ["normal", "other_pneumonia", "covid19"]


def scores_of(truth, values, arm="control", seed=0):
    table = pd.DataFrame({"id": [f"image-{n}" for n in range(len(truth))]})
    for number, label in enumerate(LABELS):
        table[f"truth_{label}"] = (np.asarray(truth) == number).astype(float)
        table[f"score_{label}"] = np.asarray(values)[:, number]
    return table.assign(arm=arm, seed=seed, role="target", split="test")


@given(st.integers(0, 2**16))
def test_shares_are_those_of_scikit_learn(seed):
    random = np.random.default_rng(seed)
    truth = np.concatenate([np.arange(3), random.integers(0, 3, 20)])
    values = random.random((23, 3))
    found = confusion(scores_of(truth, values), LABELS)["share"].to_numpy().reshape(3, 3)
    expected = confusion_matrix(truth, values.argmax(1), labels=range(3), normalize="true")
    np.testing.assert_allclose(found, expected)


def test_seeds_are_averaged_and_their_range_is_told():
    right, wrong = np.eye(3), np.roll(np.eye(3), 1, axis=1)
    both = pd.concat([scores_of(range(3), right), scores_of(range(3), wrong, seed=1)])
    row = confusion(both, LABELS).iloc[0]
    assert (row["truth"], row["called"], row["share"]) == ("normal", "normal", 0.5)
    assert (row["lowest"], row["highest"], row["seeds"], row["images"]) == (0, 1, 2, 1)


def test_a_class_without_images_has_no_share():
    table = confusion(scores_of([0, 1], np.eye(3)[:2]), LABELS).set_index("truth")
    assert table.loc["covid19", "share"].isna().all()
    assert (table.loc["covid19", "images"] == 0).all()


def test_an_image_with_two_classes_and_missing_images_are_refused():
    table = scores_of([0, 1], np.eye(3)[:2])
    with pytest.raises(ScoreError, match="no scores of role 'external'"):
        confusion(table, LABELS, role="external")
    table.loc[1, "truth_normal"] = 1.0
    with pytest.raises(ScoreError, match="image 'image-1' has none or several"):
        confusion(table, LABELS)

"""Score likeness: what is planted is found, and what can't be is refused."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from cxrstudy.statistics import ScoreError
from cxrstudy.verdicts import selection
from cxrstudy.verdicts.score_likeness import Likeness, aurocs, likeness_of
from cxrstudy.verdicts.selection import Design

ALONE = Likeness(0, 0, 0, training=0)


def test_the_area_is_that_of_other_code():
    random = np.random.default_rng(0)
    truth = random.random(80) < 0.7
    scores = np.round(random.normal(size=(3, 80)), 1)
    expected = [roc_auc_score(truth, row) for row in scores]
    np.testing.assert_allclose(aurocs(scores, truth), expected)


def scores(likeness, patients=1500, seeds=4):
    """Scores of one arm that are as alike as asked, in a binormal world."""
    random = np.random.default_rng(1)
    of_image, truth = selection._images(Design(patients, patients, 2))
    noise = selection._noise(random, likeness, seeds, of_image)
    tables = [
        pd.DataFrame(
            {
                "arm": "control", "seed": seed, "role": "target", "split": "test",
                "id": [f"i{n}" for n in range(len(truth))],
                "patient": [f"p{n}" for n in of_image],
                "truth_covid19": truth.astype(float),
                # Any increasing function of a score has the same ranks.
                "score_covid19": 1 / (1 + np.exp(-(1.2 * truth + row))),
            }
        )
        for seed, row in enumerate(noise)
    ]  # fmt: skip
    return pd.concat(tables, ignore_index=True)


@pytest.mark.parametrize(
    "parts", [(0.3, 0.3, 0.1), (0.0, 0.6, 0.0), (0.5, 0.0, 0.2), (0.0, 0.0, 0.0)]
)
def test_likeness_that_is_planted_is_found(parts):
    found = likeness_of(scores(Likeness(*parts, training=0)), "control")
    assert (found.patient, found.image, found.patient_and_training) == pytest.approx(
        parts, abs=0.05
    )
    assert found.training < 0.02


def test_one_seed_or_no_arm_says_nothing_of_likeness():
    table = scores(ALONE, patients=20, seeds=1)
    with pytest.raises(ScoreError, match="'control' has fewer than two seeds with covid19"):
        likeness_of(table, "control")
    with pytest.raises(ScoreError, match="'other' has fewer than two"):
        likeness_of(table, "other")


@pytest.mark.parametrize("wrong", [{"patient": -0.1}, {"image": 0.9}, {"training": np.nan}])
def test_parts_that_are_none_are_refused(wrong):
    with pytest.raises(ValueError, match="parts of a variance"):
        replace(Likeness(0.2, 0.2, 0.2, 0.01), **wrong)

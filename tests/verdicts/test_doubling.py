"""Doubling: an arm is at a plateau if half the steps did as well, and as many more do not count."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.runs.scores import together
from cxrstudy.statistics import made_scores
from cxrstudy.training.plateau import RISE
from cxrstudy.verdicts.doubling import NOT_RECORDED, RELEVANT, gains

LABELS = ("normal", "other_pneumonia", "covid19")


def scores_of(separation, seeds=5, patients=900, arm="control", seed=3):
    """Scores of three classes; the more separation, the better."""
    rng = np.random.default_rng(seed)
    truth = np.arange(patients) % 3
    noise = rng.normal(size=(patients, 3))
    tables = []
    for number in range(seeds):
        own = np.random.default_rng((7, number)).normal(size=(patients, 3))
        said = noise + own / 3 + separation * np.eye(3)[truth]
        share = np.exp(said) / np.exp(said).sum(1, keepdims=True)
        table = pd.DataFrame(
            {"role": "target", "split": "test", "id": [f"i{n}" for n in range(patients)],
             "patient": [f"p{n}" for n in range(patients)], "source": "made"}
        )  # fmt: skip
        for place, label in enumerate(LABELS):
            table[f"truth_{label}"] = (truth == place).astype(float)
            table[f"score_{label}"] = share[:, place]
        tables.append(
            table.assign(
                arm=pd.Series([arm] * patients, index=table.index), seed=number, run=f"r{number}"
            )
        )
    return together(tables)


def gain(longer, seen, shorter, seen_there):
    return gains(longer, {"control": seen}, shorter, {"control": seen_there})["control"]


def test_an_arm_that_half_the_steps_brought_as_far_is_at_a_plateau():
    longer = scores_of(2.0)
    found = gain(longer, 800, scores_of(1.99), 400)
    assert 0 < found.estimate < RISE
    assert found.high < RELEVANT
    assert found.word == "yes"


def test_an_arm_that_twice_the_steps_made_better_is_at_none():
    found = gain(scores_of(2.0), 800, scores_of(1.7), 400)
    assert found.estimate > RISE
    assert found.word == "no"


def test_a_gain_by_fewer_than_twice_the_steps_counts_for_more():
    longer, shorter = scores_of(2.0), scores_of(1.97)
    twice = gain(longer, 800, shorter, 400)
    half_more = gain(longer, 600, shorter, 400)
    assert half_more.estimate == pytest.approx(twice.estimate / np.log2(1.5))
    assert half_more.high == pytest.approx(twice.high / np.log2(1.5))


@pytest.mark.parametrize(
    ("shorter", "seen", "why"),
    [
        (scores_of(2.0), 700, NOT_RECORDED),
        (scores_of(2.0, seeds=4), 400, "half the steps are recorded for other seeds"),
    ],
)
def test_what_half_the_steps_do_not_show_is_not_known(shorter, seen, why):
    found = gain(scores_of(2.0), 800, shorter, seen)
    assert (found.word, found.said) == ("not known", f"not known: {why}")


def test_few_patients_show_nothing_however_equal_the_estimates():
    """An estimate of no gain is no evidence of none: its interval decides too."""
    longer = scores_of(1.0, patients=45, seed=1)
    noisy = scores_of(1.0, patients=45, seed=2)
    found = gain(longer, 800, noisy, 400)
    assert found.high > RELEVANT
    assert found.word == "no"


def test_an_arm_that_is_not_recorded_with_half_the_steps_is_not_known():
    scores = made_scores(["control"])
    found = gains(scores, {"control": 800}, scores_of(2.0, arm="another"), {"another": 400})
    assert (found["control"].why, found["control"].word) == (NOT_RECORDED, "not known")

"""Map words: a sentence says more or less only where the whole interval does."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.pages.map_words import pointing_in_words
from cxrstudy.statistics import metrics

SHARE = metrics.mean("energy_lesion", bounds=(0, 1))


def looked(gain: float, spread: float = 0.02, patients: int = 40) -> pd.DataFrame:
    """Shares of two kinds of maps on the same patients, with five seeds."""
    random = np.random.default_rng(3)
    lungs = random.uniform(0.1, 0.2, patients)
    known = {"role": "target", "split": "test", "truth_energy_lesion": 1.0, "plateau": ""}
    rows = []
    for seed in range(5):
        noisy = lungs + gain + spread * random.normal(size=patients)
        rows += [
            {**known, "arm": arm, "seed": seed, "id": f"i{number}", "patient": f"p{number}",
             "score_energy_lesion": share}
            for arm, shares in (("control", noisy), ("lungs", lungs))
            for number, share in enumerate(shares)
        ]  # fmt: skip
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("gain", "said"), [(-0.05, "less than"), (0.1, "more than"), (1e-9, "not shown")]
)
def test_says_which_points_better_where_the_interval_does(gain, said):
    text = pointing_in_words(looked(gain), SHARE, "control", "lungs")
    assert said in text
    assert "40 patients, 5 seeds" in text
    assert sum(each in text for each in ("less than", "more than", "not shown")) == 1


def test_says_nothing_of_arms_that_are_not_there():
    assert pointing_in_words(looked(0.1), SHARE, "control", "another") == ""

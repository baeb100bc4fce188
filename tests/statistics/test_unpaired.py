"""Unpaired: two sets of patients, drawn apart; seeds are paired."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.statistics import ScoreError, auroc
from cxrstudy.statistics.bootstrap import resample
from cxrstudy.statistics.recovery import Recovered
from cxrstudy.statistics.sample import sample
from cxrstudy.statistics.unpaired import unpaired

COVID, PNEUMONIA = auroc("covid19"), auroc("pneumonia")


def scored(label, seed, patients, skill, seeds=3, spread=0.1, who="p"):
    """Scores of one arm on patients of its own."""
    generator = np.random.default_rng(seed)
    truth = np.arange(patients) % 2
    common = generator.normal(size=patients)
    ids = [f"{who}{n}" for n in range(patients)]
    rows = []
    for repeat in range(seeds):
        level = (skill + spread * generator.normal()) * truth + common
        level = level + 0.3 * generator.normal(size=patients)
        images = pd.DataFrame({"role": "target", "split": "test", "id": ids, "patient": ids})
        rows.append(
            images.assign(
                arm=label, seed=repeat, run="", **{f"truth_{label}": truth, f"score_{label}": level}
            )
        )
    return pd.concat(rows, ignore_index=True)


def drawn(table, metric, replicates=400):
    return resample(sample(table, metric.labels, "target", replicates), metric)


def pair(seed=0, patients=(120, 200), skills=(1.2, 1.2), replicates=400, **more):
    one = scored("covid19", seed, patients[0], skills[0], **more)
    other = scored("pneumonia", seed + 10_000, patients[1], skills[1], who="q", **more)
    return drawn(one, COVID, replicates), drawn(other, PNEUMONIA, replicates)


def test_the_estimate_is_the_difference_of_the_means_over_seeds():
    one, other = pair(skills=(2.0, 0.5))
    found = unpaired(one, "covid19", other, "pneumonia")
    assert found.estimate == pytest.approx(one.estimate("covid19") - other.estimate("pneumonia"))
    assert (found.patients, found.seeds) == (320, 3)


def delong(truth, scores):
    """Variance of an AUROC by the placements of positives and negatives (DeLong et al. 1988)."""
    above = np.greater.outer(scores[truth], scores[~truth])
    return above.mean(1).var(ddof=1) / truth.sum() + above.mean(0).var(ddof=1) / (~truth).sum()


def test_variances_of_patients_add_up():
    """Of one seed the variance is that of two independent AUROCs."""
    one, other = pair(seeds=1, replicates=4000)
    found = unpaired(one, "covid19", other, "pneumonia")
    tables = one.drawn.arms["covid19"][0], other.drawn.arms["pneumonia"][0]
    variance = sum(delong(table.truth[:, 0], table.scores[:, 0]) for table in tables)
    # Draws against a closed form.
    assert found.standard_error**2 == pytest.approx(variance, rel=0.15)


def test_equal_numbers_of_patients_are_not_drawn_together():
    """Both sets are drawn with the same numbers; equal scores must not cancel each other."""
    one, other = pair(patients=(150, 150), seeds=1)
    table = scored("covid19", 0, 150, 1.2, seeds=1)
    same = table.assign(patient="q" + table["patient"], id="q" + table["id"], arm="again")
    found = unpaired(drawn(table, COVID), "covid19", drawn(same, COVID), "again")
    alone = drawn(table, COVID).combined({"covid19": 1.0})
    assert found.estimate == 0
    # Of draws.
    assert found.standard_error == pytest.approx(2**0.5 * alone.standard_error, rel=0.15)
    assert one.drawn.counts["patients"] == other.drawn.counts["patients"]


@pytest.mark.slow
@pytest.mark.parametrize(("patients", "seeds", "spread"), [
    ((80, 200), 3, 0.3), ((400, 60), 5, 0.0), ((300, 300), 5, 1.0),
])  # fmt: skip
def test_the_level_is_held(patients, seeds, spread):
    found = [
        unpaired(*_args(pair(seed, patients, seeds=seeds, spread=spread, replicates=200))).p()
        for seed in range(400)
    ]
    wrong = np.mean(np.array(found) < 0.05)
    # 400 worlds at .05 have .028 to .075 in 99 % of cases.
    assert 0.015 <= wrong <= 0.08


def _args(both):
    return both[0], "covid19", both[1], "pneumonia"


def test_near_perfection_the_interval_is_made_from_the_exact_one():
    one, other = pair(skills=(50.0, 1.2))
    found = unpaired(one, "covid19", other, "pneumonia")
    assert isinstance(found, Recovered)
    low, high = found.interval(0.95)
    assert low < found.estimate < high


def test_a_patient_of_both_sets_is_refused():
    one, other = (
        drawn(scored("covid19", 0, 60, 1), COVID),
        drawn(scored("pneumonia", 1, 60, 1), PNEUMONIA),
    )
    with pytest.raises(ScoreError, match="patient 'p0' tests both 'covid19' and 'pneumonia'"):
        unpaired(one, "covid19", other, "pneumonia")


def test_other_seeds_are_refused():
    one = drawn(scored("covid19", 0, 60, 1, seeds=2), COVID)
    other = drawn(scored("pneumonia", 1, 60, 1, who="q"), PNEUMONIA)
    with pytest.raises(ScoreError, match=r"has seeds \[0, 1\], arm 'pneumonia' has \[0, 1, 2\]"):
        unpaired(one, "covid19", other, "pneumonia")


def test_too_few_patients_on_one_side_give_the_reason():
    one, other = pair(patients=(60, 12))
    found = unpaired(one, "covid19", other, "pneumonia")
    assert np.isnan(found.estimate)
    assert "pneumonia: 6 patients" in found.reason

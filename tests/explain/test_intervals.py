"""Clustered means: known estimates, and intervals that hold what they promise."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.explain import ExplainError, clustered_mean, summarise


def test_estimate_is_the_mean_of_known_values() -> None:
    found = clustered_mean([1.0, 0.0, np.nan, 2.0], ["a", "a", "b", "c"])
    assert (found.estimate, found.patients, found.images) == (1.0, 2, 3)
    assert found.low <= found.estimate <= found.high


def test_one_patient_has_no_chance() -> None:
    found = clustered_mean([1.0, 0.0], ["a", "a"])
    assert found.low == found.estimate == found.high == 0.5


def test_nothing_known() -> None:
    found = clustered_mean([np.nan], ["a"])
    assert np.isnan([found.estimate, found.low, found.high]).all()
    assert (found.patients, found.images) == (0, 0)


def test_correlated_images_widen_the_interval() -> None:
    values = np.repeat(np.random.default_rng(0).normal(size=50), 4)
    clustered = clustered_mean(values, np.repeat(np.arange(50), 4))
    alone = clustered_mean(values, np.arange(200))
    ratio = (clustered.high - clustered.low) / (alone.high - alone.low)
    assert ratio == pytest.approx(2, rel=0.15)  # four alike images are one


def test_coverage() -> None:
    # 200 samples of 40 patients with 1 to 3 images: the interval holds the mean 90 % of the time.
    generator = np.random.default_rng(1)
    held = 0
    for _ in range(200):
        patients = np.repeat(np.arange(40), generator.integers(1, 4, 40))
        values = generator.normal(size=40)[patients] + generator.normal(size=len(patients))
        found = clustered_mean(values, patients, level=0.9, replicates=400)
        held += found.low <= 0 <= found.high
    assert 0.83 <= held / 200 <= 0.96


def test_summary_by_group() -> None:
    table = pd.DataFrame(
        {"patient": ["a", "b", "c", "c"], "arm": ["x", "x", "y", "y"], "iou": [0.0, 1.0, 2.0, 4.0]}
    )
    rows = summarise(table, ["iou"], by=["arm"]).set_index("arm")
    assert list(rows["estimate"]) == [0.5, 3.0]
    assert list(rows["patients"]) == [2, 1]
    assert summarise(table, ["iou"])["estimate"].item() == 1.75


def test_lengths_must_agree() -> None:
    with pytest.raises(ExplainError, match="must be"):
        clustered_mean([1.0], ["a", "b"])

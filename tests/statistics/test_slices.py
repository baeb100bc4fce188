"""Slices: a planted cause of errors is found without being looked at."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.statistics.slices import agreement_with_causes, describe_slices, find_slices
from tests.support.some import some


@pytest.fixture(scope="module")
def planted():
    """A quarter of the images come from another hospital, look different, and are missed."""
    random = np.random.default_rng(4)
    hospital = np.repeat(["alder", "alder", "alder", "birch"], 50)
    features = random.normal(size=(200, 8)) + 6 * (hospital == "birch")[:, None]
    error = random.random(200) * 0.2 + 0.6 * (hospital == "birch")
    causes = pd.DataFrame({"hospital": hospital, "sex": random.choice(["F", "M"], 200)})
    return features, error, causes


def test_the_worst_slice_is_the_planted_cause(planted):
    features, error, causes = planted
    slices = find_slices(features, error, count=3)
    table = describe_slices(slices, error, causes)
    assert table["most"].iloc[0] == "hospital: birch"
    assert table["share"].iloc[0] == 1
    assert table["overall"].iloc[0] == pytest.approx(0.25)
    assert table["error"].is_monotonic_decreasing
    assert table["images"].sum() == 200


def test_the_cause_agrees_with_the_slices_and_another_does_not(planted):
    features, error, causes = planted
    found = agreement_with_causes(find_slices(features, error, count=2), causes)
    assert found["cause"].tolist() == ["hospital", "sex"]
    assert found["agreement"].iloc[0] == pytest.approx(1)
    assert abs(found["agreement"].iloc[1]) < 0.05


def test_the_same_images_give_the_same_slices(planted):
    features, error, _ = planted
    np.testing.assert_array_equal(find_slices(features, error), find_slices(features, error))


def test_what_is_no_table_of_features_is_refused(planted):
    features, error, _ = planted
    wrong = [(features[:5], error, 2), (features[0], error[:8], 2), (features[:3], error[:3], 4)]
    for shown, errors, count in some(wrong):
        with pytest.raises(ValueError, match="one row of features per image"):
            find_slices(shown, errors, count)
    with pytest.raises(ValueError, match="not finite"):
        find_slices(features, np.where(error > 0.5, np.nan, error))

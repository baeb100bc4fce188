"""Operating: thresholds that a run is used at are chosen on its validation scores alone."""

import pytest

from cxrstudy.predict.operating_points import OperatingPoint, is_positive, operating_points_of
from cxrstudy.runs import store
from cxrstudy.runs.scores import read_scores
from tests.support.some import some


@pytest.fixture(scope="module")
def run(small):
    return small.arms.plan.ends["control", 0]


def validation(small, run):
    table = read_scores(small.study.records, run).query("split == 'test'")
    return table.assign(split="validation").reset_index(drop=True)


def test_the_operating_point_reaches_its_sensitivity_on_validation(small, run):
    record, scores = store.read(small.study.records, run), validation(small, run)
    points = operating_points_of(record, scores)
    scores = scores[scores["role"] == "target"]  # what was scored of another role chooses nothing
    for label, point in some(points.items()):
        truth = scores[f"truth_{label}"].to_numpy() == 1
        called = scores[f"score_{label}"].to_numpy() >= point.threshold
        assert point.sensitivity == pytest.approx(called[truth].mean())
        assert point.specificity == pytest.approx((~called[~truth]).mean())
        assert point.sensitivity >= 0.9
        assert (scores[f"score_{label}"][truth] > point.threshold).mean() < 0.9
        assert point.images == len(scores)


def test_without_validation_images_there_is_no_operating_point_and_a_reason(small, run):
    record = store.read(small.study.records, run)
    scores = read_scores(small.study.records, run).query("split == 'test'")
    points = operating_points_of(record, scores)
    assert set(points) == set(record.labels)
    assert all("no validation scores" in point for point in points.values())


def test_a_probability_that_is_the_threshold_is_positive_and_without_one_nobody_knows():
    point = OperatingPoint(0.5, "made", 9, 0.9, 0.9)
    assert [is_positive(p, point) for p in (0.49, 0.5, 0.51)] == [False, True, True]
    assert is_positive(0.5, "no validation scores") is None

"""Operating: thresholds that a run is used at are chosen on its validation scores alone."""

import pytest

from cxrstudy.predict.operating_points import (
    OperatingPoint,
    called,
    is_positive,
    operating_points_of,
)
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
    assert list(points) == ["covid19"]
    assert all("no validation scores" in point for point in points.values())


def test_a_probability_that_is_the_threshold_is_positive_and_without_one_nobody_knows():
    point = OperatingPoint(0.5, "made", 9, 0.9, 0.9)
    assert [is_positive(p, point) for p in (0.49, 0.5, 0.51)] == [False, True, True]
    assert is_positive(0.5, "no validation scores") is None


THREE = {"normal": 0.3, "other_pneumonia": 0.35, "covid19": 0.35}
AT = OperatingPoint(0.35, "made", 9, 0.9, 0.9)


@pytest.mark.parametrize(
    ("covid", "said"),
    [(0.35, "covid19"), (0.9, "covid19"), (0.3499, "other_pneumonia"), (0.0, "other_pneumonia")],
)
def test_of_classes_exactly_one_is_called(covid, said):
    found = called("multiclass", THREE | {"covid19": covid}, {"covid19": AT})
    assert [name for name, positive in found.items() if positive] == [said]
    assert list(found) == list(THREE)


def test_of_classes_without_an_operating_point_nobody_knows():
    assert set(called("multiclass", THREE, {"covid19": "no scores"}).values()) == {None}


def test_labels_that_may_be_present_together_are_called_each_by_its_own_threshold():
    points = {"normal": AT, "other_pneumonia": AT, "covid19": "no scores"}
    found = called("multilabel", THREE, points)
    assert found == {"normal": False, "other_pneumonia": True, "covid19": None}

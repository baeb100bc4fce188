"""Operating: thresholds that a run is used at are chosen on its validation scores alone."""

from dataclasses import replace

import pytest

from cxrstudy.runs import store
from cxrstudy.runs.operating_points import (
    OperatingPoint,
    call_in_words,
    called,
    known_points,
    most_telling,
    operating_points_of,
    rule_in_words,
)
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
    assert all("no validation scores" in point for point in some(points.values()))


def test_a_probability_that_is_the_threshold_is_positive_and_without_one_nobody_knows():
    point = OperatingPoint(0.5, "made", 9, 0.9, 0.9)
    said = [called("binary", {"covid19": p}, {"covid19": point}) for p in (0.49, 0.5, 0.51)]
    assert [one["covid19"] for one in said] == [False, True, True]
    assert called("binary", {"covid19": 0.5}, {"covid19": "no scores"}) == {"covid19": None}


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


def test_a_label_that_stands_alone_is_negative_below_its_threshold():
    """It has no other class that could be called instead."""
    assert called("binary", {"covid19": 0.34}, {"covid19": AT}) == {"covid19": False}


def test_what_is_called_has_words_and_so_has_what_nobody_knows():
    positive = {"normal": False, "covid19": True}
    assert call_in_words(THREE, positive) == "COVID-19"
    assert call_in_words(THREE, positive | {"covid19": False}) == "none of the labels"
    assert call_in_words(THREE, positive | {"normal": None}) == (
        "COVID-19; no operating point for normal"
    )
    assert call_in_words(THREE, dict.fromkeys(THREE)) == (
        "nothing, without an operating point; most probable is other pneumonia"
    )


def test_the_most_telling_label_is_the_one_that_is_called_or_else_the_most_probable():
    assert most_telling(THREE | {"covid19": 0.1}, {"covid19": True}) == "covid19"
    assert most_telling(THREE, {"normal": True, "covid19": True}) == "other_pneumonia"
    assert most_telling(THREE, {"normal": False}) == "other_pneumonia"


def test_the_rule_is_said_whole_or_why_there_is_none():
    said = rule_in_words(tuple(THREE), {"covid19": replace(AT, threshold=0.35001)})
    assert said == (
        "An image is positive for a label if its probability is at least: COVID-19: "
        "0.350 (made; on 9 validation images: sensitivity 0.90, specificity 0.90); otherwise for "
        "the most probable of normal, other pneumonia: one class, never two."
    )
    assert rule_in_words(tuple(THREE), {"covid19": "why"}) == "COVID-19: no operating point: why."
    assert "otherwise" not in rule_in_words(("covid19",), {"covid19": AT})


def test_a_network_that_is_not_recorded_has_no_operating_point_and_says_why(tmp_path):
    found = known_points(tmp_path, "", "multiclass", tuple(THREE))
    assert found == {"covid19": "the network is of no recorded run"}
    found = known_points(tmp_path, "0" * 64, "multilabel", tuple(THREE))
    assert list(found) == list(THREE)
    for reason in some(found.values()):
        assert "no such record" in reason


def test_a_recorded_network_has_the_points_of_its_run(small, run):
    record = store.read(small.study.records, run)
    found = known_points(small.study.records, run, record.task, record.labels)
    assert found == operating_points_of(record, read_scores(small.study.records, run))
    assert isinstance(found["covid19"], OperatingPoint)

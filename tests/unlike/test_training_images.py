"""Trained on: the training images of a record, found again or a reason why not."""

import numpy as np
import pytest

from cxrstudy.pixels import memory_map
from cxrstudy.runs import store
from cxrstudy.unlike import training_images as trained_on
from cxrstudy.unlike.training_images import TrainingImagesError, training_images


@pytest.fixture
def record(small, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(small.runs))
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(small.runs.parent))
    return store.read(small.study.records, small.arms.plan.ends["control", 0])


def expected(small, record):
    role = small.study.cohort.role("target")
    table = small.study.cohort.manifests["phantom target"]
    side = record.identity["stage"]["pixels"]
    stored = memory_map.open_pixels(table, side, small.runs / "pixels")
    return stored[role.table["row"].to_numpy()[role.rows("train")]]


def test_they_are_the_images_of_the_training_split(small, record):
    np.testing.assert_array_equal(training_images(record), expected(small, record))


def test_of_very_many_some_are_taken_from_the_first_to_the_last(small, record, monkeypatch):
    monkeypatch.setattr(trained_on, "MOST", 3)
    whole, some = expected(small, record), training_images(record)
    middle = round((len(whole) - 1) / 2)
    np.testing.assert_array_equal(some, whole[[0, middle, len(whole) - 1]])


def test_pixels_that_are_not_here_are_named(record, tmp_path, monkeypatch):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    with pytest.raises(TrainingImagesError, match=r"-64\.npy: no such file; copy it"):
        training_images(record)


def test_images_that_have_changed_since_are_not_compared_with(record):
    changed = record.model_copy(update={"identity": record.identity | {"data": ["other"]}})
    with pytest.raises(TrainingImagesError, match="no profile draws the images of target"):
        training_images(changed)


def test_a_cohort_that_is_gone_is_named(record):
    other = record.model_copy(
        update={"cohort": "gone", "identity": record.identity | {"data": ["other"]}}
    )
    with pytest.raises(TrainingImagesError, match=r"gone\.yaml: no such cohort"):
        training_images(other)

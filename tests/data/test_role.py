"""Roles: rows of a split, pools with what their sources lack unknown, and fingerprints."""

import numpy as np
import pytest

from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.role import pool

NAN = np.nan


def role(kind, source, **more):
    return {"task": kind, "sources": [{"manifest": source}]} | more


def test_rows_of_a_split_are_numbered_in_the_table(folder):
    rows = [("test", ""), ("train", ""), ("test", ""), ("validation", ""), ("train", "a")]
    folder.source("one", ["a"], *[{"split": split, "labels": label} for split, label in rows])
    folder.cohort("made", general=role("binary", "one"))
    general = load_cohort("made", {}, 0).role("general")
    assert general.rows("test").tolist() == [0, 2]
    assert general.rows("train").tolist() == [1, 4]
    assert general.rows("validation").tolist() == [3]


# --- Pools ---------------------------------------------------------------------------------------


def test_a_pool_has_the_union_of_labels_and_does_not_know_what_a_source_lacks(folder):
    folder.source("one", ["a", "b"], {"labels": "b"}, {"labels": "?a"})
    folder.source("two", ["c", "a"], {"labels": "c"}, {"labels": "a"})
    folder.cohort(
        "made", x=role("multilabel", "one"), y=role("multilabel", "two", labels=["c", "a"])
    )
    cohort = load_cohort("made", {}, 0)
    pooled = cohort.role("x", "y")
    assert (pooled.name, pooled.task, pooled.labels) == ("x+y", "multilabel", ("a", "b", "c"))
    assert pooled.table["id"].tolist() == ["one-0", "one-1", "two-0", "two-1"]
    expected = np.array([[0, 1, NAN], [NAN, 0, NAN], [0, NAN, 1], [1, NAN, 0]], np.float32)
    np.testing.assert_array_equal(pooled.truth, expected)
    turned = cohort.role("y", "x")
    assert (turned.name, turned.task, turned.labels) == ("y+x", "multilabel", ("c", "a", "b"))
    assert pool([cohort.role("x")]).labels == ("a", "b")


# --- Fingerprints --------------------------------------------------------------------------------


def fingerprint(folder, task="multilabel", name="general", **changes):
    learnt = {"labels": "a"}, {"labels": "b"}  # a role is learnt from images with and without
    folder.source(
        "one", ["a", "b"], {"labels": "a"} | changes, *learnt, {"split": "test", "labels": "b"}
    )
    folder.cohort("made", **{name: role(task, "one")})
    return load_cohort("made", {}, 0).role(name).fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "another"},
        {"sha256": "0" * 64},
        {"patient": "another"},
        {"split": "validation"},
        {"labels": "b"},
        {"labels": "?a"},
        {"name": "pneumonia"},
        {"task": "multiclass"},
    ],
)
def test_a_fingerprint_covers_what_a_run_sees(folder, changes):
    assert fingerprint(folder, **changes) != fingerprint(folder)


def test_a_fingerprint_covers_the_order_of_images_and_the_names_of_labels(folder):
    folder.source("one", ["a", "b"], {}, {"labels": "a"})
    folder.cohort("made", x=role("multilabel", "one"))
    forward = load_cohort("made", {}, 0).role("x")
    backward = forward.only(np.array([1, 0]))
    assert backward.table["id"].tolist() == ["one-1", "one-0"]
    assert forward.fingerprint != backward.fingerprint
    folder.source("one", ["a", "c"], {}, {"labels": "a"})
    assert load_cohort("made", {}, 0).role("x").fingerprint != forward.fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"age": 51.0},
        {"licence": "MIT"},
        {"origin": "a@b:c"},
        {"path": "elsewhere.png"},
        {"sex": "M"},
    ],
)
def test_corrected_facts_that_no_run_sees_leave_the_fingerprint_alone(folder, changes):
    assert fingerprint(folder, **changes) == fingerprint(folder)

"""Role checks: labels that nobody has, and ids that stand twice, are named."""

import re

import pytest

from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.role_checks import CohortError
from tests.support.cohort_roles import role


def loading(folder, **roles):
    """The error of a cohort that stops."""
    folder.cohort("made", **roles)
    with pytest.raises(CohortError) as error:
        load_cohort("made", {}, 0)
    return str(error.value)


BOTH = ({"labels": "covid19"}, {"labels": "normal"})


@pytest.mark.parametrize(
    ("label", "hint"), [("covd19", "Did you mean covid19?"), ("edema", "covid19, normal.")]
)
@pytest.mark.parametrize("task", ["binary", "multilabel"])
def test_a_label_that_no_source_carries_is_named_with_those_they_carry(folder, task, label, hint):
    folder.source("one", ["covid19", "normal"], *BOTH)
    said = loading(folder, target=role(task, "one", labels=[label]))
    assert said.startswith(f"role 'target', label {label}: no source carries it; they carry covid1")
    assert said.endswith(hint)


@pytest.mark.parametrize("labels", [["covid19"], None])
@pytest.mark.parametrize("other", ["COVID-19", "Covid_19", "covid 19", "covvid19"])
def test_a_label_in_two_spellings_is_named_with_its_source(folder, labels, other):
    folder.source("one", ["covid19", "normal"], *BOTH)
    folder.source("two", ["normal", other], {"labels": other}, {"labels": "normal"})
    said = loading(folder, target=role("multilabel", "one", "two", labels=labels))
    assert "label covid19: the source 'two' does not carry it" in said
    assert f"rename: {{{other}: covid19, ...}}" in said


def test_labels_that_differ_by_a_number_or_a_word_are_two_labels(folder):
    folder.source("one", ["grade 1", "effusion"], {"labels": "grade 1"}, {})
    folder.source("two", ["grade 2", "pleural_effusion"], {"labels": "grade 2"}, {})
    folder.cohort("made", general=role("multilabel", "one", "two"))
    assert len(load_cohort("made", {}, 0).role("general").labels) == 4


@pytest.mark.parametrize(
    ("task", "cells", "counts"),
    [
        ("binary", ["a", "a", "?a"], "label a: of 3 .* present in 2, absent in 0 and unknown in 1"),
        ("binary", ["", ""], "label a: of 2 .* present in 0, absent in 2 and unknown in 0"),
        ("binary", ["?a"], "label a: of 1 .* present in 0, absent in 0 and unknown in 1"),
        ("multilabel", ["a|?b", "?b"], "label b: of 2 .* absent in 0 and unknown in 2"),
        ("multilabel", ["", ""], "label a: of 2 .* present in 0, absent in 2"),
        ("multiclass", ["a", "a"], "label a: of 2 .* present in 2, absent in 0"),
        ("multiclass", ["a", "b"], "label c: of 2 .* present in 0, absent in 2"),
    ],
)
def test_training_images_show_a_label_both_ways(folder, task, cells, counts):
    labels = {"binary": ["a"], "multilabel": ["a", "b"], "multiclass": ["a", "b", "c"]}[task]
    rows = [{"labels": cell} for cell in cells]
    tested = {"labels": labels[-1], "split": "test"}
    folder.source("one", labels, *rows, tested)
    assert re.search(f"role 'target', {counts}", loading(folder, target=role(task, "one")))
    folder.cohort("made", external=role(task, "one"))
    assert len(load_cohort("made", {}, 0).role("external").table) == len(cells) + 1


def test_a_rare_label_of_many_may_have_no_training_case(folder):
    folder.source("one", ["a", "b"], {"labels": "a"}, {}, {"labels": "b", "split": "test"})
    folder.cohort("made", general=role("multilabel", "one"))
    assert len(load_cohort("made", {}, 0).role("general").table) == 3


def test_ids_of_a_role_are_unique(folder):
    rows = ({"id": "0.png", "labels": "a"}, {"id": "1.png"})
    folder.source("one", ["a"], *rows)
    folder.source("two", ["a"], *rows)
    said = loading(folder, general=role("binary", "one", "two"))
    assert said.startswith("role 'general': the id '0.png' is in one and in two, as are 2 ids")

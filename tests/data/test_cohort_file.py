"""Cohort files: an illegal field is named with its file, and what it leaves open is refused."""

import pytest

from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.cohort_file import cohort_names, read_definition
from cxrstudy.data.manifest import ManifestError
from cxrstudy.data.role_checks import CohortError
from tests.support.cohort_roles import role


@pytest.mark.parametrize(
    ("definition", "named"),
    [
        ({"task": "classes", "sources": []}, "roles.x.task"),
        ({"task": "binary"}, "roles.x.sources"),
        ({"task": "binary", "sources": [{"manifests": "one"}]}, "roles.x.sources.0.manifests"),
        (
            {"task": "binary", "sources": [{"phantom": "x", "split": {"salt": 0, "test": 0.5}}]},
            "roles.x.sources.0.split.validation",
        ),
        ({"task": "binary", "sources": []}, "roles.x.sources"),
        (role("binary", "one", labels=[]), "roles.x.labels"),
        (role("binary", "one", labels=["a", "b"]), "roles.x"),
        (role("multilabel", "one", labels=["a", "a"]), "roles.x"),
        (
            role("binary", {"phantom": "x", "split": {"salt": 0, "test": 0.9, "validation": 0.3}}),
            "roles.x.sources.0.split",
        ),
    ],
)
def test_an_illegal_field_of_a_cohort_is_named_with_its_file(folder, definition, named):
    path = folder.cohort("made", x=definition)
    with pytest.raises(CohortError) as error:
        read_definition(path)
    assert str(error.value).startswith(f"{path}: {named}: ")


def test_a_missing_cohort_is_named_with_those_there_are(folder):
    folder.cohort("made")
    folder.cohort("also")
    assert cohort_names() == ["also", "made"]
    with pytest.raises(
        CohortError, match=r"other\.yaml: no such cohort; the cohorts are also, made"
    ):
        load_cohort("other", {}, 0)


SPLIT = {"salt": 0, "test": 0.5, "validation": 0.1}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ({}, "either a manifest or a phantom"),
        ({"manifest": "one", "phantom": "target"}, "either a manifest or a phantom"),
        ({"phantom": "target"}, "a phantom needs a split"),
        ({"manifest": "one", "split": SPLIT}, "a manifest has its own"),
    ],
)
def test_a_source_that_says_too_little_or_too_much_is_refused(folder, source, said):
    folder.cohort("made", x=role("binary", source))
    with pytest.raises(CohortError, match=said):
        load_cohort("made", {"target": 1}, 0)


def test_a_phantom_without_a_number_of_patients_is_named(folder):
    folder.cohort("made", x=role("binary", {"phantom": "pneumonia", "split": SPLIT}))
    with pytest.raises(CohortError, match="no number of patients for 'phantom pneumonia'"):
        load_cohort("made", {}, 0)


def test_a_broken_manifest_is_named(folder):
    folder.source("one", [], {"view": "oblique"})
    folder.cohort("made", x=role("multilabel", "one"))
    with pytest.raises(ManifestError, match=r"one\.csv, row 2, column view"):
        load_cohort("made", {}, 0)

"""Cohorts: roles out of sources, what is unknown, and that no tested patient is trained on."""

import re

import numpy as np
import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.cohort_file import cohort_names, read_definition
from cxrstudy.data.manifest import ManifestError, read_manifest
from cxrstudy.data.role_checks import CohortError
from cxrstudy.data.sources.prepared import RULE
from cxrstudy.data.split import SplitRule, split_of

NAN = np.nan
CLASSES = ["normal", "pneumonia", "covid19"]


def same(matrix, expected):
    np.testing.assert_array_equal(matrix, np.array(expected, np.float32))


def role(kind, *sources, **more):
    return {
        "task": kind,
        "sources": [s if isinstance(s, dict) else {"manifest": s} for s in sources],
    } | more


# --- Roles ---------------------------------------------------------------------------------------


def test_a_role_puts_its_sources_one_after_another_without_the_excluded_rows(folder):
    folder.source("one", ["a"], {"labels": "a"}, {"excluded": "a copy"}, {"labels": "?a"})
    folder.source("two", ["b"], {"labels": "b"}, {})
    folder.cohort("made", general=role("multilabel", "one", "two"))
    cohort = load_cohort("made", {}, 0)
    general = cohort.role("general")
    assert general.table["id"].tolist() == ["one-0", "one-2", "two-0", "two-1"]
    assert general.table.index.tolist() == [0, 1, 2, 3]
    assert (general.name, general.task, general.labels) == ("general", "multilabel", ("a", "b"))
    same(general.truth, [[1, NAN], [NAN, NAN], [NAN, 1], [NAN, 0]])
    assert (cohort.name, cohort.copies, cohort.caveat) == ("made", "as made", "says nothing")


def test_a_row_knows_where_its_image_stands_in_its_manifest(folder):
    folder.source("one", [], {"patient": "p", "split": "test"}, {"excluded": "a copy"}, {}, {})
    folder.source("two", [], {}, {"patient": "p"}, {})
    folder.cohort(
        "made", target=role("multilabel", "one"), general=role("multilabel", "two", "one")
    )
    cohort = load_cohort("made", {}, 0)
    table = cohort.role("general").table
    assert table["id"].tolist() == ["two-0", "two-2", "one-2", "one-3"]
    found = [
        cohort.manifests[name]["id"][row]
        for name, row in zip(table["manifest"], table["row"], strict=True)
    ]
    assert found == table["id"].tolist()


def test_a_role_takes_the_labels_that_it_names_in_their_order(folder):
    folder.source("one", ["a", "b", "c"], {"labels": "a|c"}, {"labels": "b"})
    folder.cohort("made", general=role("multilabel", "one", labels=["c", "a"]))
    general = load_cohort("made", {}, 0).role("general")
    assert general.labels == ("c", "a")
    same(general.truth, [[1, 1], [0, 0]])


def test_a_role_that_a_cohort_lacks_is_named_with_those_it_has(overlapping):
    with pytest.raises(
        CohortError, match="has no role 'natural'; it has general, target, external"
    ):
        overlapping.role("general", "natural")


# --- Classes -------------------------------------------------------------------------------------


def test_of_classes_all_others_are_known_to_be_absent(folder):
    folder.source("one", ["covid19"], {"labels": "covid19"})
    folder.source("two", ["normal", "pneumonia"], {"labels": "pneumonia"}, {"labels": "normal"})
    folder.cohort("made", target=role("multiclass", "one", "two", labels=CLASSES))
    same(load_cohort("made", {}, 0).role("target").truth, [[0, 0, 1], [0, 1, 0], [1, 0, 0]])


@pytest.mark.parametrize("cell", ["normal|covid19", "", "?normal", "?covid19"])
def test_an_image_without_exactly_one_class_is_named(folder, cell):
    folder.source("one", CLASSES, {"labels": "normal"}, {"labels": cell, "id": "scan 7"})
    folder.cohort("made", target=role("multiclass", "one"))
    with pytest.raises(CohortError) as error:
        load_cohort("made", {}, 0)
    assert f"role 'target': image 'scan 7' has labels {cell!r}" in str(error.value)
    assert "normal, pneumonia, covid19" in str(error.value)


def test_an_excluded_image_may_have_any_labels(folder):
    row = {"labels": "normal|covid19", "excluded": "two labels"}
    folder.source("one", CLASSES, {"labels": "normal"}, row, split="test")
    folder.cohort("made", target=role("multiclass", "one"))
    assert len(load_cohort("made", {}, 0).role("target").table) == 1


# --- Parts of a source ---------------------------------------------------------------------------


def test_a_role_takes_images_with_one_label_and_without_another(folder):
    cells = ({"labels": cell} for cell in ("a|b", "a", "b", "", "a|?b", "?a"))
    folder.source("one", ["a", "b"], *cells)
    for chosen, expected in (
        ({"having": "a"}, [0, 1, 4]),
        ({"lacking": "b"}, [1, 3, 5]),
        ({"having": "a", "lacking": "b"}, [1]),
    ):
        folder.cohort("made", general=role("multilabel", {"manifest": "one"} | chosen))
        if chosen == {"having": "a", "lacking": "b"}:
            with pytest.raises(CohortError, match="can only be learnt"):
                load_cohort("made", {}, 0)
            continue
        table = load_cohort("made", {}, 0).role("general").table
        assert table["id"].tolist() == [f"one-{row}" for row in expected]
        assert table["row"].tolist() == expected


def test_a_role_takes_images_of_some_sites(folder):
    sites = ({"source": site, "labels": cell} for site in "xyz" for cell in ("a", ""))
    folder.source("one", ["a"], *sites)
    folder.cohort("made", general=role("binary", {"manifest": "one", "sites": ["x", "z"]}))
    table = load_cohort("made", {}, 0).role("general").table
    assert table["id"].tolist() == ["one-0", "one-1", "one-4", "one-5"]


@pytest.mark.parametrize(
    ("chosen", "named"),
    [
        ({"having": "c"}, "'one' has no label 'c'; its labels are a, b"),
        ({"lacking": "c"}, "'one' has no label 'c'; its labels are a, b"),
        ({"sites": ["x", "nowhere"]}, "'one' has no image of 'nowhere'; there are x"),
    ],
)
def test_a_part_that_is_not_there_is_named(folder, chosen, named):
    folder.source("one", ["a", "b"], {"labels": "a", "source": "x"}, {"source": "x"})
    folder.cohort("made", general=role("multilabel", {"manifest": "one"} | chosen))
    with pytest.raises(CohortError, match=named):
        load_cohort("made", {}, 0)


def test_an_upstream_role_is_apart_from_all_patients_of_the_target(folder):
    shared = ({"patient": "p0"}, {"patient": "p1", "split": "validation"})
    folder.source("one", ["a"], *({"labels": "a"} | row for row in shared), {}, split="train")
    rows = ({"patient": "p0", "labels": "a"}, {"patient": "p1"}, {"labels": "a"}, {})
    folder.source("two", ["a"], *rows, split="train")
    sources = {"target": role("binary", "one"), "general": role("multilabel", "two")}
    folder.cohort("made", **sources)
    assert len(load_cohort("made", {}, 0).role("general").table) == 4
    sources["general"]["apart_from"] = "target"
    folder.cohort("made", **sources)
    cohort = load_cohort("made", {}, 0)
    assert cohort.role("general").table["id"].tolist() == ["two-2", "two-3"]
    assert cohort.withheld["general"]["id"].tolist() == ["two-0", "two-1"]


def test_a_role_that_is_apart_from_no_other_is_an_error(folder):
    folder.source("one", ["a"], {"labels": "a"}, {})
    for other in ("target", "nothing"):
        folder.cohort("made", target=role("binary", "one", apart_from=other))
        with pytest.raises(CohortError, match=f"there is no other role '{other}'"):
            load_cohort("made", {}, 0)


def test_all_images_of_an_external_hospital_are_tested_on(folder):
    folder.source("one", ["a"], {"labels": "a"}, {}, {"split": "test"}, split="train")
    folder.cohort("made", external=role("binary", "one"), general=role("binary", "one"))
    cohort = load_cohort("made", {}, 0)
    assert cohort.role("external").table["split"].tolist() == ["test"] * 3
    assert cohort.role("general").table["split"].tolist() == ["train", "train", "test"]


def test_experiments_ask_about_the_last_label_of_the_target(folder):
    folder.source("one", ["a", "b"], {"labels": "a"}, {"labels": "b"})
    for labels in (["a", "b"], ["b", "a"]):
        folder.cohort("made", target=role("multiclass", "one", labels=labels))
        assert load_cohort("made", {}, 0).label == labels[-1]


def test_a_source_may_lie_in_a_folder_of_its_own(folder):
    path = folder.source("one", ["a"], {"labels": "a", "path": "x/1.png"}, {})
    card = path.with_suffix(".yaml")
    card.write_text(card.read_text() + "folder: /elsewhere/images\n")
    folder.cohort("made", general=role("binary", "one"))
    read = load_cohort("made", {}, 0).role("general").table["path"]
    assert read.iloc[0] == "/elsewhere/images/x/1.png"


# --- Originals and copies ------------------------------------------------------------------------


def test_the_hash_of_a_row_is_that_of_the_bytes_that_are_read(folder):
    folder.source(
        "one", ["a"],
        {"sha256": "1" * 64, "prepared_sha256": "2" * 64, "labels": "a"}, {"sha256": "3" * 64},
    )  # fmt: skip
    path = folder.cohort("made", x=role("binary", "one"))
    originals = load_cohort("made", {}, 0).role("x")
    path.write_text(path.read_text() + "files: prepared\n")
    prepared = load_cohort("made", {}, 0).role("x")
    assert originals.table["sha256"].tolist() == ["1" * 64, "3" * 64]
    assert prepared.table["sha256"].tolist() == ["2" * 64, "3" * 64]
    assert set(prepared.table["prepared_sha256"]) == {""}
    assert originals.fingerprint != prepared.fingerprint


# --- Renaming ------------------------------------------------------------------------------------


def test_labels_and_their_absence_get_the_names_of_the_role(folder):
    folder.source("one", ["Pneumonia", "Mass"], {"labels": "Pneumonia|Mass"}, {})
    source = {"manifest": "one", "rename": {"Pneumonia": "pneumonia", "": "normal"}}
    folder.cohort("made", target=role("multiclass", source, labels=["pneumonia", "normal"]))
    target = load_cohort("made", {}, 0).role("target")
    assert target.table["labels"].tolist() == ["pneumonia", "normal"]
    same(target.truth, [[1, 0], [0, 1]])


def test_a_label_that_is_left_out_of_the_renaming_is_not_carried(folder):
    folder.source("one", ["a", "b"], {"labels": "a|b"}, {"labels": "b"})
    folder.source("two", ["b"], {"labels": "b"})
    source = {"manifest": "one", "rename": {"a": "x"}}
    folder.cohort("made", general=role("multilabel", source, "two", labels=["x", "b"]))
    same(load_cohort("made", {}, 0).role("general").truth, [[1, NAN], [0, NAN], [NAN, 1]])
    folder.cohort("made", general=role("multilabel", source))
    with pytest.raises(CohortError, match="rename: 'b' of the source 'one' would be lost; add"):
        load_cohort("made", {}, 0)


def test_what_is_unknown_stays_unknown_when_renamed(folder):
    folder.source("one", ["a", "b"], {"labels": "?a"}, {"labels": "?a|b"}, {"labels": "b"}, {})
    source = {"manifest": "one", "rename": {"a": "x", "b": "y"}}
    folder.cohort("made", general=role("multilabel", source))
    same(load_cohort("made", {}, 0).role("general").truth, [[NAN, 0], [NAN, 1], [0, 1], [0, 0]])


def test_of_two_labels_with_one_new_name_the_known_one_counts(folder):
    cells = ["a|?b", "?b|?a", "a|b", "?b", ""]
    folder.source("one", ["a", "b"], *[{"labels": cell} for cell in cells])
    source = {"manifest": "one", "rename": {"a": "x", "b": "x"}}
    folder.cohort("made", general=role("multilabel", source))
    general = load_cohort("made", {}, 0).role("general")
    assert general.labels == ("x",)
    same(general.truth, [[1], [NAN], [1], [NAN], [0]])


def test_an_image_with_an_unknown_label_is_not_one_without_labels(folder):
    folder.source("one", ["a"], {"labels": "?a"})
    source = {"manifest": "one", "rename": {"a": "pneumonia", "": "normal"}}
    folder.cohort("made", target=role("multiclass", source))
    with pytest.raises(CohortError, match="image 'one-0'"):
        load_cohort("made", {}, 0)


def test_renaming_a_label_that_the_source_lacks_is_an_error(folder):
    folder.source("one", ["a"], {"labels": "a"})
    source = {"manifest": "one", "rename": {"A": "x"}}
    folder.cohort("made", general=role("multilabel", source))
    with pytest.raises(CohortError, match="'one' has no label 'A'; its labels are a"):
        load_cohort("made", {}, 0)


# --- Leaks ---------------------------------------------------------------------------------------


@pytest.fixture
def overlapping(folder):
    """Patients p and q test in the target; both are in other roles too."""
    folder.source(
        "one", ["a"], {"patient": "p", "split": "test"}, {"patient": "q", "split": "test"},
        {"patient": "r"}, {"patient": "t", "labels": "a"},
    )  # fmt: skip
    folder.source(
        "two", ["a", "b"], {"patient": "p", "labels": "b"}, {"patient": "r"}, {"labels": "a"}
    )
    folder.source("three", ["a"], {"patient": "q", "split": "test"}, {"patient": "s"})
    folder.cohort(
        "made",
        general=role("multilabel", "two"),
        target=role("multilabel", "one"),
        external=role("multilabel", "three", "one"),
    )
    return load_cohort("made", {}, 0)


def test_tested_patients_of_the_target_are_in_no_other_role(overlapping):
    assert overlapping.role("target").table["patient"].tolist() == ["p", "q", "r", "t"]
    assert overlapping.role("general").table["patient"].tolist() == ["r", "two-2"]
    assert overlapping.role("external").table["patient"].tolist() == ["s", "r", "t"]


def test_truth_goes_with_the_rows_that_are_kept(overlapping):
    same(overlapping.role("general").truth, [[0, 0], [1, 0]])
    assert len(overlapping.role("external").truth) == 3


def test_a_role_that_the_target_leaves_empty_is_named(folder):
    folder.source("one", ["a"], {"patient": "p", "split": "test"})
    folder.source("two", ["a"], {"patient": "p"})
    folder.cohort("made", target=role("multilabel", "one"), general=role("multilabel", "two"))
    with pytest.raises(CohortError, match="cohort 'made', role 'general': no image is left"):
        load_cohort("made", {}, 0)


def test_a_role_whose_images_are_all_excluded_is_named(folder):
    folder.source("one", ["a"], {"excluded": "a copy"})
    folder.cohort("made", general=role("multilabel", "one"))
    with pytest.raises(CohortError, match="cohort 'made', role 'general': no image is left"):
        load_cohort("made", {}, 0)


def test_rows_that_are_taken_out_of_a_role_are_kept_apart(overlapping):
    withheld = overlapping.withheld
    assert withheld["target"].empty
    assert withheld["general"]["id"].tolist() == ["two-0"]
    assert withheld["external"]["patient"].tolist() == ["q", "p", "q"]


# --- Labels that nobody has ----------------------------------------------------------------------


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


# --- Phantoms ------------------------------------------------------------------------------------


def test_phantoms_are_drawn_by_role_number_and_seed_and_split_by_their_rule(folder):
    rule = {"salt": 3, "test": 0.4, "validation": 0.2}
    folder.cohort("made", target=role("multiclass", {"phantom": "target", "split": rule}))
    target = load_cohort("made", {"target": 40}, 5).role("target")
    assert target.table["patient"].nunique() == 40
    assert target.labels == ("normal", "other_pneumonia", "covid19")
    expected = [split_of(patient, SplitRule(**rule)) for patient in target.table["patient"]]
    assert target.table["split"].tolist() == expected
    assert set(expected) == {"train", "validation", "test"}
    other = load_cohort("made", {"target": 40}, 6).role("target")
    assert other.fingerprint != target.fingerprint


def test_the_phantom_cohort_can_be_drawn_with_all_its_roles():
    patients = dict.fromkeys(
        ["target", "external", "general", "pneumonia", "natural_small", "natural_large"], 30
    )
    cohort = load_cohort("phantom", patients, 1)
    assert set(cohort.roles) == set(patients)
    assert set(cohort.role("external").table["split"]) == {"test"}


# --- Files ---------------------------------------------------------------------------------------


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


# --- The open cohort as committed ----------------------------------------------------------------


@pytest.fixture(scope="module")
def opened():
    return load_cohort("open", {}, 0)


@pytest.fixture(scope="module")
def committed():
    return {
        path.stem: read_manifest(path).table for path in sorted(places.manifests().glob("*.csv"))
    }


def test_no_tested_patient_and_no_tested_image_is_upstream(opened, committed):
    target = opened.role("target")
    tested = target.table.iloc[target.rows("test")]
    shared = set(tested["patient"]) & set(committed["nih1k"]["patient"])
    assert len(shared) > 100, "the sets share no patient, so this test can't fail"
    for name, other in opened.roles.items():
        if name != "target":
            assert not set(tested["patient"]) & set(other.table["patient"]), name
            assert not set(tested["sha256"]) & set(other.table["sha256"]), name


@pytest.mark.parametrize("name", ["target", "general", "pneumonia"])
def test_no_image_is_in_two_splits_under_two_names(opened, name):
    splits = opened.role(name).table.groupby("sha256")["split"].nunique()
    assert splits.max() == 1, splits[splits > 1].index.tolist()


def test_the_external_hospitals_only_test(opened, committed):
    assert set(opened.role("external").table["split"]) == {"test"}
    elsewhere = pd.concat([table for name, table in committed.items() if name != "external"])
    assert not set(committed["external"]["source"]) & set(elsewhere["source"])


def test_every_role_that_trains_has_all_splits_and_every_label_to_learn(opened):
    for name in ("target", "general", "pneumonia"):
        one = opened.role(name)
        assert len(one.rows("validation"))
        trained = one.truth[one.rows("train")]
        assert (np.nansum(trained, axis=0) > 0).all(), name


def test_committed_splits_follow_one_salt(committed):
    apart = ("external", "nih_pneumonia")  # the one only tests, the other is a target of its own
    tables = pd.concat([table for name, table in committed.items() if name not in apart])
    split_by_patient = tables.drop_duplicates("patient").set_index("patient")["split"]
    first = split_by_patient.iloc[:40]
    found = [
        salt
        for salt in range(RULE.salt, 1000)
        if all(
            split_of(patient, SplitRule(salt, RULE.test, RULE.validation)) == split
            for patient, split in first.items()
        )
    ]
    assert len(found) == 1
    rule = SplitRule(found[0], RULE.test, RULE.validation)
    expected = [split_of(patient, rule) for patient in tables["patient"]]
    assert tables["split"].tolist() == expected


def test_the_committed_target_is_stratified(opened):
    target = opened.role("target").table
    assert set(target["labels"]) == {"normal", "other_pneumonia", "covid19"}
    strata = target.groupby("patient").agg(label=("labels", "max"), split=("split", "first"))
    shares = pd.crosstab(strata["label"], strata["split"], normalize="index")
    assert ((shares["test"] - RULE.test).abs() <= 0.02).all()
    assert ((shares["validation"] - RULE.validation).abs() <= 0.02).all()


TARGETS = {
    "kermany": "bacterial",
    "nih": "infiltration",
    "nih_effusion": "effusion",
    "nih_finding": "finding",
    "cohen": "covid19",
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_inside_one_source_is_learnt_and_tested_both_ways(name):
    cohort = load_cohort(name, {}, 0)
    assert cohort.label == TARGETS[name]
    target = cohort.role("target")
    for split in ("train", "validation", "test"):
        truth = target.truth[target.rows(split), -1]
        assert 0.1 < truth.mean() < 0.9, split
    assert {"general", "pneumonia"} <= set(cohort.roles)
    # Nobody of the target is in what is trained first, nor in the other hospital.
    for other in set(cohort.roles) - {"target"}:
        assert not set(cohort.role(other).table["patient"]) & set(target.table["patient"]), other


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_inside_one_source_has_its_labels_at_every_source(name):
    target = load_cohort(name, {}, 0).role("target")
    shares = pd.Series(target.truth[:, -1]).groupby(target.table["source"].to_numpy()).mean()
    assert ((shares > 0.1) & (shares < 0.9)).all()

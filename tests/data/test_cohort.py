"""Cohorts: roles out of sources, what is unknown, and that no tested patient is trained on."""

import numpy as np
import pytest

from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.role_checks import CohortError
from cxrstudy.data.split import SplitRule, split_of
from tests.support.cohort_roles import role

NAN = np.nan
CLASSES = ["normal", "pneumonia", "covid19"]


def same(matrix, expected):
    np.testing.assert_array_equal(matrix, np.array(expected, np.float32))


# --- Roles ----------------------------------------------------------------------------------------


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


# --- Classes --------------------------------------------------------------------------------------


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


# --- Parts of a source ----------------------------------------------------------------------------


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


# --- Originals and copies -------------------------------------------------------------------------


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


# --- Renaming -------------------------------------------------------------------------------------


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


# --- Leaks ----------------------------------------------------------------------------------------


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


# --- Phantoms -------------------------------------------------------------------------------------


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

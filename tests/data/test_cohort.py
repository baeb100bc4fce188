"""Cohorts: roles beside each other, and that no tested patient is trained on."""

import pytest

from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.role_checks import CohortError
from cxrstudy.data.split import SplitRule, split_of
from tests.support.cohort_roles import role, same

# --- Roles ----------------------------------------------------------------------------------------


def test_a_role_that_a_cohort_lacks_is_named_with_those_it_has(overlapping):
    with pytest.raises(
        CohortError, match="has no role 'natural'; it has general, target, external"
    ):
        overlapping.role("general", "natural")


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
    assert cohort.left_out["general"] == {"patients in the target's other splits": 2}


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
    said = {"target": {}, "general": 1, "external": 3}
    assert {name: sum(why.values()) or {} for name, why in overlapping.left_out.items()} == said
    assert set(overlapping.left_out["external"]) == {"patients in the target's test split"}


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

"""Arm words: numbers in names of arms say what they are, and nothing else is changed."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages import arm_words
from cxrstudy.verdicts.claims_file import all_claims

LETTERS = st.text("abcdefgh →", min_size=1, max_size=12)


def test_no_contrast_of_a_claim_has_a_part_that_is_only_a_number():
    found = [
        arm_words.contrast_in_words(claim.experiment, claim.contrast)
        for paper in all_claims() for claim in paper.claims if claim.has_contrast
    ]  # fmt: skip
    assert len(found) > 30
    parts = [part for text in found for arm in text.split(" − ") for part in arm.split(", ")]
    assert [part for part in parts if arm_words.NUMBER.fullmatch(part)] == []
    assert "alpha 0.1, 1 × steps − alpha 0, 1 × steps" in found


@given(st.sampled_from([*arm_words.FACTORS, "any_other"]), LETTERS)
def test_a_name_without_numbers_stays(experiment, name):
    assert arm_words.arm_in_words(experiment, name) == name


def test_claims_about_maps_and_about_an_auroc_are_all_claims():
    table = pd.DataFrame({"claim": ["A1", "A15", "B1", "A5"]})
    assert list(arm_words.about_auroc(table)["claim"]) == ["A1", "B1"]
    assert list(arm_words.about_maps(table)["claim"]) == ["A15", "A5"]


def test_a_set_of_results_is_named_by_its_cohort_s_title_and_others_stay():
    assert arm_words.origin_in_words("this run") == "this run"
    assert arm_words.origin_in_words("recorded: nowhere, plateau, 5 seeds").startswith("recorded")
    assert arm_words.origin_in_words("recorded: phantom, quick, 1 seed") == (
        "Phantoms, profile quick, 1 seed"
    )


def test_a_share_of_one_is_all_patients_and_not_one_of_them():
    assert arm_words.arm_in_words("05_low_data", "in-domain, 1") == "in-domain, all patients"
    assert arm_words.arm_in_words("05_low_data", "in-domain, 1.0") == "in-domain, all patients"
    assert arm_words.arm_in_words("05_low_data", "in-domain, 5-shot") == "in-domain, 5-shot"


def test_a_chapter_that_is_not_recorded_is_named_by_its_heading():
    said = arm_words.lacking_in_words("14_discovery", "no recorded results hold 14_discovery")
    assert said == "no recorded results hold chapter Discovery"


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (
            "arm '0.1, 1': seed 0, one score; seed 2, one score; seed 3, another",
            "arm “alpha 0.1, 1 × steps”: seeds 0 and 2, one score; seed 3, another",
        ),
        ("arm '0, 1': seed 4, one score", "arm “alpha 0, 1 × steps”: seed 4, one score"),
        (
            "arm '0, 1': seed 0, a; seed 1, a; seed 2, a; arm '0.1, 1': seed 0, a",
            "arm “alpha 0, 1 × steps”: seeds 0, 1 and 2, a; arm “alpha 0.1, 1 × steps”: seed 0, a",
        ),
        ("arm '0, 1': seed 0, not run: an earlier parent, run 1b", None),
    ],
)
def test_a_reason_names_arms_in_words_and_seeds_with_the_same_reason_together(why, said):
    expected = said or why.replace("'0, 1'", "“alpha 0, 1 × steps”")
    assert arm_words.lacking_in_words("04_mixup", why) == expected

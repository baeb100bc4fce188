"""Splits: decided by the name alone, uniform, nested, and stratified by the smallest salt."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest, pearsonr

from cxrstudy.data.split import SplitRule, place, split_of, stratifying_salt, take_fraction

NAMES = [f"patient-{number}" for number in range(4000)]
shares = st.floats(0, 1, exclude_min=True)
patients = st.sets(st.text(min_size=1, max_size=8), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("patient", "salt", "expected"),
    [
        ("nih-00061", 0, 0.470863115717754),
        ("nih-00061", 1, 0.5298072929487689),
        ("Zoë", "share 3", 0.1094455422884446),
    ],
)
def test_a_place_is_the_same_for_ever(patient, salt, expected):
    assert place(patient, salt) == expected


def test_a_place_is_the_sha256_of_salt_and_name():
    digest = hashlib.sha256(b"cxrstudy:12:name").hexdigest()
    assert place("name", 12) == pytest.approx(int(digest, 16) / 2**256, abs=1e-15)


@pytest.mark.parametrize("salt", [0, 1, "share 0"])
def test_places_are_uniform_over_patients(salt):
    assert kstest([place(name, salt) for name in NAMES], "uniform").pvalue > 0.01


def test_places_under_two_salts_have_nothing_to_do_with_each_other():
    one, two = ([place(name, salt) for name in NAMES] for salt in (0, 1))
    assert pearsonr(one, two).pvalue > 0.01


@given(st.text(max_size=20), st.integers(0, 5), shares, shares)
def test_low_places_test_then_validate_and_the_rest_trains(patient, salt, test, validation):
    validation *= 1 - test
    where = place(patient, salt)
    expected = "train" if where >= test + validation else "validation"
    expected = "test" if where < test else expected
    assert split_of(patient, SplitRule(salt, test, validation)) == expected


def test_splits_have_the_shares_of_the_rule():
    splits = pd.Series([split_of(name, SplitRule(5, 0.25, 0.15)) for name in NAMES])
    counted = splits.value_counts(normalize=True)
    assert counted["test"] == pytest.approx(0.25, abs=0.02)
    assert counted["validation"] == pytest.approx(0.15, abs=0.02)
    assert counted["train"] == pytest.approx(0.60, abs=0.02)


@given(patients, patients)
def test_adding_patients_moves_nobody(first, more):
    rule = SplitRule(0, 0.3, 0.2)
    before = {name: split_of(name, rule) for name in first}
    after = {name: split_of(name, rule) for name in sorted(first | more)}
    assert before.items() <= after.items()


def test_a_larger_test_share_only_adds_to_the_test_split():
    small, large = (
        {name for name in NAMES if split_of(name, SplitRule(0, share, 0.1)) == "test"}
        for share in (0.2, 0.4)
    )
    assert small < large


def test_everybody_tests_under_a_share_of_one_and_nobody_under_zero():
    assert {split_of(name, SplitRule(0, 1.0, 0.0)) for name in NAMES} == {"test"}
    assert {split_of(name, SplitRule(0, 0.0, 0.5)) for name in NAMES} == {"train", "validation"}


@pytest.mark.parametrize(("test", "validation"), [(-0.1, 0.5), (0.5, -0.1), (0.6, 0.5), (1.1, 0.0)])
def test_shares_that_leave_no_room_are_refused_with_their_values(test, validation):
    with pytest.raises(ValueError, match=f"test {test} and validation {validation}"):
        SplitRule(0, test, validation)


@given(patients, shares, shares, st.integers(0, 3))
def test_shares_are_nested(names, one, other, seed):
    small, large = sorted((one, other))
    assert take_fraction(names, small, seed) <= take_fraction(names, large, seed) <= names


@given(patients, shares)
def test_a_share_has_its_size_and_is_never_empty(names, share):
    assert len(take_fraction(names, share, 0)) == max(1, round(share * len(names)))


@given(patients, shares)
def test_repeats_and_order_do_not_change_a_share(names, share):
    ordered = sorted(names)
    assert take_fraction(ordered[::-1] + ordered, share, 0) == take_fraction(ordered, share, 0)


def test_another_seed_draws_another_share():
    one, two = (take_fraction(NAMES, 0.5, seed) for seed in (0, 1))
    assert len(one & two) == pytest.approx(len(NAMES) / 4, abs=100)


def strata_table():
    """240 patients of two classes, some with two images."""
    names = [*NAMES[:240], *NAMES[:40]]
    labels = ["common" if int(name.split("-")[1]) % 4 else "rare" for name in names]
    return pd.DataFrame({"patient": names, "labels": labels})


def worst_difference(table, salt, rule):
    """Largest difference of a class's share of patients from the rule, counted by hand."""
    patients = table.drop_duplicates("patient")
    differences = []
    for _, members in patients.groupby("labels"):
        splits = [
            split_of(name, SplitRule(salt, rule.test, rule.validation))
            for name in members["patient"]
        ]
        for split, share in (("test", rule.test), ("validation", rule.validation)):
            differences.append(abs(np.mean([s == split for s in splits]) - share))
    return max(differences)


@pytest.mark.parametrize("first", [0, 30])
def test_the_salt_is_the_smallest_that_stratifies(first):
    rule, table = SplitRule(first, 0.25, 0.15), strata_table()
    salt = stratifying_salt(table, rule, 0.03)
    assert worst_difference(table, salt, rule) <= 0.03
    assert salt > first
    assert all(worst_difference(table, s, rule) > 0.03 for s in range(first, salt))


def test_a_split_that_nobody_is_in_counts_as_a_share_of_zero():
    table = pd.DataFrame({"patient": NAMES[:4], "labels": "a"})
    rule = SplitRule(0, 0.25, 0.25)
    salt = stratifying_salt(table, rule, 0.0)
    splits = sorted(split_of(name, SplitRule(salt, 0.25, 0.25)) for name in NAMES[:4])
    assert splits == ["test", "train", "train", "validation"]


def test_an_impossible_tolerance_is_refused_with_the_size_of_the_rarest_class():
    table = pd.DataFrame({"patient": NAMES[:13], "labels": ["a"] * 10 + ["b"] * 3})
    with pytest.raises(ValueError, match=r"within 0\.001 .* 3 patients"):
        stratifying_salt(table, SplitRule(0, 0.25, 0.15), 0.001)

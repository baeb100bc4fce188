"""Spelling: one name in two ways, and two names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.spelling import same_name, suggestion

NAMES = st.text("abcdefghij", min_size=5, max_size=12)


@given(NAMES, st.data())
def test_one_typing_error_is_seen_both_ways(name, data):
    at = data.draw(st.integers(0, len(name) - 2))
    one_less = name[:at] + name[at + 1 :]
    swapped = name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    changed = f"{name[:at]}z{name[at + 1 :]}"
    for other in (one_less, swapped, changed):
        is_long = len(other) >= 5
        assert same_name(name, other) == same_name(other, name) == (is_long and name != other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("COVID-19", "covid19"), ("Pleural_Thickening", "pleural thickening"), ("normal", "Normal"),
     ("no finding", "no_finding"), ("pnuemonia", "pneumonia"), ("covd19", "covid19"),
     ("SARS-CoV-2", "COVID-19"), ("2019-nCoV", "covid"), ("Novel coronavirus", "COVID-2019")],
)  # fmt: skip
def test_case_marks_and_typing_errors_are_the_same_name(one, other):
    assert same_name(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("a", "b"), ("mass", "mask"), ("grade1", "grade2"), ("covid19", "covid20"), ("edema", "edema"),
     ("pneumonia", "other_pneumonia"), ("bacterial", "viral"), ("non_covid19", "covid19"),
     ("COVID negative", "COVID"), ("negative for COVID-19", "COVID-19"), ("SARS", "SARS-CoV-2")],
)  # fmt: skip
def test_other_names_are_other_names(one, other):
    assert not same_name(one, other)


def test_the_closest_name_is_suggested_or_none():
    assert suggestion("covd19", ["normal", "covid19"]) == "covid19"
    assert suggestion("cardiomegali", ["cardiomegaly", "normal"]) == "cardiomegaly"
    assert suggestion("edema", ["normal", "covid19"]) == ""

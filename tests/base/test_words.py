"""Words: what arms, labels and numbers are called, wherever they are shown."""

import pytest

from cxrstudy.base.words import arm_name, counted, label_name


@pytest.mark.parametrize(
    ("arm", "name"),
    [("control", "control"), (0.5, "0.5"), ((0.1, 1), "0.1, 1"), (("a", "5-shot"), "a, 5-shot")],
)
def test_an_arm_of_two_factors_is_named_by_both(arm, name):
    assert arm_name(arm) == name


@pytest.mark.parametrize(
    ("label", "name"),
    [("covid19", "COVID-19"), ("other_pneumonia", "other pneumonia"), ("normal", "normal")],
)
def test_a_label_has_no_line_below_words(label, name):
    assert label_name(label) == name


@pytest.mark.parametrize(
    ("number", "what", "said"),
    [(1, "seed", "1 seed"), (0, "stage", "0 stages"), (2, "process", "2 processes")],
)
def test_a_number_says_what_it_counts(number, what, said):
    assert counted(number, what) == said

"""Words: names, numbers and counts as people write them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxrstudy.pages.figures import words

COUNTS = pd.DataFrame({"patients": [123, 123], "images": [2160, 2160], "seeds": [5, 5]})


def test_counts_are_said_once():
    assert words.counts(COUNTS) == "n = 123 patients, 2,160 images, 5 seeds"


def test_counts_that_differ_are_said_as_a_range():
    assert words.counts(COUNTS.assign(patients=[8, 123])).startswith("n = 8 to 123 patients")


def test_one_is_no_plural():
    assert words.counts(COUNTS.assign(seeds=1)).endswith(", 1 seed")


def test_counts_that_are_not_there_are_not_said():
    assert words.counts(COUNTS[["patients"]]) == "n = 123 patients"
    assert words.counts(COUNTS.assign(patients=[np.nan, 7])).startswith("n = 7 patients")


def test_the_caption_says_the_level_of_the_intervals():
    assert words.caption(COUNTS).endswith("; bars: 95 % interval")
    assert words.caption(COUNTS.assign(level=0.9), "bands").endswith("; bands: 90 % interval")


@pytest.mark.parametrize(
    ("number", "text"),
    [(1281167, "1,281,167"), (0.1, "0.1"), (64.0, "64"), (-0.05, "−0.05"), (0.25, "0.25")],
)
def test_numbers_of_an_axis_are_plain(number, text):
    assert words.plain(number) == text


def test_estimates_and_changes_have_three_places_and_true_signs():
    row = SimpleNamespace(estimate=0.1, low=-0.0571, high=0.2)
    assert words.level_text(row) == "0.100  [−0.057, 0.200]"
    assert words.change_text(row) == "+0.100  [−0.057, +0.200]"


def test_a_long_name_is_broken_between_words_only():
    name = ("out-of-domain, large", 0.1)
    assert words.wrapped(name, 12) == "out-of-domain,\nlarge, 0.1"

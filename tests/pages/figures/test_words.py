"""Words: names, numbers and counts as people write them."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxrstudy.pages.figures import words
from cxrstudy.pages.figures.gate import FigureError

COUNTS = pd.DataFrame(
    {"patients": [123, 123], "images": [2160, 2160], "seeds": [5, 5], "level": 0.95}
)


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
    covered = COUNTS.assign(covers="patients")
    assert words.caption(covered).endswith("; bars: 95 % interval over patients")
    narrow = words.caption(covered.assign(level=0.9), "bands")
    assert narrow.endswith("; bands: 90 % interval over patients")


def test_two_levels_in_one_figure_are_refused():
    with pytest.raises(FigureError, match=r"several levels in one figure \(0.9, 0.95\)"):
        words.intervals([COUNTS, COUNTS.assign(level=0.9)])


def test_what_intervals_are_over_is_said():
    tables = [COUNTS.assign(covers=["patients and seeds", ""])]
    assert words.intervals(tables) == "bars: 95 % interval over patients and seeds"
    both = words.intervals([COUNTS.assign(covers=["patients and seeds", "patients"])])
    assert both.endswith("over patients or patients and seeds")


def test_what_a_table_does_not_say_is_said_not_to_be_known():
    said = words.intervals([COUNTS.drop(columns="seeds")])
    assert said == "bars: 95 % interval (over what is not known)"
    assert words.intervals([COUNTS]) == "bars: 95 % interval"


def test_a_table_without_an_interval_has_no_level():
    assert words.intervals([COUNTS.assign(low=np.nan)]) == "no intervals"


def test_estimates_and_differences_have_three_places_and_true_signs():
    row = SimpleNamespace(estimate=0.1, low=-0.0571, high=0.2)
    assert words.level_text(row) == "0.100  [−0.057, 0.200]"
    assert words.difference_text(row) == "+0.100  [−0.057, +0.200]"


def test_what_has_no_point_or_interval_is_named_with_its_reason():
    rows = pd.DataFrame(
        {
            "estimate": [np.inf, 0.5, np.nan, np.inf, 1.0],
            "low": [1.0, 0.4, np.nan, 1.0, np.nan],
            "reason": ["a", "", "b", "a", "all images are ranked right"],
        }
    )
    said = words.not_drawn(rows, ["w", "x", ("y", 1), "z", "v"])
    assert said.splitlines()[1:] == [
        "no point: w; z (infinite: a)", "no point: y, 1 (b)",
        "no interval: v (all images are ranked right)",
    ]  # fmt: skip
    assert words.not_drawn(rows.iloc[[1]], ["x"]) == ""


def test_a_long_list_says_how_many_others_there_are():
    assert words.listed("abcd") == "a; b; c; d"
    assert words.listed("abcde") == "a; b; c; d; e"
    assert words.listed("abcdefg") == "a; b; c; d; and 3 others"


def test_a_word_longer_than_a_line_is_broken():
    assert max(map(len, words.wrapped("x" * 80, 26).split("\n"))) == 26


def test_a_long_name_is_broken_between_words_only():
    name = ("out-of-domain, large", 0.1)
    assert words.wrapped(name, 12) == "out-of-domain,\nlarge, 0.1"

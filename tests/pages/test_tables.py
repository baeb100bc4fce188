"""Tables: numbers as they are, an estimate with its interval and level, no nan."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from hypothesis import assume, given
from hypothesis import strategies as st

from cxrstudy.pages.tables import rows_as_html, table
from tests.support.some import some

TEXTS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=8)


def cells(frame, **headings):
    return re.findall("<td[^>]*>(.*?)</td>", table(frame, **headings).data)


def headings_of(frame, **headings):
    return re.findall("<th [^>]*>(.*?)</th>", table(frame, **headings).data)


LEVELS = pd.DataFrame({"arm": ["a"], "estimate": [0.169], "low": [0.116], "high": [0.244]})


def test_a_difference_and_its_interval_are_one_column_with_signs():
    frame = pd.DataFrame(
        {
            "arm": ["general", "pneumonia"],
            "estimate": [0.12345, -0.06661],
            "low": [0.00049, -0.2],
            "high": [0.6, 0.03],
            "adjusted_p": [0.04449, 1.0],
            "patients": [12, 1200],
        }
    )
    before = frame.copy()
    assert cells(frame) == [
        "general", "+0.1235 [+0.0005, +0.6000]", "0.044", "12",
        "pneumonia", "−0.067 [−0.200, +0.030]", "1.000", "1,200",
    ]  # fmt: skip
    pd.testing.assert_frame_equal(frame, before)


def test_the_level_of_intervals_that_are_not_beside_it_is_a_percentage():
    assert cells(pd.DataFrame({"claim": ["A1"], "level": [0.95]}))[-1] == "95 %"


def test_names_of_roles_and_measures_are_words_and_what_users_type_is_not_changed():
    frame = pd.DataFrame(
        {"stage": ["random → natural_large"], "metric": ["random_deletion"], "profile": ["real_2x"]}
    )
    assert cells(frame) == ["random → natural large", "random deletion", "real_2x"]
    assert cells(pd.DataFrame({"metric": ["ssim"]})) == ["structural similarity (SSIM)"]


def test_a_level_has_no_sign_because_another_row_is_negative():
    frame = pd.concat([LEVELS, LEVELS.assign(estimate=-0.034, low=-0.413, high=0.3)])
    assert cells(frame)[1::2] == ["0.169 [0.116, 0.244]", "−0.034 [−0.413, 0.300]"]


def test_what_does_not_exist_has_no_interval_but_a_reason():
    frame = LEVELS.assign(estimate=np.nan, reason="no image was called negative (seed 1)")
    assert cells(frame) == ["a", "no image was called negative (seed 1)"]
    assert cells(LEVELS.assign(estimate=np.nan)) == ["a", "undefined"]


def test_the_heading_says_the_level_of_the_data():
    assert headings_of(LEVELS.assign(level=0.9), estimate="AUROC") == ["arm", "AUROC [90 %]"]
    assert headings_of(LEVELS) == ["arm", "estimate [interval of unknown level]"]
    assert headings_of(LEVELS.assign(low=np.nan)) == ["arm", "estimate"]


def test_rows_of_several_levels_say_theirs():
    frame = pd.concat([LEVELS.assign(level=0.9), LEVELS.assign(level=0.95)])
    assert headings_of(frame) == ["arm", "estimate [interval]"]
    assert cells(frame)[1::2] == ["0.169 [0.116, 0.244] (90 %)", "0.169 [0.116, 0.244] (95 %)"]


@pytest.mark.parametrize(
    ("level", "p", "said"),
    [(0.95, 0.0004, "&lt; 0.001"), (0.95, 0.0496, "0.0496"), (0.95, 0.05, "0.050"),
     (0.9, 0.0996, "0.0996"), (0.9, 0.0496, "0.0496")],
)  # fmt: skip
def test_p_values_keep_their_side_of_the_level(level, p, said):
    assert cells(LEVELS.assign(level=level, p=p))[-1] == said


def test_a_margin_that_an_interval_ends_beside_is_not_rounded_onto():
    frame = LEVELS.assign(estimate=0.06, low=0.0496, high=0.07, margin=0.05)
    assert cells(frame)[1] == "+0.0600 [+0.0496, +0.0700]"


def test_columns_keep_their_names_but_for_the_line_below_words_unless_named():
    frame = pd.DataFrame({"arm": ["a"], "adjusted_p": [0.5], "samples_seen": [3072.0]})
    assert headings_of(frame, arm="scheme") == ["scheme", "adjusted p", "samples seen"]
    assert cells(frame) == ["a", "0.500", "3,072"]


def test_numbers_of_other_columns_are_written_by_their_kind():
    frame = pd.DataFrame(
        {
            "source_rule_test": [0.99996], "threshold": [0.6006], "patients": [np.nan],
            "level of training": [1.0], "pixels": [64], "fraction": ["5-shot"], "known": [True],
        }
    )  # fmt: skip
    assert cells(frame) == ["99.996 %", "0.601", "", "1.000", "64", "5-shot", "True"]
    mixed = pd.DataFrame({"fraction": pd.Series(["5-shot", 0.1, 1], dtype=object)})
    assert cells(mixed) == ["5-shot", "0.1", "1"]


def test_no_cell_is_nan_or_infinite():
    values = [np.nan, np.inf, -np.inf, -0.0]
    frame = pd.DataFrame(dict.fromkeys(("estimate", "low", "high", "p", "slope"), values))
    frame["p"] = [np.nan, 0.5, 0.5, 0.0]
    shown = table(frame).data.lower().replace("infinite", "")
    assert "nan" not in shown
    assert "inf" not in shown
    assert "−0.000" not in shown


def test_a_table_without_rows_says_so():
    assert table(LEVELS.iloc[:0]).data == "<p>No rows.</p>"


def test_a_table_says_nothing_that_could_be_taken_for_markup():
    shown = table(pd.DataFrame({"arm": ["<b>bold</b>"]})).data
    assert "<b>" not in shown
    assert "&lt;b&gt;" in shown


def test_columns_that_are_asked_for_bring_what_belongs_to_an_estimate():
    frame = LEVELS.assign(level=0.9, patients=12, against="control")
    shown = table(frame, ["arm", "estimate"], estimate="AUROC").data
    assert re.findall("<th [^>]*>(.*?)</th>", shown) == ["arm", "AUROC [90 %]"]
    assert "+0.169 [+0.116, +0.244]" in shown


def test_what_intervals_are_over_is_said_below():
    frame = LEVELS.assign(covers="patients and seeds", method="t", level=0.95)
    shown = table(frame).data
    assert "Intervals are over patients and seeds." in shown
    assert re.findall("<th [^>]*>(.*?)</th>", shown) == ["arm", "estimate [95 %]"]
    assert "Intervals are" not in table(LEVELS).data


@given(
    st.lists(st.tuples(TEXTS, TEXTS), min_size=1, max_size=3),
    st.lists(TEXTS, min_size=2, max_size=2, unique=True),
)
def test_any_text_is_shown_as_itself_under_its_heading(rows, headings):
    page = BeautifulSoup(table(pd.DataFrame(rows, columns=headings)).data, "html.parser")
    shown = [heading.replace("_", " ") for heading in headings]
    assert [cell.text for cell in page.find_all("th")] == shown
    assert [cell["data-heading"] for cell in page.find_all("td")] == shown * len(rows)
    assert [cell.text for cell in page.find_all("td")] == [cell for row in rows for cell in row]


def test_a_column_of_texts_has_room_and_a_column_of_numbers_none_to_spare():
    frame = pd.DataFrame(
        {"arm": ["a"], "why": ["no image was called negative"], "said": ["so it is " * 8], "n": [1]}
    )
    page = BeautifulSoup(table(frame).data, "html.parser")
    assert [cell.get("class", [""])[0] for cell in page.find_all("td")] == [
        "digits",
        "words",
        "prose",
        "digits",
    ]
    assert [cell.get("class") for cell in page.find_all("th")] == [None] * 4
    long = table(frame, n="the number of all images that were shown").data
    assert BeautifulSoup(long, "html.parser").find_all("th")[-1]["class"] == ["words"]


def test_a_column_of_moments_is_kept_on_one_line():
    moment = {"arm": ["a", "b"], "latest": ["2026-11-29T22:02:00+00:00"] * 2}
    for last, kind in (("2026-11-29T22:02:00+00:00", ["moment"]), ("not known", None)):
        frame = pd.DataFrame(moment | {"latest": [*moment["latest"][:1], last]})
        page = BeautifulSoup(table(frame).data, "html.parser")
        cells = page.find_all("td", {"data-heading": "latest"})
        assert [cell.get("class") for cell in cells] == [kind] * 2
        assert page.find_all("th")[-1].get("class") is None


@pytest.mark.parametrize(
    ("columns", "few"),
    [
        ({"what": ["timm"], "version": ["1.0.31"]}, True),
        ({"arm": ["in-domain"], "patients": ["47 to 187"], "gain": ["+0.008"]}, True),
        (
            {"arm": ["in-domain"], "patients": ["47 to 187"], "gain of every doubling": ["+0.008"]},
            False,
        ),
        ({"what": ["<b>timm</b>" * 3], "version": ["1.0.31"]}, True),
        ({"a": ["1"], "b": ["2"], "c": ["3"], "d": ["4"]}, False),
        ({"what": ["a text that says a good deal of it"], "version": ["1.0.31"]}, False),
    ],
)
def test_few_short_columns_stay_a_table_on_a_phone(columns, few):
    page = BeautifulSoup(rows_as_html(pd.DataFrame(columns)), "html.parser")
    assert page.table["class"] == (["dataframe", "few"] if few else ["dataframe"])


def test_few_digits_need_no_room_beside_columns_that_do():
    frame = pd.DataFrame(
        {"name": ["a name of some length"], "gain": ["+0.020"], "n": ["1,000,000"]}
    )
    page = BeautifulSoup(rows_as_html(frame), "html.parser")
    assert [cell.get("class") for cell in page.tbody.find_all("td")] == [None, ["digits"], None]


def test_markup_takes_no_room_in_a_column():
    link = pd.DataFrame({"claim": ['<a href="a_long_address_of_a_chapter.html">B1</a>']})
    assert 'class="words"' not in rows_as_html(link)


def test_a_moment_is_shown_to_the_minute_and_what_is_none_as_it_is():
    moments = ["2026-11-29T22:02:00+00:00", "2026-11-29T23:02:59+01:00", "not known", None]
    frame = pd.DataFrame({"latest": pd.Series(moments, dtype=object)})
    assert cells(frame) == ["2026-11-29 22:02 UTC", "2026-11-29 22:02 UTC", "not known", ""]
    bare = pd.DataFrame({"finished": ["2026-11-29T22:02:00"]})
    assert cells(bare) == ["2026-11-29T22:02:00"], "no zone is known"


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=6), st.sampled_from([1e-5, 1e-3]))
def test_estimates_without_intervals_that_lie_apart_have_different_numbers(places, unit):
    values = np.array(places) * unit
    assume(np.ptp(values) > 0)
    frame = pd.DataFrame({"arm": "a", "estimate": values, "low": np.nan, "high": np.nan})
    said = cells(frame)[1::2]
    apart = [
        (one, other)
        for one, other in itertools.combinations(range(len(values)), 2)
        if abs(values[one] - values[other]) >= 0.1 * np.ptp(values)
    ]
    assert all(said[one] != said[other] for one, other in some(apart))


def test_what_stands_below_a_row_is_as_wide_as_the_table_and_follows_its_row():
    rows = pd.DataFrame({"claim": ["A", "B"], "verdict": ["one", "two"]})
    page = BeautifulSoup(rows_as_html(rows, ["first", "second"]), "html.parser")
    shown = [row.get_text() for row in page.tbody.find_all("tr")]
    assert shown == ["Aone", "first", "Btwo", "second"]
    below = page.find_all("tr", class_="study-below")
    assert [cell["colspan"] for row in below for cell in row.find_all("td")] == ["2", "2"]
    with pytest.raises(ValueError, match="zip"):
        rows_as_html(rows, ["first"])

"""Formats of Excel cells: which are dates, and how their numbers are shown."""

import pytest

from cxrstudy.data.tables.cell_formats import is_date, shown


@pytest.mark.parametrize(
    ("number", "code", "dated"),
    [
        (0, "", False), (1, "", False), (14, "", True), (22, "", True), (49, "", False),
        (164, "yyyy\\-mm\\-dd", True), (165, "[$-407]d. mmm yyyy", True), (166, "[h]:mm", True),
        (167, '0.0" days"', False), (168, "General", False), (169, "[Red]0", False),
        (170, "0.00E+00", False), (171, "#,##0_);(#,##0)", False),
    ],
)  # fmt: skip
def test_a_format_is_one_of_dates_or_not(number, code, dated):
    assert is_date(number, code) is dated


# From ECMA-376, 18.17.4.1, and Excel's own day of 1900 that never was.
@pytest.mark.parametrize(
    ("stored", "from_1904", "text"),
    [("1", False, "1900-01-01"), ("59", False, "1900-02-28"), ("61", False, "1900-03-01"),
     ("38412", False, "2005-03-01"), ("0", True, "00:00:00"), ("1", True, "1904-01-02"),
     ("0.5", False, "12:00:00")],
)  # fmt: skip
def test_days_are_counted_from_the_epoch_of_the_book(stored, from_1904, text):
    assert shown(stored, "", True, from_1904) == text


def test_zeros_of_a_format_are_kept_and_other_formats_change_no_value():
    assert shown("7", "000", False, False) == "007"
    assert shown("0.5", "0%", False, False) == "0.5"
    assert shown("1234", "#,##0", False, False) == "1234"


@pytest.mark.parametrize(
    ("stored", "dated", "said"),
    [("1E15", False, "digits"), ("9E9", True, "no date"), ("word", False, "could not convert")],
)
def test_what_excel_can_t_have_kept_is_refused(stored, dated, said):
    with pytest.raises(ValueError, match=said):
        shown(stored, "", dated, False)

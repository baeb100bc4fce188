"""Excel books: the cells as their reader sees them, or a sentence that says why not."""

import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.own.listing import read_listing
from cxrstudy.data.tables.reader import TableError
from cxrstudy.data.tables.workbook import read_workbook
from tests.support.books import DATE, FIVE_DIGITS, YEARS, number, row, text, write_book

HEAD = row(text("image"), text("patient"), text("label"), text("date"), place=1)


def film(place, patient=123.0, label=None, date=None, more=""):
    cells = (text(f"{place}.png"), patient, label or text("TB"), date)
    return row(*cells, place=place, more=more)


def cells(path):
    return [line.cells for line in read_workbook(path)][1:]


def test_numbers_dates_and_identifiers_are_what_the_sheet_shows(tmp_path):
    rows = [
        film(2, number(123, FIVE_DIGITS), date=number(43915, DATE)),
        film(4, number(58.5, YEARS), 't="b"><v>1</v>', number("43915.5", DATE)),
        film(5, number("1.2E5"), 't="str"><f>A1&amp;A2</f><v>joined</v>', number(59, DATE)),
    ]
    path = write_book(tmp_path / "t.xlsx", [HEAD, *rows], [])
    assert cells(path) == [
        ["2.png", "00123", "TB", "2020-03-25"],
        ["4.png", "58.5", "TRUE", "2020-03-25 12:00:00"],
        ["5.png", "120000", "joined", "1900-02-28"],
    ]
    assert [line.row for line in read_workbook(path)] == [1, 2, 4, 5]


def test_a_book_may_count_days_from_1904(tmp_path):
    rows = [HEAD, film(2, date=number(42453, DATE))]
    path = write_book(tmp_path / "t.xlsx", rows, setting='date1904="1"')
    assert cells(path) == [["2.png", "123", "TB", "2020-03-25"]]


def test_a_book_is_a_listing_whose_rows_are_those_of_the_sheet(tmp_path):
    rows = [HEAD.replace('r="1"', 'r="3"'), film(5)]
    table, found = read_listing(write_book(tmp_path / "t.XLSX", rows), {})
    assert table.loc[5].to_dict() == {"image": "5.png", "patient": "123", "label": "TB", "date": ""}
    assert found["patient"] == "patient"


MERGED = '<mergeCells><mergeCell ref="B2:B3"/></mergeCells>'
REFUSED = {
    "a title above the names": (
        [row(text("Our hospital"), place=1), film(2)],
        "row 1: column B holds cells and has no name",
    ),
    "a hidden row": ([HEAD, film(2), film(3, more='hidden="1"')], "1 row hidden, row 3 first"),
    "a formula without a value": (
        [HEAD, film(2, "><f>1+1</f>"), film(3)],
        "cell B2: a formula without a value; open the book in Excel",
    ),
    "an emptied formula": ([HEAD, film(2, "><f>1+1</f><v></v>")], "cell B2: a formula without"),
    "an error": ([HEAD, film(2, 't="e"><v>#REF!</v>')], "cell B2: #REF! is an error"),
    "more digits than are kept": ([HEAD, film(2, number(10**15))], "cell B2: .* of which Excel"),
    "zeros lost in some cells": (
        [HEAD, film(2, text("00123")), film(3, number(124))],
        "column 'patient': '00123' is text with zeros in front, and 124 is a number",
    ),
    "two columns of a name": ([row(text("a"), text("a"), place=1)], "two columns are named 'a'"),
    "nothing": ([], "the book is empty"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_book_that_shows_something_else_than_it_holds_is_refused(tmp_path, what):
    rows, said = REFUSED[what]
    path = write_book(tmp_path / "t.xlsx", rows)
    with pytest.raises(TableError, match=said) as error:
        read_listing(path, {})
    assert str(error.value).startswith(f"{path}")


def test_merged_cells_and_a_second_sheet_are_refused(tmp_path):
    merged = write_book(tmp_path / "m.xlsx", [HEAD, film(2), film(3)], after=MERGED)
    with pytest.raises(TableError, match="the cells B2:B3 are merged"):
        read_workbook(merged)
    two = write_book(tmp_path / "two.xlsx", [HEAD, film(2)], [row(text("legend"), place=1)])
    with pytest.raises(TableError, match=r"several sheets hold something \('S1', 'S2'\)"):
        read_workbook(two)


@pytest.mark.parametrize("content", [b"PK\x03\x04 cut off", b"\xd0\xcf\x11\xe0 old", b"a,b\n1,2\n"])
def test_what_is_no_book_says_what_to_save(tmp_path, content):
    path = tmp_path / "t.xlsx"
    path.write_bytes(content)
    with pytest.raises(TableError, match="save the table as CSV, or as an Excel book"):
        read_workbook(path)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A book that another program wrote, with what stands in it."""
    path = tmp_path_factory.mktemp("books") / "t.xlsx"
    book = openpyxl.Workbook()
    rows = [["image", "label"], ["1.png", "TB"], ["2.png", 3]]
    for each in rows:
        book.active.append(each)
    book.save(path)
    return path, [[str(cell) for cell in each] for each in rows]


@given(st.data())
def test_a_damaged_book_gives_the_same_cells_or_a_sentence(made, data):
    path, rows = made
    assert [line.cells for line in read_workbook(path)] == rows
    content = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    damaged = path.with_name("damaged.xlsx")
    damaged.write_bytes(content[: data.draw(st.integers(place + 1, len(content)))])
    try:
        found = [line.cells for line in read_workbook(damaged)]
    except TableError as error:
        assert str(error).startswith(f"{damaged}")  # noqa: PT017
    else:
        assert found == rows


@given(st.data())
def test_damaged_xml_in_a_book_never_ends_in_another_error(made, data):
    path, _ = made
    with zipfile.ZipFile(path) as archive:
        parts = {name: bytearray(archive.read(name)) for name in archive.namelist()}
    content = parts[data.draw(st.sampled_from(sorted(parts)))]
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.sampled_from(b'<>/"09aA= '))
    damaged = path.with_name("damaged.xlsx")
    with zipfile.ZipFile(damaged, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, bytes(part))
    try:
        found = read_workbook(damaged)
    except TableError as error:
        assert str(error).startswith(f"{damaged}")  # noqa: PT017
    else:
        assert found

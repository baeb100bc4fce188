"""What adapters share: label files and label cells."""

import gzip

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from cxrstudy.data.manifest import truth
from cxrstudy.data.sources import labels
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

NAMES = ("edema", "mass", "hernia", "nodule", "effusion", "fibrosis", "pneumonia", "emphysema", "x")


@given(st.lists(st.lists(st.sampled_from("01?"), min_size=9, max_size=9), min_size=1, max_size=9))
def test_label_cells_say_what_the_matrices_said(rows):
    given_cells = np.array(rows)
    cells = labels.listed(NAMES, given_cells == "1", given_cells == "?")
    matrix = truth(pd.Series(cells), NAMES, NAMES)
    expected = np.where(given_cells == "?", np.nan, given_cells == "1")
    np.testing.assert_array_equal(matrix, expected)


def test_a_label_that_is_present_is_not_unknown_too():
    both = np.array([[True, False]])
    assert labels.listed(("a", "b"), both, np.array([[True, True]])) == ["a|?b"]


def test_a_label_file_is_found_packed_or_not(tmp_path):
    with gzip.open(tmp_path / "t.csv.gz", "wt") as stream:
        stream.write("a,b\n1,\n")
    assert labels.find(tmp_path, "other.csv", "t.csv").name == "t.csv.gz"
    table = labels.read_text(labels.find(tmp_path, "t.csv"), ["a", "b"])
    assert table.to_numpy().tolist() == [["1", ""]]
    (tmp_path / "t.csv").write_text("a,b\n2, NA \n")
    assert labels.read_text(labels.find(tmp_path, "t.csv"), ["b"])["b"][2] == "NA"


@pytest.mark.parametrize("name", ["set-", "set-nan", "set-unknown", "set- "])
def test_an_image_without_a_patient_is_named(tmp_path, name):
    ids = pd.Series(["a", "b"], [2, 3])
    columns = {"id": ids, "path": ids, "patient": ["set-1", name], "source": "set"}
    with pytest.raises(TableError, match=f"row 3, column patient: '{name}'"):
        labels.unsplit(tmp_path, ids.index, columns | {"licence": "CC0-1.0", "labels": ""})


@pytest.mark.parametrize("path", ["", "images/", "/a.png", "p/p10//a.png"])
def test_an_image_without_a_file_or_folder_is_named(tmp_path, path):
    ids = pd.Series(["a", "b"], [2, 3])
    columns = {"id": ids, "path": ["b/a.png", path], "patient": ids, "source": "set"}
    with pytest.raises(TableError, match="row 3, column path: "):
        labels.unsplit(tmp_path, ids.index, columns | {"licence": "CC0-1.0", "labels": ""})


def write_book(path, **sheets):
    book = Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_a_spreadsheet_is_read_from_its_export_else_from_the_book_else_a_note_says_so(tmp_path):
    notes = Notes()
    assert labels.read_sheet(tmp_path, "x", ["a"], notes) is None
    assert ["not there" in note.what for note in notes.found] == [True]
    write_book(tmp_path / "x.xlsx", first=[[" a "], [" 1"], ["007"]])
    path, sheet = labels.read_sheet(tmp_path, "x", ["a"], notes)
    assert (path.name, sheet["a"].to_dict()) == ("x.xlsx", {2: "1", 3: "007"})
    (tmp_path / "x.csv").write_text("a\n2\n")
    path, sheet = labels.read_sheet(tmp_path, "x", ["a"], notes)
    assert (path.name, sheet["a"].to_dict(), len(notes.found)) == ("x.csv", {2: "2"}, 1)


def test_of_a_book_the_named_sheet_is_read_or_the_others_are_named(tmp_path):
    write_book(tmp_path / "x.xlsx", first=[["b"], ["1"]], second=[["a"], ["2"]])
    assert labels.read_sheet(tmp_path, "x", ["a"], Notes(), "second")[1]["a"].to_dict() == {2: "2"}
    with pytest.raises(TableError, match=r"no sheet 'third' .* there are 'first', 'second'"):
        labels.read_sheet(tmp_path, "x", ["a"], Notes(), "third")
    with pytest.raises(TableError, match="several sheets hold something"):
        labels.read_sheet(tmp_path, "x", ["a"], Notes())
    with pytest.raises(TableError, match="no column 'b'"):
        labels.read_sheet(tmp_path, "x", ["b"], Notes(), "second")


def test_of_several_spreadsheets_none_is_chosen(tmp_path):
    for name in ("x 1.csv", "x 2.csv"):
        (tmp_path / name).write_text("a\n1\n")
    with pytest.raises(TableError, match=r"x 1\.csv and x 2\.csv are both here"):
        labels.read_sheet(tmp_path, "x*", ["a"], Notes())

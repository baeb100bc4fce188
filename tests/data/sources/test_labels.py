"""What adapters share: label files and label cells."""

import gzip
import importlib.util

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_a_spreadsheet_is_read_from_its_export_or_a_note_says_why_not(tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    notes = Notes()
    assert labels.read_sheet(tmp_path, "x", ["a"], notes) is None
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    assert labels.read_sheet(tmp_path, "x", ["a"], notes) is None
    assert ["not there" in note.what for note in notes.found] == [True, False]
    assert "without openpyxl" in notes.found[1].what
    (tmp_path / "x.csv").write_text("a\n1\n")
    path, sheet = labels.read_sheet(tmp_path, "x", ["a"], notes)
    assert (path.name, sheet["a"].to_dict(), len(notes.found)) == ("x.csv", {2: "1"}, 2)


def test_a_spreadsheet_is_read_by_sheet_with_openpyxl(tmp_path, monkeypatch):
    asked = {}

    def read_excel(path, **given):
        asked.update(given, name=path.name)
        return pd.DataFrame({" a ": [" 1"]})

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(pd, "read_excel", read_excel)
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    assert labels.read_sheet(tmp_path, "x", ["a"], Notes(), "second")[1]["a"].to_dict() == {2: "1"}
    assert (asked["name"], asked["sheet_name"], asked["dtype"]) == ("x.xlsx", "second", str)
    with pytest.raises(TableError, match="no column 'b'"):
        labels.read_sheet(tmp_path, "x", ["b"], Notes())


def test_of_several_spreadsheets_none_is_chosen(tmp_path):
    for name in ("x 1.csv", "x 2.csv"):
        (tmp_path / name).write_text("a\n1\n")
    with pytest.raises(TableError, match=r"x 1\.csv and x 2\.csv are both here"):
        labels.read_sheet(tmp_path, "x*", ["a"], Notes())

"""What adapters share: ages, label cells, label files."""

import gzip
import importlib.util

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.manifest import truth
from cxrstudy.data.sources import labels
from cxrstudy.data.sources.labels import SourceError

NAMES = ("edema", "mass", "hernia", "nodule", "effusion", "fibrosis", "pneumonia", "emphysema", "x")


@pytest.mark.parametrize(
    ("cell", "age"),
    [("58", 58), ("058Y", 58), ("006M", 0.5), ("84.0", 84), ("120", 120), ("0", 0), ("14D", 0.038)],
)
def test_an_age_is_read_with_its_unit(cell, age):
    assert labels.years(pd.Series([cell]))[0] == pytest.approx(age, abs=1e-3)


@pytest.mark.parametrize("cell", ["", "nan", "414", "155", "148Y", "-3", "fifty", "50+", "None"])
def test_an_age_that_can_not_be_is_unknown(cell):
    assert labels.years(pd.Series([cell])).isna().all()


def test_sexes_are_f_m_or_unknown():
    cells = pd.Series(["Female", "m", " M ", "O", "", "Unknown", "F"])
    assert labels.sexes(cells).tolist() == ["F", "M", "M", "unknown", "unknown", "unknown", "F"]


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
    (tmp_path / "t.csv").write_text("a,b\n2,NA\n")
    assert labels.read_text(labels.find(tmp_path, "t.csv"), [])["b"][0] == "NA"


def test_an_unknown_value_is_named_with_its_row(tmp_path):
    cells = pd.Series(["PA", "AP", "oblique"])
    with pytest.raises(SourceError, match=r"t\.csv, row 4, column View: 'oblique'; known values"):
        labels.by_map(cells, {"PA": "PA", "AP": "AP"}, tmp_path / "t.csv", "View")


def test_an_image_without_a_patient_is_named(tmp_path):
    ids = pd.Series(["a", "b"])
    columns = {"id": ids, "path": ids, "patient": ["set-1", "set-"], "source": "set"}
    with pytest.raises(SourceError, match="row 3, column patient: 'set-'"):
        labels.unsplit(tmp_path, ids.index, columns | {"licence": "CC0-1.0", "labels": ""})


def test_a_spreadsheet_is_read_from_its_export_or_not_at_all_without_openpyxl(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    (tmp_path / "COVID.metadata.xlsx").write_bytes(b"PK")
    assert labels.read_sheet(tmp_path, "COVID.metadata") is None
    (tmp_path / "COVID.metadata.csv").write_text("FILE NAME\nCOVID-1\n")
    path, sheet = labels.read_sheet(tmp_path, "COVID.metadata")
    assert (path.name, sheet["FILE NAME"].tolist()) == ("COVID.metadata.csv", ["COVID-1"])


def test_a_spreadsheet_is_read_by_sheet_with_openpyxl(tmp_path, monkeypatch):
    asked = {}

    def read_excel(path, **given):
        asked.update(given, name=path.name)
        return pd.DataFrame({"a": ["1"]})

    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object())
    monkeypatch.setattr(pd, "read_excel", read_excel)
    assert labels.read_sheet(tmp_path, "x") is None
    (tmp_path / "x.xlsx").write_bytes(b"PK")
    assert labels.read_sheet(tmp_path, "x", "second")[1]["a"].tolist() == ["1"]
    assert (asked["name"], asked["sheet_name"], asked["dtype"]) == ("x.xlsx", "second", str)

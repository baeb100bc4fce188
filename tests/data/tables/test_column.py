"""Columns: what counts as a blank, a name of nobody, and a known value."""

from pathlib import Path

import pandas as pd
import pytest

from cxrstudy.data.tables.column import Column, is_blank, names_nobody
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError


def column(*cells):
    rows = range(2, len(cells) + 2)
    return Column(Path("t.csv"), "View", pd.Series(cells, index=rows, dtype=str))


@pytest.mark.parametrize("cell", ["", " ", "nan", "NaN", "None", "N/A", "NULL", "-", "Unknown"])
def test_a_cell_that_says_nothing_is_blank_and_its_patient_nobody(cell):
    assert is_blank(cell)
    assert names_nobody(cell)
    assert names_nobody(f"nih-{cell}")


@pytest.mark.parametrize("cell", ["0", "no", "P001", "nih-00061", "a-1", "nana", "unknown-7"])
def test_other_cells_say_something(cell):
    assert not is_blank(cell)
    assert not names_nobody(cell)


def test_an_unknown_value_is_named_with_its_row():
    cells = column("PA", "AP", "oblique", "tilted")
    with pytest.raises(TableError, match=r"t\.csv, row 4, column View: 'oblique'; known values"):
        cells.translated({"PA": "PA", "AP": "AP"})
    assert column("PA", "AP").translated({"PA": "x", "AP": "y"}).tolist() == ["x", "y"]


def test_cells_are_counted_with_the_first():
    cells, notes = column("a", "b", "b"), Notes()
    cells.note(notes, cells.cells == "b", "are odd")
    cells.note(notes, cells.cells == "c", "are odder")
    assert [str(note) for note in notes.found] == [
        "t.csv, column View: 2 of 3 are odd; first: row 3: 'b'"
    ]

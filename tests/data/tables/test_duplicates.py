"""Duplicates: equal rows count once and are counted, others are an error."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.tables.duplicates import unique_by
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

PATH = Path("t.csv")
LETTERS = st.sampled_from("abc")


@given(st.lists(st.tuples(LETTERS, LETTERS), min_size=1, max_size=8))
def test_keys_are_unique_or_two_rows_are_named(rows):
    table = pd.DataFrame(rows, range(2, len(rows) + 2), ["key", "label"], dtype=str)
    notes = Notes()
    if len(set(rows)) > len({key for key, _ in rows}):
        with pytest.raises(TableError, match=r"t\.csv, rows \d+ and \d+: two rows of"):
            unique_by(table, ["key"], PATH, notes)
        return
    found = unique_by(table, ["key"], PATH, notes)
    assert set(found.itertuples(index=False, name=None)) == set(rows)
    assert found["key"].is_unique
    assert len(found) + sum(note.count for note in notes.found) == len(rows)


def test_both_rows_and_both_values_are_named():
    table = pd.DataFrame({"a": ["1", "2", "1"], "b": ["x", "y", "z"]}, index=[2, 3, 7])
    with pytest.raises(
        TableError, match=r"rows 2 and 7: two rows of '1' differ in b: 'x' and 'z'; find out"
    ):
        unique_by(table, ["a"], PATH, Notes())

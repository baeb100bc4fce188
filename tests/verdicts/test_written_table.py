"""Written table: a cell is the value that was written, and no other."""

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cxrstudy.verdicts.written_table import (
    differing_cells,
    read_texts,
    same_cell,
    same_rows,
    text_of,
    write_table,
)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_cell_is_the_value_that_was_written_and_no_other(value):
    text = text_of(value)
    assert same_cell(text, value)
    assert not same_cell(text + "1" if "." in text else text + ".5", value)


def test_what_is_written_is_read_back_cell_by_cell(tmp_path):
    table = pd.DataFrame({"arm": ["a, b", "é"], "n": [3.0, float("nan")], "why": [None, "x"]})
    write_table(table, tmp_path / "t.csv")
    read = read_texts(tmp_path / "t.csv")
    assert read.to_dict("list") == {"arm": ["a, b", "é"], "n": ["3", ""], "why": ["", "x"]}


ROWS = st.lists(
    st.tuples(st.sampled_from("PQ"), st.sampled_from("123"), st.sampled_from([0.25, 0.5])),
    max_size=4,
    unique_by=lambda row: row[:2],
)


@given(here=ROWS, again=ROWS, left_out=st.sampled_from(["", "paper", "estimate"]))
@example(here=[("P", "1", 0.25)], again=[("P", "1", 0.25)], left_out="")
@example(here=[("P", "1", 0.25), ("P", "1", 0.5)], again=[("P", "1", 0.25)], left_out="")
def test_rows_are_the_same_where_no_cell_differs(here, again, left_out):
    names = ["paper", "claim", "estimate"]
    stored = pd.DataFrame(here, columns=names).map(text_of).drop(columns=left_out or [])
    found = pd.DataFrame(again, columns=names)
    expected = {
        claim
        for claim in found["claim"]
        if not differing_cells(
            stored[stored["claim"] == claim], found[found["claim"] == claim], names[:2]
        )
    }
    assert same_rows(stored, found, names[:2], of="claim") == expected
    if here == again and not left_out:
        assert expected == {claim for _, claim, _ in again}


@pytest.mark.parametrize("beside", [-1e-10, 1e-10])
def test_a_value_beside_the_middle_of_two_roundings_is_both(beside):
    value = 0.04946015 * (1 + beside)
    assert same_cell("0.0494601", value)
    assert same_cell("0.0494602", value)


@pytest.mark.parametrize(("beside", "said"), [(-1e-8, "0.0494601"), (1e-8, "0.0494602")])
def test_a_value_farther_from_the_middle_is_one(beside, said):
    value = 0.04946015 * (1 + beside)
    assert [text for text in ("0.0494601", "0.0494602") if same_cell(text, value)] == [said]


def test_a_row_that_stands_twice_is_named():
    stored = pd.DataFrame({"claim": ["A1", "A1", "A2"], "estimate": ["0.25", "0.25", "0.5"]})
    found = pd.DataFrame({"claim": ["A1", "A2"], "estimate": [0.25, 0.5]})
    assert differing_cells(stored, found, ["claim"]) == ["row claim A1: twice"]

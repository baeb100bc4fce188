"""Written table: a cell is the value that was written, and no other."""

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.verdicts.written_table import read_texts, same_cell, text_of, write_table


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

"""Terms: a cell is a list of known terms, or it is not taken for one."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.data.tables.column import Column
from cxrstudy.data.tables.terms import term_sets

KNOWN = {"nodule", "pleural effusion", "a 'b' \"c\""}


def read(cell):
    return term_sets(Column(Path("t.csv"), "Labels", pd.Series([cell], dtype=str)), KNOWN)[0]


@given(st.sets(st.sampled_from(sorted(KNOWN))))
def test_what_python_writes_is_read(terms):
    assert read(str(sorted(terms))) == terms
    assert read(str([f" {term} " for term in terms])) == terms


@pytest.mark.parametrize(
    "cell",
    [
        "", "nan", "nodule", "'nodule'", "['nodule' 'pleural effusion']", "['Nodule']", "['nodul']",
        "['nodule'", "['nodule', 3]", "('nodule',)", "{'nodule'}", "[nodule]", "['nodule'] + []",
        r"['\N{x}']",
    ],
)  # fmt: skip
def test_anything_else_is_none(cell):
    assert read(cell) is None

"""Recomputed: a cell is the value that was written, and no other."""

from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.verdicts import recomputed, recording


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_cell_is_the_value_that_was_written_and_no_other(value):
    text = recording.text_of(value)
    assert recomputed.same_cell(text, value)
    assert not recomputed.same_cell(text + "1" if "." in text else text + ".5", value)

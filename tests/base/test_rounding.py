"""Rounding: significant digits are those of numpy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base.rounding import significant


@given(st.floats(1e-300, 1e300), st.integers(1, 12))
def test_significant_digits_are_those_of_numpy(number: float, digits: int) -> None:
    expected = float(np.format_float_positional(number, precision=digits, fractional=False))
    assert significant(number, digits) == pytest.approx(expected, rel=1e-15)

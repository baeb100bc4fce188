"""Standard JSON: valid whatever it holds."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base.standard_json import json_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_is_valid_whatever_it_holds(value: object) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    json.loads(json_text(value), parse_constant=refuse)


def test_json_takes_numbers_and_arrays_of_numpy() -> None:
    found = {"p": np.float64("nan"), "n": np.int64(3), "draws": np.array([-np.inf, -0.0])}
    assert json.loads(json_text(found)) == {"p": None, "n": 3, "draws": ["−infinite", 0.0]}
    assert "-0" not in json_text(found)

"""Names: what code joins by a line is words for a reader; what a reader may type is not changed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.names import spaced

LETTERS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=6)


@given(st.lists(LETTERS, min_size=2, max_size=4), st.sampled_from(["{}", "a → {}", "({}), b"]))
def test_a_name_is_words_wherever_it_stands(parts, around):
    assert spaced(around.format("_".join(parts))) == around.format(" ".join(parts))


@pytest.mark.parametrize(
    "typed",
    ["runs/a_b", "a_b.csv", "--no_audit", "CXR_001", "patient_12", "a_b/c", "x.a_b", "a__b"],
)
def test_files_options_and_codes_stay(typed):
    assert spaced(f"see {typed}, please") == f"see {typed}, please"


def test_a_label_is_as_readers_know_it_and_stays_where_it_is_typed():
    assert spaced("no image of other_pneumonia, covid19") == "no image of other pneumonia, COVID-19"
    typed = "covid19/a.png --covid19 truth_covid19_x"
    assert spaced(typed) == typed

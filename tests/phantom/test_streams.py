"""Named random streams."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.phantom.streams import draw_one, stream, within


def test_a_stream_repeats_itself():
    assert stream(3, "a", "b").random(5).tolist() == stream(3, "a", "b").random(5).tolist()


def test_each_part_of_the_name_matters():
    draws = {
        stream(seed, name, purpose).random()
        for seed in (0, 1)
        for name in ("target-00001", "target-00002")
        for purpose in ("anatomy", "noise")
    }
    assert len(draws) == 8


def test_the_parts_of_a_name_cannot_be_confused():
    assert stream(1, "2", "3").random() != stream(12, "", "3").random()


@given(
    st.dictionaries(st.text(max_size=3), st.integers(1, 50), min_size=1, max_size=6),
    st.integers(0, 2**32),
)
def test_one_drawn_key_is_what_numpy_chooses(shares, seed):
    table = {name: share / sum(shares.values()) for name, share in shares.items()}
    drawn = draw_one(np.random.default_rng(seed), table)
    chosen = np.random.default_rng(seed).choice(list(table), p=list(table.values()))
    assert drawn == chosen


@given(st.floats(-10, 10), st.floats(-5, 0), st.floats(0, 5))
def test_a_number_within_limits_is_what_numpy_clips(value, lowest, highest):
    assert within(value, lowest, highest) == np.clip(value, lowest, highest)

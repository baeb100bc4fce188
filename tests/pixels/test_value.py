"""Value: place, mask and sign of stored bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels.value import Layout, values_of


@st.composite
def stored(draw):
    """A layout, values that it can hold, and noise for the bits that it doesn't use."""
    allocated = draw(st.sampled_from([8, 16]))
    bits = draw(st.integers(1, allocated))
    high = draw(st.integers(bits - 1, allocated - 1))
    layout = Layout(allocated, bits, high, draw(st.booleans()))
    values = draw(st.lists(st.integers(layout.lowest, layout.highest), min_size=1, max_size=9))
    return layout, values, draw(st.integers(0, 2**allocated - 1))


@given(stored())
def test_values_come_back_from_any_place_under_any_noise(made):
    layout, values, noise = made
    below = layout.high + 1 - layout.stored
    used = (2**layout.stored - 1) << below
    words = [(value << below & used) | (noise & ~used) for value in values]
    kept = np.array(words, np.uint8 if layout.allocated == 8 else np.uint16)
    assert values_of(kept, layout).tolist() == values


@pytest.mark.parametrize(
    ("word", "layout", "value"),
    [  # PS3.5 figure D.1-3 and its neighbours, by hand
        (0x0FFF, Layout(16, 12, 11, True), -1),
        (0xF800, Layout(16, 12, 11, True), -2048),
        (0xF7FF, Layout(16, 12, 11, False), 2047),
        (0x8000, Layout(16, 12, 15, True), -2048),
        (0x80, Layout(8, 8, 7, True), -128),
    ],
)
def test_known_words(word, layout, value):
    assert values_of(np.array([word], np.uint16), layout) == [value]

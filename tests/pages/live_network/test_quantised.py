"""Quantised: no weight is off by more than half a step; what is written is computed."""

import base64

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.live_network.programme import Step, Window
from cxrstudy.pages.live_network.quantised import LARGEST, as_text, quantised, rounded, written


@given(
    st.integers(1, 5), st.integers(1, 4), st.sampled_from([1, 3]), st.integers(0, 2**31),
    st.floats(1e-6, 1e6),
)  # fmt: skip
def test_a_weight_is_off_by_at_most_half_a_step_of_its_output(outputs, inputs, side, seed, scale):
    random = np.random.default_rng(seed)
    weight = (random.normal(0, scale, (outputs, inputs, side, side))).astype(np.float32)
    found = quantised(weight)
    off = np.abs(found.weight - weight).reshape(outputs, -1).max(axis=1)
    largest = np.abs(weight).reshape(outputs, -1).max(axis=1)
    # Half a step, and what single precision adds: 32,767 steps times 2 ** -24 are .002 of a step.
    assert (off <= largest / LARGEST * 0.505).all()
    assert (np.abs(found.whole.astype(int)).reshape(outputs, -1).max(axis=1) == LARGEST).all()


def test_an_output_without_weights_stays_one():
    found = quantised(np.zeros((2, 3), np.float32))
    assert not found.weight.any()
    assert np.isfinite(found.factor).all()


def test_what_is_written_is_what_the_rounded_programme_computes():
    random = np.random.default_rng(1)
    weight, bias = random.normal(size=(5, 2, 3, 3)), random.normal(size=5)
    step = Step("conv", (0,), (5, 4, 4), Window(3, 2, 1), weight.astype("f4"), bias.astype("f4"))
    image = Step("image", (), (2, 8, 8))
    plain, conv = written([image, step])
    assert plain == {"does": "image", "of": [], "shape": [2, 8, 8], "window": [1, 1, 0]}
    whole = np.frombuffer(base64.b64decode(conv["weight"]), "<i2").reshape(5, 2, 3, 3)
    factor = np.frombuffer(base64.b64decode(conv["factor"]), "<f4")
    assert np.array_equal(whole * factor[:, None, None, None], rounded([image, step])[1].weight)
    assert np.array_equal(np.frombuffer(base64.b64decode(conv["bias"]), "<f4"), step.bias)
    assert conv["window"] == [3, 2, 1]


def test_bytes_are_written_the_lowest_first():
    assert base64.b64decode(as_text(np.array([1.0], ">f4"))) == np.array([1.0], "<f4").tobytes()

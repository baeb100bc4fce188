"""What a network is allowed to see."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels.masking import BORDER, masked


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(1, 256, (3, 32, 32), dtype=np.uint8)


def test_whole_images_are_the_same_array(images):
    assert masked(images, "whole") is images


def test_of_a_border_only_the_outer_eighths_are_seen(images):
    seen = masked(images, "border")
    edge = round(32 * BORDER)
    assert edge == 4
    assert (seen[:, 4:28, 4:28] == 0).all()
    outside = np.ones((32, 32), bool)
    outside[4:28, 4:28] = False
    assert (seen[:, outside] == images[:, outside]).all()
    assert images.min() > 0  # the original is left alone


def test_inside_and_border_share_the_image_between_them(images):
    inside, border = masked(images, "inside"), masked(images, "border")
    assert (inside + border == images).all()
    assert ((inside == 0) | (border == 0)).all()
    assert (inside[:, 4:28, 4:28] == images[:, 4:28, 4:28]).all()


def test_a_blur_keeps_the_mean_and_takes_the_detail(images):
    seen = masked(images, "blurred").astype(float)
    assert seen.std(axis=(1, 2)).max() < images.std(axis=(1, 2)).min() / 8
    assert np.allclose(seen.mean(axis=(1, 2)), images.mean(axis=(1, 2)), atol=3)


def test_a_blur_does_not_mix_images():
    images = np.stack([np.zeros((16, 16)), np.full((16, 16), 200)]).astype(np.uint8)
    assert (masked(images, "blurred") == images).all()


@given(side=st.integers(16, 80), look=st.sampled_from(["whole", "border", "blurred"]))
def test_shape_and_type_stay(side, look):
    seen = masked(np.full((2, side, side), 7, np.uint8), look)
    assert seen.shape == (2, side, side)
    assert seen.dtype == np.uint8

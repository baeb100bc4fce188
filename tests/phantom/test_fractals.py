"""Fractals of iterated function systems."""

import numpy as np
import pytest

from cxrstudy.phantom.fractals import (
    FILLING,
    System,
    draw_fractal,
    filling,
    orbit,
    system_of,
)


def test_sierpinskis_triangle_keeps_its_hole():
    half = np.broadcast_to(np.eye(2) / 2, (3, 2, 2)).copy()
    corners = np.array([[0.0, 0.0], [0.5, 0.0], [0.0, 0.5]])
    points = orbit(System(half, corners), np.random.default_rng(0))
    assert points.min() > -1e-3
    assert points.sum(axis=1).max() < 1.001
    # The open middle triangle x < 1/2, y < 1/2, x + y > 1/2 is empty.
    hole = (points < 0.49).all(axis=1) & (points.sum(axis=1) > 0.51)
    assert not hole.any()


def test_a_map_is_chosen_in_proportion_to_its_area():
    matrices = np.stack([np.eye(2) * 0.5, np.eye(2) * 0.25])
    system = System(matrices, np.array([[0.0, 0.0], [0.75, 0.75]]))
    points = orbit(system, np.random.default_rng(1))
    large = np.mean(points[:, 0] < 0.6)
    assert large == pytest.approx(0.26 / (0.26 + 0.0725), abs=0.02)


@pytest.mark.parametrize("number", [0, 7, 19, 33])
def test_classes_fill_enough_of_the_canvas(number):
    assert filling(system_of(number), np.random.default_rng(0)) > 0.8 * FILLING


def test_the_images_of_a_class_vary_and_those_of_others_differ_more():
    def picture(number, seed):
        return draw_fractal(number, np.random.default_rng(seed), 64).astype(float).ravel()

    assert not np.array_equal(picture(0, 1), picture(0, 2))
    assert np.array_equal(picture(3, 1), picture(3, 1))


@pytest.mark.parametrize("pixels", [32, 64, 200])
def test_images_are_grey_and_not_empty(pixels):
    image = draw_fractal(5, np.random.default_rng(0), pixels)
    assert image.shape == (pixels, pixels)
    assert image.dtype == np.uint8
    assert image.max() > 150
    assert 0.01 < (image > 20).mean() < 0.98

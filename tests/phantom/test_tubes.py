"""Thin tubes: mass, width, place."""

import numpy as np
import pytest

from cxrstudy.phantom.geometry import Frame
from cxrstudy.phantom.tubes import thin_tubes


def plain(pixels):
    return Frame.place(pixels, (0.0, 0.0), 1.0)


@pytest.mark.parametrize("pixels", [64, 128, 256])
@pytest.mark.parametrize("radius", [0.03, 0.15, 0.4])
def test_tubes_thinner_than_a_pixel_keep_their_mass(pixels, radius):
    frame = plain(pixels)
    starts, ends = np.array([[-5.0, -3.0]]), np.array([[6.0, 4.0]])
    laid = thin_tubes(frame, starts, ends, np.array([radius]))
    length = np.hypot(11.0, 7.0)
    assert laid.sum() * frame.pixel**2 == pytest.approx(np.pi * radius**2 * length, rel=1e-3)


def test_a_resolved_tube_is_as_wide_as_its_semicircle():
    frame = plain(256)
    laid = thin_tubes(frame, np.array([[0.0, -18.0]]), np.array([[0.0, 18.0]]), np.array([0.6]))
    row = laid[128]
    x = frame.x[128]
    # Blurred by pixels of 0.15.
    assert np.sqrt((row * x**2).sum() / row.sum()) == pytest.approx(0.3, rel=0.08)


def test_tubes_add_up_and_lie_along_their_axes():
    frame = plain(128)
    starts, ends = np.array([[-9.0, 3.0], [9.0, -9.0]]), np.array([[-9.0, 9.0], [9.0, -3.0]])
    both = thin_tubes(frame, starts, ends, np.array([0.2, 0.2]))
    each = [thin_tubes(frame, starts[k : k + 1], ends[k : k + 1], np.array([0.2])) for k in (0, 1)]
    assert np.allclose(both, each[0] + each[1], atol=1e-5)
    row, column = np.unravel_index(each[0].argmax(), each[0].shape)
    assert abs(frame.x[row, column] + 9) < 2 * frame.pixel
    assert 3 < frame.y[row, column] < 9


def test_tubes_outside_the_image_are_not_seen():
    beyond = np.array([[40.0, 0.0]])
    assert not thin_tubes(plain(64), beyond, beyond + 5, np.array([0.3])).any()

"""Chords and masses with known answers."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from cxrstudy.phantom.geometry import (
    FIELD,
    PROFILE_Y,
    Frame,
    add_capsule,
    add_capsules,
    add_ellipsoid,
    ellipsoid,
    empty,
    patches,
    tabulate,
)
from tests.support.draws import draws
from tests.support.some import some


def plain(pixels=256):
    return Frame.place(pixels, (0.0, 0.0), 1.0)


def test_the_chord_through_a_spheres_centre_is_its_diameter():
    frame = Frame.place(33, (0.0, 0.0), 1.0)  # an odd number: the middle pixel is the centre
    chord = ellipsoid(frame, (0.0, 0.0), (5.0, 5.0, 5.0))
    assert chord[16, 16] == pytest.approx(10.0, rel=1e-6)


@given(
    radius=st.floats(1.0, 7.0),
    x=st.floats(-8.0, 8.0),
    y=st.floats(-8.0, 8.0),
    tilt=st.floats(-0.2, 0.2),
)
@draws(30)
def test_a_spheres_chords_integrate_to_its_volume(radius, x, y, tilt):
    frame = Frame.place(256, (0.3, -0.2), 1.0, tilt)
    total = np.zeros((256, 256), dtype=np.float32)
    add_ellipsoid(total, frame, (x, y), (radius, radius, radius))
    assert total.sum() * frame.pixel**2 == pytest.approx(4 / 3 * np.pi * radius**3, rel=0.02)


def test_an_ellipsoids_volume_does_not_depend_on_its_angle():
    volumes = [ellipsoid(plain(), (1.0, 2.0), (6.0, 2.0, 3.0), angle).sum() for angle in (0.0, 0.7)]
    assert volumes[0] == pytest.approx(volumes[1], rel=0.005)


def test_a_capsule_holds_a_cylinder_and_two_half_spheres():
    frame = plain()
    total = np.zeros((256, 256), dtype=np.float32)
    add_capsule(total, frame, (-5.0, 0.0), (5.0, 2.0), 2.0)
    length = np.hypot(10.0, 2.0)
    volume = np.pi * 4 * length + 4 / 3 * np.pi * 8
    assert total.sum() * frame.pixel**2 == pytest.approx(volume, rel=0.01)


def test_a_hollow_capsule_is_thinner_in_the_middle_than_at_its_walls():
    total = np.zeros((256, 256), dtype=np.float32)
    add_capsule(total, plain(), (0.0, -10.0), (0.0, 10.0), 2.0, hollow=0.8)
    row = total[128]
    assert row[128] < 0.5 * row.max()


@given(
    x=st.floats(-12, 12),
    y=st.floats(-12, 12),
    tilt=st.floats(-0.1, 0.1),
    scale=st.floats(0.8, 1.2),
)
@draws(40)
def test_locate_inverts_the_frame(x, y, tilt, scale):
    frame = Frame.place(128, (0.7, -0.4), scale, tilt)
    column, row = np.round(frame.locate((x, y))).astype(int)
    assume(0 <= column < 128 and 0 <= row < 128)
    assert np.hypot(frame.x[row, column] - x, frame.y[row, column] - y) < frame.pixel


@given(
    left=st.floats(-25, 20),
    top=st.floats(-25, 20),
    wide=st.floats(0.1, 10),
    high=st.floats(0.1, 10),
    tilt=st.floats(-0.1, 0.1),
)
@draws(60)
def test_a_window_holds_every_pixel_of_its_box(left, top, wide, high, tilt):
    frame = Frame.place(96, (0.5, 0.2), 1.05, tilt)
    window = frame.window(left, left + wide, top, top + high)
    inside = (
        (frame.x >= left) & (frame.x <= left + wide) & (frame.y >= top) & (frame.y <= top + high)
    )
    assert inside.sum() == inside[window].sum()


def test_a_window_beside_the_image_is_empty():
    assert empty(plain().window(FIELD, FIELD + 3, 0, 1))
    target = np.zeros((256, 256), dtype=np.float32)
    add_capsule(target, plain(), (40.0, 0.0), (45.0, 0.0), 1.0)
    add_ellipsoid(target, plain(), (40.0, 0.0), (1.0, 1.0, 1.0))
    assert not target.any()


def test_tabulate_reads_a_profile_at_each_pixels_height():
    frame = Frame.place(64, (0.0, 0.0), 1.0, 0.05)
    assert np.abs(tabulate(frame, 2 * PROFILE_Y) - 2 * frame.y).max() < 0.05


CAPSULES = st.lists(
    st.tuples(*[st.floats(-22, 22)] * 4, *[st.floats(0.05, 4)] * 2, st.floats(0.1, 2)),
    min_size=1, max_size=6,
)  # fmt: skip


@given(capsules=CAPSULES, tilt=st.floats(-0.2, 0.2))
@draws(30)
def test_many_capsules_are_the_sum_of_each(capsules, tilt):
    frame = Frame.place(48, (1.0, -2.0), 0.9, tilt)
    together, one_by_one = np.zeros((2, 48, 48), dtype=np.float32)
    add_capsules(together, frame, capsules)
    for x0, y0, x1, y1, radius, end_radius, weight in capsules:
        add_capsule(one_by_one, frame, (x0, y0), (x1, y1), radius, end_radius, weight)
    np.testing.assert_allclose(together, one_by_one, atol=2e-2)


@given(
    boxes=st.lists(st.tuples(*[st.floats(-25, 25)] * 2, *[st.floats(0, 9)] * 2), min_size=1),
    tilt=st.floats(-0.2, 0.2),
)
@draws(30)
def test_the_pixels_of_boxes_are_those_of_their_windows(boxes, tilt):
    frame = Frame.place(40, (0.5, 1.0), 1.1, tilt)
    edges = [(x, x + wide, y, y + tall) for x, y, wide, tall in boxes]
    box, pixel = patches(frame, edges)
    number = np.arange(40 * 40).reshape(40, 40)
    for which, edge in enumerate(some(edges)):
        np.testing.assert_array_equal(pixel[box == which], number[frame.window(*edge)].ravel())

"""Grey: the robust range of values, and grey once per value."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels.grey import UnreadableImage, by_value, coded_errors, robust_range, stretch
from tests.support.draws import draws


def ranged(pixels):
    return robust_range(*(side.astype(kind) for side, kind in zip(
        np.unique(pixels, return_counts=True), (float, np.int64), strict=True)))  # fmt: skip


def noise(top=4000, seed=0):
    return np.random.default_rng(seed).integers(0, top + 1, 5000)


@given(st.integers(1, 200), st.integers(20_000, 65_535), st.booleans())
def test_dead_pixels_and_labels_of_up_to_4_percent_don_t_count(number, value, is_below):
    pixels = np.concatenate([noise(), np.full(number, -value if is_below else value)])
    assert ranged(pixels) == (0, 4000)


def test_dead_pixels_of_many_values_don_t_count():
    dead = np.random.default_rng(1).integers(10_000, 65_536, 50)
    assert ranged(np.concatenate([noise(), dead])) == (0, 4000)


@given(st.floats(0.3, 3), st.integers(0, 9))
def test_an_image_that_uses_its_whole_range_keeps_its_extremes(gamma, seed):
    pixels = np.rint(4095 * (noise(seed=seed) / 4000) ** gamma)
    assert ranged(pixels) == (pixels.min(), pixels.max())


def test_an_image_of_nearly_only_background_keeps_its_extremes():
    assert ranged(np.repeat([0, 700, 4095], [9800, 150, 50])) == (0, 4095)


def test_what_lies_outside_is_black_and_no_part_of_the_range():
    stored = np.array([[5, 10, 15, 900]])
    grey = by_value(stored, stretch, stored == 900)
    assert grey.tolist() == [[0, 128, 255, 0]]
    assert not by_value(stored, stretch, stored > 0).any()


def test_values_too_far_apart_for_a_table_are_shown_too() -> None:
    ends = np.iinfo(np.int32)
    stored = np.array([[ends.min, 0, ends.max]], np.int32)
    assert by_value(stored, stretch).tolist() == [[0, 128, 255]]


@given(
    kind=st.sampled_from(["u1", "u2", "i2", "i4"]),
    shape=st.sampled_from([(1, 1), (3, 700_000), (1400, 2000)]),
    top=st.sampled_from([1, 300, 2**30]),
    is_padded=st.booleans(),
)
@draws(12, deadline=None)
def test_the_same_grey_as_for_all_pixels_at_once(kind, shape, top, is_padded):
    about = np.iinfo(kind)
    draw = np.random.default_rng(top)
    stored = draw.integers(max(about.min, -top), min(about.max, top), shape, kind, endpoint=True)
    outside = draw.random(shape) < 0.3 if is_padded else None
    inside = stored.ravel() if outside is None else stored[~outside]
    expected = np.zeros(shape, np.uint8)
    if inside.size:
        values, counts = np.unique(inside, return_counts=True)
        shown = np.rint(255 * stretch(values.astype(float), counts)).astype(np.uint8)
        place = np.minimum(values.searchsorted(stored), len(values) - 1)
        expected = shown[place] if outside is None else np.where(outside, 0, shown[place])
    assert np.array_equal(by_value(stored, stretch, outside), expected)


def test_memory_that_runs_out_has_a_code():
    named = pytest.raises(UnreadableImage, match=r"PIX010 too large: a\.png: it doesn't fit")
    with named, coded_errors(Path("a.png")):
        raise MemoryError

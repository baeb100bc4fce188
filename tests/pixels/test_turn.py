"""Turn: EXIF as Pillow turns it, Patient Orientation as the standard says."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from cxrstudy.pixels.turn import EXIF, UPRIGHT, turn_of, turned

CHEST = np.arange(15, dtype=np.uint8).reshape(5, 3)


@pytest.mark.parametrize("orientation", range(2, 9))
def test_exif_is_turned_as_pillow_turns_it(orientation):
    image = Image.fromarray(CHEST)
    image.getexif()[0x0112] = orientation
    expected = np.asarray(ImageOps.exif_transpose(image))
    assert np.array_equal(turned(CHEST, EXIF[orientation]), expected)


@pytest.mark.parametrize("is_transposed", [False, True])
@pytest.mark.parametrize("is_mirrored", [False, True])
@pytest.mark.parametrize("is_upside_down", [False, True])
def test_each_of_the_eight_frontal_orientations_is_made_upright(
    is_transposed, is_mirrored, is_upside_down
):
    rows, columns = "R" if is_mirrored else "L", "H" if is_upside_down else "F"
    stored = CHEST[:, ::-1] if is_mirrored else CHEST
    stored = stored[::-1] if is_upside_down else stored
    if is_transposed:
        rows, columns, stored = columns, rows, stored.T
    assert np.array_equal(turned(stored, turn_of(rows, columns)), CHEST)


def test_secondary_directions_don_t_count_and_other_views_are_left():
    assert turn_of("LA", "FP") == UPRIGHT
    assert all(turn_of(*said) is None for said in (("A", "F"), ("L", "P"), ("", ""), ("L", "R")))

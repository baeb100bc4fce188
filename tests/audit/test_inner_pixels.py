"""Inner pixels: what is near the edge is described, what is in the middle is not."""

import numpy as np
import pytest

from cxrstudy.audit.inner_pixels import corners, in_frame, letters, texture
from tests.support.audited import scenes

SIDE = 64


def _flat(level: int = 100) -> np.ndarray:
    return np.full((2, SIDE, SIDE), level, np.uint8)


def test_corners_are_told_by_their_mean_and_by_what_differs_from_it() -> None:
    images = _flat(255)
    images[1, :8, :8], images[1, :8, -8:], images[1, -8:, :8], images[1, -8:, -8:] = 10, 20, 30, 40
    images[1, 2:4, -2:] += 16
    found = corners(images)
    assert found.shape == (2, 4 * 16 + 4)
    assert found[0].tolist() == [0] * 64 + [255] * 4
    assert found[1, 64:].tolist() == [10, 21, 30, 40]
    differs = found[1, :64].reshape(4, 4, 4)
    assert not differs[[0, 2, 3]].any()
    assert differs[1, 1, 3] == 15
    assert np.delete(differs[1].ravel(), 7).tolist() == [-1] * 15


@pytest.mark.parametrize(
    ("row", "column", "cell"),
    [(4, 20, 2), (12, 4, 8), (12, 60, 9), (52, 60, 19), (60, 4, 20), (60, 60, 27)],
)
def test_a_dot_near_the_edge_stands_out_in_its_cell(row: int, column: int, cell: int) -> None:
    images = _flat()
    images[1, row, column] = 200
    found = letters(images)
    assert found.shape == (2, 28)
    assert not found[0].any()
    assert np.flatnonzero(found[1]).tolist() == [cell]
    assert found[1, cell] == 1 / 64


@pytest.mark.parametrize(
    ("level", "stands_out"), [(59, False), (57, True), (141, False), (143, True)]
)
def test_a_letter_differs_by_forty_grey_levels_from_its_surroundings(
    level: int, stands_out: bool
) -> None:
    images = _flat()
    images[1, 4, 30] = level  # a dot itself makes a twenty-fifth of its surroundings
    assert letters(images)[1].any() == stands_out


def test_what_is_in_the_middle_is_neither_letter_nor_texture() -> None:
    images = np.repeat(scenes(1, np.random.default_rng(0)), 2, axis=0)
    images[1, 27:37, 27:37] = 255
    for describe in (corners, letters, texture):
        one, other = describe(images)
        # The widest blur reaches as far with less than a millionth of its weight.
        assert one == pytest.approx(other, abs=1e-5)


def test_the_frame_is_an_eighth_of_each_side() -> None:
    frame = in_frame(SIDE)
    assert frame.sum() == SIDE**2 - 48**2
    assert not frame[8:56, 8:56].any()


def test_texture_tells_a_sharp_image_from_a_soft_one_and_not_a_dark_from_a_bright_one() -> None:
    rows = np.arange(SIDE)
    fine = np.where(rows % 2, 90, 110)
    coarse = np.where(rows // 8 % 2, 90, 110)
    images = np.stack([np.tile(of, (SIDE, 1)) for of in (fine, coarse, coarse + 50)])
    found = texture(images.astype(np.uint8))
    assert found.shape == (3, 6 + 5)
    sharp, soft, bright = found
    assert sharp[0] > soft[0]
    assert sharp[4] < soft[4]
    assert bright == pytest.approx(soft, abs=1e-3)
    assert sharp[6:] == pytest.approx(np.diff(sharp[:6]))

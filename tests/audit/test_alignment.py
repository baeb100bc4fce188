"""Alignment: a moved copy is moved back, though a part is covered; other images never agree."""

import numpy as np
import pytest
from numpy.typing import NDArray

from cxrstudy.audit.alignment import aligned_agreement
from tests.support.audited import scenes

Images = NDArray[np.uint8]
STILL = np.array([[[1.0, 0, 0], [0, 1, 0]]])
#: What lies beyond an edge is in the contrast of one image alone, which draws at the mapping.
NEAR = 0.25


def _scene(seed: int = 0) -> Images:
    return scenes(1, np.random.default_rng(seed), 96)


def _aligned(first: Images, second: Images, sign: int = 1) -> tuple[float, NDArray[np.float64]]:
    agreement, mapping = aligned_agreement(first, second, np.full(1, sign, np.float32), STILL)
    return float(agreement[0]), mapping[0]


@pytest.mark.parametrize(("right", "down"), [(0, 0), (3, 0), (0, -3), (2, 2)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_copy_is_moved_back_to_where_it_was(right: int, down: int, sign: int) -> None:
    scene = _scene()
    one = scene[:, 16:80, 16:80]
    other = scene[:, 16 - down : 80 - down, 16 - right : 80 - right]
    agreement, mapping = _aligned(one, other if sign > 0 else 255 - other, sign)
    assert agreement > 0.99
    expected = np.array([[1, 0, right], [0, 1, down]])
    assert mapping == pytest.approx(expected, abs=NEAR)


def test_a_copy_that_is_covered_in_part_is_still_one() -> None:
    scene = _scene()
    one, other = scene[:, 16:80, 16:80], scene[:, 16:80, 14:78].copy()
    other[:, 5:20, 40:60] = 255
    agreement, mapping = _aligned(one, other)
    assert agreement > 0.95
    assert mapping[:, 2] == pytest.approx([2, 0], abs=NEAR)


def test_another_image_and_the_same_one_inverted_do_not_agree() -> None:
    one, other = (_scene(seed)[:, 16:80, 16:80] for seed in (0, 1))
    assert _aligned(one, other)[0] == 0
    assert _aligned(one, one, -1)[0] == 0
    assert _aligned(one, 255 - one)[0] == 0


@pytest.mark.parametrize(("apart", "agrees"), [(20, True), (44, False)])
def test_images_agree_only_if_they_share_half_of_what_they_show(apart: int, agrees: bool) -> None:
    scene = scenes(1, np.random.default_rng(0), 112)
    there = np.array([[[1.0, 0, -apart], [0, 1, 0]]])
    one, other = scene[:, :64, :64], scene[:, :64, apart : 64 + apart]
    agreement, _ = aligned_agreement(one, other, np.ones(1, np.float32), there)
    assert agreement[0] == 0 or agrees
    assert agreement[0] > 0.99 or not agrees


def test_each_pair_is_aligned_by_itself() -> None:
    scene = _scene()
    places = ((0, 0), (2, -1), (-3, 1))
    other = np.concatenate([scene[:, 16 - d : 80 - d, 16 - r : 80 - r] for r, d in places])
    one = np.repeat(scene[:, 16:80, 16:80], 3, axis=0)
    one[1] = _scene(1)[0, 16:80, 16:80]
    agreement, mapping = aligned_agreement(one, other, np.ones(3, np.float32), STILL.repeat(3, 0))
    assert (agreement > 0.99).tolist() == [True, False, True]
    assert mapping[[0, 2], :, 2] == pytest.approx(np.array([[0, 0], [-3, 1]]), abs=NEAR)

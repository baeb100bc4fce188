"""Metrics of maps made so that their score is known, and laws that hold for any map."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.stats import bootstrap

from cxrstudy.explain import (
    ExplainError,
    baselines,
    cells_of,
    energy,
    heatmaps,
    iou,
    pointing,
    score_maps,
    upsample,
)
from tests.support.networks import family, noise

SIDE = 6
any_maps = arrays(
    np.float32,
    (2, SIDE, SIDE),
    elements=st.floats(0, 1000, width=32, allow_subnormal=False),
)
any_masks = arrays(np.bool_, (2, SIDE, SIDE))


def square(rows: slice, columns: slice, side: int = 10) -> NDArray[np.bool_]:
    mask = np.zeros((1, side, side), bool)
    mask[:, rows, columns] = True
    return mask


#: 4 by 5 pixels, and a map of 1 on half of them and on as many pixels outside.
MASK = square(slice(2, 6), slice(3, 8))
MAP = (square(slice(4, 8), slice(3, 8)) * 1.0).astype(np.float32)


def test_known_scores() -> None:
    np.testing.assert_allclose(energy(MAP, MASK), 0.5)
    np.testing.assert_allclose(pointing(MAP, MASK), 0.5)  # of twenty equal maxima ten hit
    np.testing.assert_allclose(iou(MAP, MASK), 10 / 30)


def test_pointing_by_one_pixel_and_tolerance() -> None:
    maps = MAP.copy()
    maps[0, 8, 3] = 2  # three pixels below the mask
    assert pointing(maps, MASK) == 0
    assert pointing(maps, MASK, tolerance=2.9) == 0
    assert pointing(maps, MASK, tolerance=3) == 1
    maps[0, 2, 3] = 3
    assert pointing(maps, MASK) == 1


def test_iou_at_other_shares() -> None:
    maps = MAP.copy()
    maps[0, 4:6, 3:8] = 4
    assert iou(maps, MASK) == 0.5
    assert iou(maps, MASK, share=0.25) == pytest.approx(10 / 30)
    assert iou(maps, MASK, share=1) == 0.5


def test_the_truth_itself_is_perfect() -> None:
    maps = MASK.astype(np.float32)
    assert (energy(maps, MASK), pointing(maps, MASK), iou(maps, MASK)) == (1, 1, 1)


def test_blank_counts_as_uniform_and_an_empty_mask_as_unknown() -> None:
    blank, uniform = np.zeros_like(MAP), np.ones_like(MAP)
    for metric in (energy, pointing, iou):
        assert metric(blank, MASK) == metric(uniform, MASK) == pytest.approx(0.2)
        assert np.isnan(metric(MAP, np.zeros_like(MASK)))


@given(any_maps, any_masks)
def test_bounds(maps: NDArray[np.float32], masks: NDArray[np.bool_]) -> None:
    for metric in (energy, pointing, iou):
        scores = metric(maps, masks)
        known = scores[masks.any((1, 2))]
        assert ((known >= 0) & (known <= 1 + 1e-12)).all()


@given(any_maps, any_masks, st.sampled_from([2.0**-10, 0.5, 4.0, 2.0**10]))
def test_scale_does_not_matter(
    maps: NDArray[np.float32], masks: NDArray[np.bool_], factor: float
) -> None:
    scaled = maps * np.float32(factor)
    for metric in (energy, pointing, iou):
        np.testing.assert_allclose(metric(scaled, masks), metric(maps, masks), rtol=1e-9)


@given(any_maps, arrays(np.int8, (2, SIDE, SIDE), elements=st.integers(0, 3)))
def test_energies_of_a_partition_sum_to_one(
    maps: NDArray[np.float32], parts: NDArray[np.int8]
) -> None:
    regions = {str(part): parts == part for part in range(4)}
    table = score_maps(pd.DataFrame({"patient": ["a", "b"]}), maps, regions)
    np.testing.assert_allclose(table.filter(like="energy_").sum(axis=1), 1, rtol=1e-9)
    np.testing.assert_allclose(table.filter(like="area_").sum(axis=1), 1, rtol=1e-9)


def test_table() -> None:
    images = pd.DataFrame({"id": ["a-1", "b-1"], "patient": ["a", "b"]}, index=[7, 9])
    maps = np.concatenate([MAP, np.zeros_like(MAP)])
    lesions = np.concatenate([MASK, np.zeros_like(MASK)])
    table = score_maps(images, maps, {"lesion": lesions, "all": np.ones_like(lesions)})
    assert list(table["id"]) == ["a-1", "b-1"]
    assert list(table["blank"]) == [False, True]
    assert table["energy_lesion"][0] == 0.5
    assert np.isnan(table["energy_lesion"][1])
    assert list(table["energy_all"]) == [1, 1]
    assert list(table["area_lesion"]) == [0.2, 0]
    assert "iou" not in score_maps(images, maps, {"all": np.ones_like(lesions)})


def test_errors() -> None:
    with pytest.raises(ExplainError, match="upsample the maps first"):
        energy(MAP[:, ::2], MASK)
    with pytest.raises(ExplainError, match="not negative"):
        iou(-MAP, MASK)
    with pytest.raises(ExplainError, match="share must lie"):
        iou(MAP, MASK, share=0)
    with pytest.raises(ExplainError, match="1 rows for 2 maps"):
        score_maps(pd.DataFrame({"patient": ["a"]}), np.repeat(MAP, 2, 0), {})


def test_a_random_network_scores_like_the_uniform_baseline() -> None:
    # Lesions lie anywhere with equal probability, so a map that knows nothing scores their area.
    count, side, size = 400, 64, 20
    generator = np.random.default_rng(0)
    masks = np.zeros((count, side, side), bool)
    for mask, (row, column) in zip(masks, generator.integers(0, side, (count, 2)), strict=True):
        rows, columns = (np.arange(size) + start for start in (row, column))
        mask[np.ix_(rows % side, columns % side)] = True
    model = family("resnet10t")
    raw = heatmaps(model, noise(count, side), 1, layer="layer2")
    maps = upsample(raw, side, cells_of(model, "layer2", side))
    uniform = baselines(masks, raw.shape[-2:])["uniform"]
    for metric in (pointing, energy):
        interval = bootstrap((metric(maps, masks),), np.mean, confidence_level=0.999, rng=0)
        low, high = interval.confidence_interval
        assert low <= metric(uniform, masks).mean() <= high
        assert metric(uniform, masks).mean() == pytest.approx((size / side) ** 2)

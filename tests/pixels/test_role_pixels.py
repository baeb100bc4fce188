"""Pixels of a role, gathered from several memory maps."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxrstudy.pixels.masking import masked
from cxrstudy.pixels.role_pixels import RolePixels
from tests.support.builders import save_pixels


@pytest.fixture
def pool(tmp_path):
    """Two maps whose pixels say where they come from, and a role that mixes them."""
    maps = {}
    for number, name in enumerate(["one", "two"]):
        pixels = (
            np.full((5, 4, 4), 100 * number, np.uint8) + np.arange(5, dtype=np.uint8)[:, None, None]
        )
        maps[name] = tmp_path / f"{name}.npy"
        save_pixels(maps[name], pixels)
    table = pd.DataFrame({"manifest": ["two", "one", "two", "one"], "row": [4, 0, 1, 3]})
    return RolePixels(table, maps)


def test_every_row_comes_from_its_own_manifest_and_place(pool):
    assert len(pool) == 4
    assert pool[np.arange(4)][:, 0, 0].tolist() == [104, 0, 101, 3]


def test_rows_come_in_the_order_asked_for_and_as_often(pool):
    assert pool[np.array([3, 0, 0])][:, 2, 2].tolist() == [3, 104, 104]


def test_a_role_of_one_manifest_needs_no_other(tmp_path: Path) -> None:
    pixels = np.arange(3 * 16, dtype=np.uint8).reshape(3, 4, 4)
    save_pixels(tmp_path / "one.npy", pixels)
    table = pd.DataFrame({"manifest": "one", "row": [2, 0]})
    alone = RolePixels(table, {"one": tmp_path / "one.npy"})
    assert np.array_equal(alone[np.arange(2)], pixels[[2, 0]])


def test_what_is_not_visible_is_hidden(tmp_path: Path) -> None:
    pixels = np.full((2, 16, 16), 90, np.uint8)
    save_pixels(tmp_path / "one.npy", pixels)
    table = pd.DataFrame({"manifest": "one", "row": [0, 1]})
    border = RolePixels(table, {"one": tmp_path / "one.npy"}, "border")
    assert np.array_equal(border[np.arange(2)], masked(pixels, "border"))


def test_what_is_gathered_can_be_written_to_without_changing_the_map(pool):
    pool[np.array([1])][:] = 9
    assert pool[np.array([1])].max() == 0


def test_a_manifest_without_pixels_is_named(tmp_path):
    with pytest.raises(KeyError, match="three"):
        RolePixels(pd.DataFrame({"manifest": ["three"], "row": [0]}), {"one": tmp_path / "one.npy"})


def test_the_part_that_may_be_seen_is_that_of_the_stored_image(tmp_path):
    stored = np.arange(64, dtype=np.uint8).reshape(1, 8, 8)
    save_pixels(tmp_path / "one.npy", stored)
    table, maps = pd.DataFrame({"manifest": ["one"], "row": [0]}), {"one": tmp_path / "one.npy"}
    assert np.array_equal(RolePixels(table, maps)[np.array([0])], stored)
    inside = RolePixels(table, maps, "inside")[np.array([0])]
    assert np.array_equal(inside, np.pad(stored[:, 1:7, 1:7], [(0, 0), (1, 1), (1, 1)]))

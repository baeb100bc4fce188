"""Pixel files: whatever changes in one is found, and the images that it concerns are named."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels import pixel_file
from cxrstudy.pixels.pixel_file import AlteredPixelsError, damage, open_checked
from tests.support.builders import save_pixels

IMAGES = np.random.default_rng(3).integers(0, 256, (7, 4, 4), np.uint8)


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(pixel_file, "BLOCK", 3)
    save_pixels(tmp_path / "a.npy", IMAGES)
    return tmp_path / "a.npy"


def test_an_intact_file_opens_read_only(file):
    opened = open_checked(file)
    assert np.array_equal(opened, IMAGES)
    assert not opened.flags.writeable


@given(st.integers(0), st.integers(0, 7))
def test_every_flipped_bit_of_images_is_found(tmp_path_factory, place, bit):
    file = tmp_path_factory.mktemp("pixels") / "a.npy"
    save_pixels(file, IMAGES)
    content = bytearray(file.read_bytes())
    place = len(content) - 1 - place % IMAGES.size
    content[place] ^= 1 << bit
    file.write_bytes(content)
    assert "images 0 to 6 are not those that were drawn" in damage(file)
    with pytest.raises(AlteredPixelsError, match=r"a.npy: .*delete the file"):
        open_checked(file)


@given(st.integers(0, 127), st.integers(0, 7))
def test_a_header_with_a_flipped_bit_gives_the_same_images_or_is_found(
    tmp_path_factory, place, bit
):
    file = tmp_path_factory.mktemp("pixels") / "a.npy"
    save_pixels(file, IMAGES)
    content = bytearray(file.read_bytes())
    content[place] ^= 1 << bit
    file.write_bytes(content)
    # Or a space of the header became a letter that nobody reads.
    assert damage(file) or np.array_equal(open_checked(file), IMAGES)


def test_the_block_with_the_change_is_named(file):
    changed = IMAGES.copy()
    changed[4, 0, 0] ^= 1
    np.save(file, changed)
    assert damage(file) == "its images 3 to 5 are not those that were drawn"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (IMAGES[:6], "holds uint8 (6, 4, 4), not uint8 (7, 4, 4)"),
        (IMAGES.astype(np.int16), "holds int16 (7, 4, 4)"),
        (IMAGES.reshape(7, 2, 8), "holds uint8 (7, 2, 8)"),
    ],
)
def test_another_shape_or_kind_is_said(file, content, said):
    np.save(file, content)
    assert said in damage(file)


def test_a_description_without_hashes_is_no_description(file):
    pixel_file.description_of(file).write_text(json.dumps({"n": 7, "pixels": 4}))
    assert "description, a.json, is missing or damaged" in damage(file)


def test_a_file_is_compared_once_in_a_process_and_again_after_it_was_replaced(file, monkeypatch):
    open_checked(file)
    monkeypatch.setattr(pixel_file, "damage", lambda file: "compared")
    open_checked(file)
    save_pixels(file.with_name("b.npy"), IMAGES)
    file.with_name("b.npy").replace(file)
    with pytest.raises(AlteredPixelsError, match="compared"):
        open_checked(file)

"""Decode: what can't be read is said by a code, and what can fits into a square."""

import functools
import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageFile

from cxrstudy.pixels.decode import decode_grey, fit, read_grey
from cxrstudy.pixels.grey import CODES, UnreadableImage
from tests.support.dicoms import file_of, radiograph
from tests.support.made_images import HERE, bumps, saved
from tests.support.png import png16


def code_of(content):
    with pytest.raises(UnreadableImage) as caught:
        decode_grey(content, HERE)
    return caught.value.code


# --- what can't be read -------------------------------------------------------------------------


def test_missing_file_says_code_path_and_what_to_do(tmp_path):
    path = tmp_path / "nobody.png"
    with pytest.raises(UnreadableImage) as caught:
        read_grey(path)
    assert (caught.value.code, caught.value.path) == ("PIX001", path)
    message = str(caught.value)
    assert message.startswith("PIX001 missing file: ")
    assert str(path) in message
    assert "`excluded`" in message


def test_a_folder_is_a_missing_file(tmp_path):
    with pytest.raises(UnreadableImage, match="PIX001"):
        read_grey(tmp_path)


@pytest.mark.parametrize(
    "content", [b"", b"<!DOCTYPE html><html>", b"version https://git-lfs", bytes(500)]
)
def test_not_an_image(content):
    assert code_of(content) == "PIX002"


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP"])
def test_other_formats_are_named(kind):
    content = saved(Image.fromarray(bumps()), kind)
    with pytest.raises(UnreadableImage, match=f"(?i)PIX004.*this is {kind}"):
        decode_grey(content, HERE)


@functools.cache
def whole_files():
    grey = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 40), np.uint8))
    return {
        "png": saved(grey),
        "png16": saved(Image.fromarray(bumps(40, 40, top=9999))),
        "deep": png16(np.repeat(bumps(40, 40, top=9999)[..., None], 3, axis=-1)),
        "jpeg": saved(grey, "JPEG"),
        "progressive": saved(grey, "JPEG", progressive=True),
        "dicom": file_of(radiograph(bumps(40, 40, top=4095))),
    }


@pytest.mark.parametrize("kind", whole_files())
@pytest.mark.parametrize("share", [0.15, 0.5, 0.9, 0.97])
@pytest.mark.filterwarnings("default")  # a warning must not be what stops it
def test_truncated_files(kind, share):
    content = whole_files()[kind]
    cut = int(len(content) * share)
    if kind == "dicom":
        cut = max(cut, 200)
    decode_grey(content, HERE)  # whole, it is read
    assert code_of(content[:cut]) == "PIX003"


def test_another_librarys_tolerance_for_truncated_files_is_switched_off(monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)
    content = whole_files()["jpeg"]
    assert code_of(content[: len(content) // 2]) == "PIX003"


def test_a_flipped_bit_in_a_png_is_seen():
    content = bytearray(whole_files()["png"])
    content[len(content) // 2] ^= 16
    assert code_of(bytes(content)) == "PIX003"


@pytest.mark.parametrize("value", [0, 77, 255])
def test_blank_image(value):
    assert code_of(saved(Image.new("L", (9, 9), value))) == "PIX005"


def test_blank_sixteen_bits():
    assert code_of(saved(Image.fromarray(np.full((9, 9), 3000, np.uint16)))) == "PIX005"


def test_more_than_one_frame_and_no_pixels_and_odd_depth():
    frames = radiograph(bumps(24, 16), NumberOfFrames=2)
    frames.Rows = 12
    assert code_of(file_of(frames)) == "PIX004"
    deep = radiograph(bumps(24, 16, top=999))
    deep.BitsAllocated, deep.Columns = 32, 8
    assert code_of(file_of(deep)) == "PIX004"
    report = radiograph(bumps())
    for name in ("Rows", "Columns", "PixelData"):
        delattr(report, name)
    assert code_of(file_of(report)) == "PIX003"


def test_error_comes_whole_out_of_another_process():
    error = pickle.loads(pickle.dumps(UnreadableImage("PIX003", HERE, "cut")))
    assert (error.code, error.path, str(error)) == (
        "PIX003", HERE, str(UnreadableImage("PIX003", HERE, "cut")),
    )  # fmt: skip


@given(
    kind=st.sampled_from(sorted(whole_files())),
    place=st.floats(0, 1, exclude_max=True),
    junk=st.binary(min_size=1, max_size=8),
)
def test_damaged_bytes_give_an_image_or_a_code_and_nothing_else(kind, place, junk):
    content = whole_files()[kind]
    start = int(place * len(content))
    damaged = content[:start] + junk + content[start + len(junk) :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = outcome(damaged)
    assert found in CODES or found == "image"


def outcome(content):
    try:
        grey = decode_grey(content, HERE)
    except UnreadableImage as error:
        return error.code
    return "image" if grey.dtype == np.uint8 and grey.ndim == 2 else "neither"


# --- fit ----------------------------------------------------------------------------------------

greys = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40))


@given(greys, st.integers(1, 30))
def test_fit_makes_a_square_within_the_range(grey, pixels):
    square = fit(grey, pixels)
    assert square.shape == (pixels, pixels)
    assert square.dtype == np.uint8
    assert square.min() >= grey.min()
    assert square.max() <= grey.max()


@given(greys, st.integers(1, 30))
def test_fit_knows_no_left_and_right(grey, pixels):
    there, back = fit(grey, pixels), fit(grey[:, ::-1], pixels)[:, ::-1]
    assert np.abs(there.astype(int) - back).max() <= 1


@given(hnp.arrays(np.uint8, st.integers(1, 30).map(lambda side: (side, side))))
def test_fit_leaves_the_right_size_alone(grey):
    assert np.array_equal(fit(grey, len(grey)), grey)


def test_fit_averages_what_lies_under_a_pixel():
    fine = np.tile(np.array([0, 255], np.uint8), (200, 100))  # lines one pixel wide
    small = fit(fine, 20)
    assert np.abs(small[:, 1:-1].astype(int) - 127).max() <= 2  # no moiré


def test_fit_squashes_and_cuts_nothing_off():
    tall = np.zeros((400, 100), np.uint8)
    tall[:40], tall[-40:] = 255, 255
    small = fit(tall, 50)
    assert (small[:4] == 255).all()
    assert (small[-4:] == 255).all()
    assert not small[10:40].any()


@pytest.mark.parametrize("pixels", [0, -3])
def test_fit_refuses_no_pixels(pixels):
    with pytest.raises(ValueError, match="pixels"):
        fit(bumps(), pixels)


@pytest.mark.parametrize(
    "grey", [np.zeros((3, 3)), np.zeros((3, 3, 3), np.uint8), np.zeros((0, 3), np.uint8)]
)
def test_fit_refuses_what_is_not_grey(grey):
    with pytest.raises(ValueError, match="uint8"):
        fit(grey, 4)

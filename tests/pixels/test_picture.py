"""Picture: TIFF and JPEG 2000 files, alpha, and dead pixels of 16-bit files."""

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrstudy.pixels.decode import UnreadableImage, decode_grey, decode_noted
from tests.support.dicoms import file_of, radiograph, scaled, scene
from tests.support.png import png16
from tests.support.some import some

HERE = Path("made.img")
GREY = scene(top=255).astype(np.uint8)
DEEP = scene(top=4095, low=30).astype(np.uint16)
COLOUR = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=-1)


def saved(pixels, kind, **options):
    stream = io.BytesIO()
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_a_tiff_of_one_page(compression):
    assert np.array_equal(decode_grey(saved(GREY, "TIFF", compression=compression), HERE), GREY)
    found = decode_grey(saved(DEEP, "TIFF", compression=compression), HERE)
    assert np.array_equal(found, scaled(DEEP))
    luma = np.asarray(Image.fromarray(COLOUR).convert("L"))
    assert np.array_equal(decode_grey(saved(COLOUR, "TIFF", compression=compression), HERE), luma)


@pytest.mark.parametrize(("pixels", "white"), [(GREY, 255 - GREY), (DEEP, 255 - scaled(DEEP))])
def test_a_tiff_whose_0_is_white(pixels, white):
    content = saved(pixels, "TIFF", tiffinfo={262: 0})
    assert Image.open(io.BytesIO(content)).tag_v2[262] == 0
    stored = np.asarray(Image.open(io.BytesIO(content)))
    # Pillow inverts eight bits when it reads them, but neither writes them so nor inverts sixteen.
    expected = stored if pixels is GREY else white
    assert np.array_equal(decode_grey(content, HERE), expected)


def test_a_tiff_of_two_pages_is_refused_by_their_number():
    content = saved(GREY, "TIFF", save_all=True, append_images=[Image.fromarray(GREY)])
    with pytest.raises(UnreadableImage, match=r"PIX004.*2 frames, one expected"):
        decode_grey(content, HERE)


def test_a_tiff_of_floating_point_numbers_is_refused_by_name():
    with pytest.raises(UnreadableImage, match=r"PIX004.*TIFF of floating point numbers"):
        decode_grey(saved(GREY.astype(np.float32), "TIFF"), HERE)


@pytest.mark.parametrize("share", [0.3, 0.7, 0.95])
@pytest.mark.parametrize("kind", ["TIFF", "JPEG2000"])
def test_a_file_that_was_cut_off_is_damaged(kind, share):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), np.uint8)
    content = saved(noise, kind)
    with pytest.raises(UnreadableImage, match="PIX003"):
        decode_grey(content[: int(share * len(content))], HERE)


@pytest.mark.parametrize("no_jp2", [False, True])
def test_jpeg_2000(no_jp2):
    options = {"no_jp2": no_jp2, "irreversible": False}
    assert np.array_equal(decode_grey(saved(GREY, "JPEG2000", **options), HERE), GREY)
    assert np.array_equal(decode_grey(saved(DEEP, "JPEG2000", **options), HERE), scaled(DEEP))
    luma = np.asarray(Image.fromarray(COLOUR).convert("L"))
    assert np.array_equal(decode_grey(saved(COLOUR, "JPEG2000", **options), HERE), luma)


def test_the_same_values_have_the_same_grey_in_every_container():
    part = scene(top=160, low=20)
    eight = {
        kind: decode_grey(saved(part.astype(np.uint8), kind), HERE)
        for kind in ("PNG", "TIFF", "JPEG2000")
    } | {
        "DICOM": decode_grey(file_of(radiograph(part.astype("u1"))), HERE),
        "words": decode_grey(file_of(radiograph(part.astype("u2"), BitsStored=8)), HERE),
    }
    assert all(np.array_equal(grey, part) for grey in some(eight.values()))
    deep = {kind: decode_grey(saved(DEEP, kind), HERE) for kind in ("PNG", "TIFF", "JPEG2000")} | {
        "DICOM": decode_grey(file_of(radiograph(DEEP, BitsStored=12)), HERE)
    }
    assert all(np.array_equal(grey, scaled(DEEP)) for grey in some(deep.values()))


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("spoilt", [np.s_[0, 0], np.s_[2:5, 2:8]])
def test_dead_pixels_and_labels_change_no_other_pixel(kind, spoilt):
    stored = DEEP.copy()
    stored[spoilt] = 65535
    others = np.ones(stored.shape, bool)
    others[spoilt] = False
    expected = scaled(stored, stored[others].min(), stored[others].max())
    assert np.array_equal(decode_grey(saved(stored, kind), HERE), expected)


# --- alpha --------------------------------------------------------------------------------------


def with_alpha(hidden, colours=COLOUR):
    alpha = np.where(hidden, 0, 255).astype(np.uint8)
    return saved(np.dstack([colours, alpha]), "PNG")


@pytest.mark.parametrize("shown", [0, 0.05, 0.5, 0.9])
def test_an_image_under_alpha_is_shown_and_named(shown):
    hidden = np.random.default_rng(0).random(GREY.shape) >= shown
    found = decode_noted(with_alpha(hidden), HERE)
    assert np.array_equal(found.grey, np.asarray(Image.fromarray(COLOUR).convert("L")))
    (note,) = found.notes
    assert note.code == "alpha"
    assert f"{100 * hidden.mean():.1f} % of it is transparent" in note.text


@pytest.mark.parametrize("colour", [0, 128, 255])
def test_a_transparent_background_of_one_colour_is_black(colour):
    hidden = np.zeros(GREY.shape, bool)
    hidden[:, :5] = True
    found = decode_noted(with_alpha(hidden, np.where(hidden[..., None], colour, COLOUR)), HERE)
    assert not found.grey[hidden].any()
    assert not found.notes


def test_a_hidden_image_of_sixteen_bits_with_alpha_is_shown():
    channels = np.stack([DEEP, np.zeros_like(DEEP)], axis=-1)
    found = decode_noted(png16(channels), HERE)
    assert np.array_equal(found.grey, scaled(DEEP))
    assert [note.code for note in found.notes] == ["alpha"]


def test_a_tiff_of_eight_bits_with_sign_has_its_lowest_value_black():
    content = saved(GREY ^ np.uint8(128), "TIFF", tiffinfo={339: 2})
    assert np.array_equal(decode_grey(content, HERE), GREY)


def test_a_tiff_of_32_bits_needs_no_table_of_all_values():
    content = saved(GREY.astype(np.int32) * 2**22, "TIFF")
    assert np.array_equal(decode_grey(content, HERE), scaled(GREY))


def test_a_colour_of_sixteen_bits_that_is_transparent_is_black():
    stored = scene(top=60000, low=100)
    stored[:5] = 30000
    content = png16(np.repeat(stored[..., None], 3, axis=-1))
    key = b"tRNS" + np.full(3, 30000, ">u2").tobytes()
    chunk = (len(key) - 4).to_bytes(4, "big") + key + zlib.crc32(key).to_bytes(4, "big")
    stored[stored == 30000] = 0
    found = decode_noted(content[:33] + chunk + content[33:], HERE)
    assert np.array_equal(found.grey, scaled(stored))
    assert found.notes == ()

"""PNG and JPEG files, made here, against Pillow and the values that went in."""

import io

import numpy as np
import pytest
from PIL import Image, ImageOps

from cxrstudy.pixels.decode import decode_grey, read_grey
from tests.support.made_images import HERE, bumps, saved, stretched
from tests.support.png import png16


@pytest.mark.parametrize("mode", ["L", "RGB", "LA", "RGBA"])
def test_eight_bit_png_keeps_its_values(tmp_path, mode):
    grey = bumps()
    Image.fromarray(grey).convert(mode).save(tmp_path / "a.png")
    assert np.array_equal(read_grey(tmp_path / "a.png"), grey)


def test_colour_is_pillows_luma():
    colour = np.stack([bumps(), bumps()[::-1], bumps()[:, ::-1]], axis=-1)
    expected = np.asarray(Image.fromarray(colour).convert("L"))
    assert np.array_equal(decode_grey(saved(Image.fromarray(colour)), HERE), expected)


def test_palette_png_shows_its_colours_not_its_indices():
    indexed = Image.fromarray(np.tile(np.arange(4, dtype=np.uint8), (5, 2)))
    indexed.putpalette([200, 200, 200, 0, 0, 0, 255, 255, 255, 90, 90, 90])
    assert indexed.mode == "P"
    expected = np.tile(np.array([200, 0, 255, 90]), (5, 2))
    assert np.array_equal(decode_grey(saved(indexed), HERE), expected)


def test_one_bit_png_is_black_and_white():
    bits = bumps() > 128
    assert np.array_equal(decode_grey(saved(Image.fromarray(bits)), HERE), bits * 255)


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_transparent_is_black(mode):
    image = Image.new("L", (6, 4), 200).convert(mode)
    alpha = np.full((4, 6), 255, np.uint8)
    alpha[:, :2] = 0
    image.putalpha(Image.fromarray(alpha))
    expected = np.where(alpha, 200, 0)
    assert np.array_equal(decode_grey(saved(image), HERE), expected)


def test_transparent_palette_entry_is_black():
    indexed = Image.fromarray(np.tile(np.arange(2, dtype=np.uint8), (3, 2)))
    indexed.putpalette([200, 200, 200, 90, 90, 90])
    found = decode_grey(saved(indexed, transparency=0), HERE)
    assert np.array_equal(found, np.tile([0, 90], (3, 2)))


@pytest.mark.parametrize("top", [1000, 4095, 65535])
def test_sixteen_bit_png_is_stretched_from_lowest_to_highest(top):
    values = bumps(top=top) + (0 if top == 65535 else 37)
    content = saved(Image.fromarray(values))
    assert Image.open(io.BytesIO(content)).mode == "I;16"
    assert np.array_equal(decode_grey(content, HERE), stretched(values))


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_sixteen_bit_colour_and_alpha_lose_no_bits(count):
    values = bumps(top=700) + 300  # Pillow alone would keep two of ten bits
    channels = np.repeat(values[..., None], count, axis=-1)
    if count in (2, 4):
        channels[..., -1] = 65535
    found = decode_grey(png16(channels, filters=(0, 1, 2, 3, 4)), HERE)
    assert np.array_equal(found, stretched(values))


def test_sixteen_bit_colour_is_luma():
    red, green, blue = bumps(top=60000), bumps(top=50000)[::-1], bumps(top=65535)[:, ::-1]
    found = decode_grey(png16(np.stack([red, green, blue], axis=-1)), HERE)
    expected = stretched(0.299 * red + 0.587 * green + 0.114 * blue)
    assert np.abs(found - expected).max() <= 1


def test_sixteen_bit_transparent_is_black():
    values = np.full((4, 6), 40000, np.uint16)
    alpha = np.full_like(values, 65535)
    alpha[:, :2], alpha[:, 2:4] = 0, 65535 // 3
    found = decode_grey(png16(np.stack([values, alpha], axis=-1)), HERE)
    assert np.array_equal(found, np.tile([0, 0, 85, 85, 255, 255], (4, 1)))


def test_sixteen_bit_transparent_value_is_black_and_no_part_of_the_range():
    values = np.tile(np.array([65535, 100, 200, 300], np.uint16), (3, 1))
    found = decode_grey(saved(Image.fromarray(values), transparency=65535), HERE)
    assert np.array_equal(found, np.tile([0, 0, 128, 255], (3, 1)))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_jpeg_is_what_went_in(mode, progressive):
    grey = bumps(64, 48)
    image = Image.fromarray(grey).convert("RGB").convert(mode)
    content = saved(image, "JPEG", quality=98, progressive=progressive)
    assert np.abs(decode_grey(content, HERE).astype(int) - grey).max() <= 6


def adobe_marker(content):
    start = content.index(b"\xff\xee\x00\x0eAdobe")
    return start, start + 16


def test_cmyk_without_adobes_mark_is_not_inverted():
    grey = bumps(64, 48)
    ink = Image.fromarray(grey).convert("RGB").convert("CMYK")
    # Pillow writes the inverse and Adobe's mark; inverted before, its bytes are plain ink.
    plain = saved(invert(ink), "JPEG", quality=98)
    start, end = adobe_marker(plain)
    found = decode_grey(plain[:start] + plain[end:], HERE)
    assert np.abs(found.astype(int) - grey).max() <= 6


def invert(image):
    return image.point(lambda value: 255 - value)


def test_ycck_as_photoshop_writes_it():
    grey = bumps(64, 48)
    ink = Image.fromarray(255 - grey)
    luma_of_ink = Image.merge("RGB", [ink, ink, ink]).convert("YCbCr")
    key = Image.new("L", ink.size, 255)  # no black ink, stored inverted
    planes = [*luma_of_ink.split(), key]
    stored = Image.merge("CMYK", [invert(plane) for plane in planes])  # Pillow inverts again
    content = bytearray(saved(stored, "JPEG", quality=98))
    content[adobe_marker(bytes(content))[1] - 1] = 2  # the four planes are YCCK
    assert np.abs(decode_grey(bytes(content), HERE).astype(int) - grey).max() <= 6


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_exif_orientation_as_pillow_turns_it(turn, kind):
    image = Image.fromarray(bumps(16, 24))
    exif = image.getexif()
    exif[0x0112] = turn
    content = saved(image, kind, exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content))))
    assert np.array_equal(decode_grey(content, HERE), expected)
    assert expected.shape == ((24, 16) if turn > 4 else (16, 24))


def test_sixteen_bit_png_is_turned_too():
    image = Image.fromarray(bumps(16, 24, top=5000))
    exif = image.getexif()
    exif[0x0112] = 6
    upright = decode_grey(saved(image), HERE)
    assert np.array_equal(decode_grey(saved(image, exif=exif), HERE), np.rot90(upright, -1))

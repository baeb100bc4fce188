"""Files of every kind, made here, against Pillow, pydicom and the values that went in."""

import functools
import io
import pickle
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageFile, ImageOps

from cxrstudy.pixels.decode import decode_grey, fit, read_grey
from cxrstudy.pixels.grey import CODES, UnreadableImage
from tests.support.dicoms import file_of, radiograph
from tests.support.png import png16

HERE = Path("made.img")  # a name for messages


def bumps(height=24, width=17, top=255):
    """Smooth, asymmetric in both directions, and as wide as 0..top."""
    y, x = np.mgrid[0:height, 0:width]
    wave = np.sin(y / 5) + np.cos(x / 4) + x / width + 2 * y / height
    wave = (wave - wave.min()) / (wave.max() - wave.min())
    return np.rint(wave * top).astype(np.uint16 if top > 255 else np.uint8)


def saved(image, kind="PNG", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def stretched(values):
    values = values.astype(float)
    return np.rint(255 * (values - values.min()) / (values.max() - values.min()))


def code_of(content):
    with pytest.raises(UnreadableImage) as caught:
        decode_grey(content, HERE)
    return caught.value.code


# --- PNG ----------------------------------------------------------------------------------------


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


# --- JPEG ---------------------------------------------------------------------------------------


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


# --- DICOM --------------------------------------------------------------------------------------

pydicom = pytest.importorskip("pydicom")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pydicom.dataset import Dataset
    from pydicom.pixels.processing import apply_modality_lut, apply_voi_lut
    from pydicom.uid import RLELossless


def test_monochrome2_without_window_is_stretched(tmp_path):
    stored = bumps(top=4095) + 50
    (tmp_path / "a.dcm").write_bytes(file_of(radiograph(stored)))
    assert np.array_equal(read_grey(tmp_path / "a.dcm"), stretched(stored))


def test_monochrome1_is_the_inverse_of_monochrome2():
    stored = bumps(top=4095)
    one = decode_grey(file_of(radiograph(stored, PhotometricInterpretation="MONOCHROME1")), HERE)
    assert np.array_equal(one, stretched(4095 - stored.astype(int)))


@pytest.mark.parametrize("shape", ["LINEAR", "LINEAR_EXACT", "SIGMOID"])
@pytest.mark.parametrize("signed", [False, True])
def test_window_after_rescale_as_pydicom_applies_it(shape, signed):
    stored = bumps(top=4095).astype(np.int16) - 2048 if signed else bumps(top=4095)
    dataset = radiograph(
        stored,
        BitsStored=12,
        RescaleSlope="1.5",
        RescaleIntercept="-100",
        WindowCenter=["1300", "40"] if not signed else "-200",
        WindowWidth=["1700", "80"] if not signed else "2200",
        VOILUTFunction=shape,
    )
    shown = apply_voi_lut(apply_modality_lut(stored, dataset), dataset)
    low, high = (-2048, 2047) if signed else (0, 4095)
    low, high = 1.5 * low - 100, 1.5 * high - 100  # pydicom's output range
    expected = np.rint(255 * (shown - low) / (high - low))
    found = decode_grey(file_of(dataset), HERE)
    assert np.abs(found - expected).max() <= (1 if shape == "SIGMOID" else 0)
    assert len(np.unique(found)) > 50  # the window was hit


def test_voi_look_up_table_as_pydicom_applies_it():
    stored = bumps(top=1000)
    table = Dataset()
    table.LUTDescriptor = [800, 100, 12]
    table.LUTData = np.rint(4095 * np.linspace(0, 1, 800) ** 2).astype("<u2").tolist()
    table["LUTDescriptor"].VR = table["LUTData"].VR = "US"
    # A window that would be wrong: the table goes first.
    dataset = radiograph(stored, VOILUTSequence=[table], WindowCenter="1", WindowWidth="2")
    expected = np.rint(255 * (apply_voi_lut(stored, dataset) / 4095))
    assert np.array_equal(decode_grey(file_of(dataset), HERE), expected)


def test_voi_table_with_eight_bit_entries_does_not_wrap():
    stored = bumps(top=1000)
    table = Dataset()
    table.LUTDescriptor = [1001, 0, 8]
    ramp = np.rint(np.linspace(0, 255, 1001)).astype("<u2")
    table.LUTData = ramp.tobytes()
    table["LUTDescriptor"].VR, table["LUTData"].VR = "US", "OW"
    found = decode_grey(file_of(radiograph(stored, VOILUTSequence=[table])), HERE)
    assert np.array_equal(found, ramp[stored])


def test_modality_look_up_table_comes_before_the_window():
    stored = bumps(top=255).astype(np.uint16)
    table = Dataset()
    table.LUTDescriptor = [256, 0, 16]
    table.LUTData = (np.arange(256) ** 2 // 2).tolist()
    table["LUTDescriptor"].VR = table["LUTData"].VR = "US"
    table.ModalityLUTType = "US"
    dataset = radiograph(
        stored, ModalityLUTSequence=[table], WindowCenter="12000", WindowWidth="20000"
    )
    expected = apply_voi_lut(apply_modality_lut(stored, dataset), dataset)
    assert np.array_equal(decode_grey(file_of(dataset), HERE), np.rint(255 * expected / 65535))


def test_negative_slope_turns_the_scale_and_not_the_window():
    stored = bumps(top=1000)
    elements = {"RescaleSlope": "-1", "RescaleIntercept": "1000"}
    turned = radiograph(stored, WindowCenter="500", WindowWidth="600", **elements)
    plain = radiograph(1000 - stored, WindowCenter="500", WindowWidth="600")
    assert np.array_equal(decode_grey(file_of(turned), HERE), decode_grey(file_of(plain), HERE))


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_is_black_and_no_part_of_the_range(photometric):
    stored = bumps(top=1000) + 100
    inner = np.s_[4:, :]
    padded = stored.copy()
    padded[:4] = 65535
    dataset = radiograph(padded, PhotometricInterpretation=photometric, PixelPaddingValue=65535)
    dataset["PixelPaddingValue"].VR = "US"
    found = decode_grey(file_of(dataset), HERE)
    alone = decode_grey(
        file_of(radiograph(stored[inner], PhotometricInterpretation=photometric)), HERE
    )
    assert not found[:4].any()
    assert np.array_equal(found[inner], alone)


def test_eight_bit_colour_dicom_is_luma():
    colour = np.stack([bumps(), bumps()[::-1], bumps()[:, ::-1]], axis=-1)[:, :16]
    expected = np.asarray(Image.fromarray(colour).convert("L"))
    assert np.array_equal(decode_grey(file_of(radiograph(colour)), HERE), expected)


def test_compressed_dicom_is_the_same_image():
    dataset = radiograph(bumps(top=4095))
    plain = decode_grey(file_of(dataset), HERE)
    dataset.compress(RLELossless)
    assert np.array_equal(decode_grey(file_of(dataset), HERE), plain)


def test_without_pydicom_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pydicom", None)
    with pytest.raises(UnreadableImage, match=r"PIX007.*made.img.*pip install cxrstudy\[dicom\]"):
        decode_grey(bytes(128) + b"DICM", HERE)


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

"""Frame: the same values and colours in every transfer syntax."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cxrstudy.pixels.decode import UnreadableImage, decode_grey
from tests.support.dicoms import compressed, file_of, radiograph, scaled, scene

pydicom = pytest.importorskip("pydicom")

HERE = Path("made.dcm")
UID = "1.2.840.10008.1.2"
RLE, J2K, JPEG, JPEG_12 = f"{UID}.5", f"{UID}.4.90", f"{UID}.4.50", f"{UID}.4.51"
SMALL = scene(8, 6)
NOISE = np.arange(48).reshape(8, 6) * 7 % 16
LAYOUTS = ("plain", "noise", "left", "signed")

#: SMALL as JPEG-LS (80) and lossless JPEG (70), with noise above, left-justified over noise, and
#: less 2048 as 12-bit two's complement; made with imagecodecs 2026 (CharLS, LJ92), which is no part
#: of the project.
FRAMES = {
    ("80", "plain"): (
        "/9j/6AAgU1BJRkYAAgAAAQAAAAgAAAAGChAGAQAAASwAAAEs/+gACAAAAAH/2P/3AAsQAAgABgEBEQD/+AANAf"
        "//ABIAQwEUAED/2gAIAQEAAAAAq6zPhzEaok1q7TQhzACACYVdJnQ1gCAUktysyNYAgBFTcLKjOAQEgFuFkS+A"
        "QH0m3caWwCAc82riS2AQIP/Z"
    ),
    ("80", "noise"): (
        "/9j/6AAgU1BJRkYAAgAAAQAAAAgAAAAGChAGAQAAASwAAAEs/+gACAAAAAH/2P/3AAsQAAgABgEBEQD/+AANAf"
        "//ABIAQwEUAED/2gAIAQEAAAAAgAAAAAAA8LoAAAAAAADwZwwG7ft2+rgAAAAAABykAAAAAAAHhdYAAAAAAAAB"
        "ykX7kAAAAAAAOVLtCXZ2MGdAS7O4BLtlcLau2FwFq7WxfXl3cLuZcF+u5Vv067pl3wwGu92Al3ut9aXhu4VleG"
        "bgNICvExebi8m3BWryVb9tAMD/2Q=="
    ),
    ("80", "left"): (
        "/9j/6AAgU1BJRkYAAgAAAQAAAAgAAAAGChAGAQAAASwAAAEs/+gACAAAAAH/2P/3AAsQAAgABgEBEQD/+AANAf"
        "//ABIAQwEUAED/2gAIAQEAAAAAgdtFDbi8NjGgAACugOnNDPWwgg+AMEF2jnN4uAMHQylboXQDxMQxIFWTdcs2"
        "vTxBAQQXt3azU8LIYANXG6hZ3djgEfFDLdKsyPQyCRD/2Q=="
    ),
    ("80", "signed"): (
        "/9j/6AAgU1BJRkYAAgAAAQAAAAgAAAAGChAGAQAAASwAAAEs/+gACAAAAAH/2P/3AAsQAAgABgEBEQD/+AANAf"
        "//ABIAQwEUAED/2gAIAQEAAAAAD/8uszY1kqpk1q7TQhzACACYFdJnQ1gCAUkNyAAGZwBiIA6+B62ACLEawAA9"
        "SgRuUZ0YwBAN1G4RmS+AQBaBtkypfAIE/9k="
    ),
    ("70", "plain"): (
        "/9j/xAAaAAEBAQEAAwAAAAAAAAAAAAAJCAoFBgcM/8MACwwACAAGAQARAP/aAAgBAAAGAAD5/wDrv3R3fHfV2m"
        "tNk2TZNk20wpimKYJgmOkpJUlSZJkm0WIsiyLIsiugRA0DQJAkDda67ruu67raO0bRtK0rRP/Z"
    ),
    ("70", "noise"): (
        "/9j/xAAWAAEBAQAAAAAAAAAAAAAAAAAPDhD/wwALEAAIAAYBABEA/9oACAEAAAYAAM4Xbg0OA637zfXkTUom0i"
        "ayJqom0iakTBImCiYyJfIl8iYESSoksiSKJNIkqiTERXIiqiLSIqoi0iKEQHIgUiBSIDIgKiBkOqodch1KHXId"
        "Uh1ENFIaChoyGioaUhoA/9k="
    ),
    ("70", "left"): (
        "/9j/xAAaAAEBAQEAAwAAAAAAAAAAAAANDA4JCgsQ/8MACxAACAAGAQARAP/aAAgBAAAGAAD6u390P3H8eb1c2m"
        "uk01NVTZU01Nl0wUmKpfqXql+phukqkkVJdSVUmVJN0V0i2oqqLaiqorugOkC1AlQFUC1AldarqW69upbq269a"
        "KrRW0FtLbQ20FP/Z"
    ),
    ("70", "signed"): (
        "/9j/xAAcAAEBAQADAQEBAAAAAAAAAAAJCAoLDAcFAAb/wwALDAAIAAYBABEA/9oACAEAAAYAAP1d+0fd/nfLtN"
        "abJsmybJtphTFMUwTBMdJSS9Ek4SXhJeyTdIr4RXsiyLIt0RTQIgaBoEgSButdd13Xdd1tHaNo2laVov/Z"
    ),
}


def words_of(values, layout):
    """Bits of unsigned 12-bit values, or for "signed" of values less 2048."""
    if layout == "noise":
        return values | NOISE << 12
    if layout == "left":
        return values << 4 | NOISE
    return (values - 2048) & 0xFFF if layout == "signed" else values


def file_in(syntax, layout, values=SMALL, **elements):
    stored = words_of(values, layout).astype("<u2")
    high = {"HighBit": 15} if layout == "left" else {}
    signed = {"PixelRepresentation": 1} if layout == "signed" else {}
    made = radiograph(stored, BitsStored=12, **high, **signed, **elements)
    made.file_meta.TransferSyntaxUID = syntax if syntax != RLE else f"{UID}.1"
    if syntax == f"{UID}.2":
        made.PixelData = stored.astype(">u2").tobytes()
    elif syntax == RLE:
        made.compress(pydicom.uid.RLELossless, generate_instance_uid=False)
    elif syntax == J2K:
        stream = io.BytesIO()
        Image.fromarray(stored).save(stream, "JPEG2000", no_jp2=True, irreversible=False)
        compressed(made, stream.getvalue(), J2K)
    elif syntax[-2:] in ("70", "80"):
        compressed(made, base64.b64decode(FRAMES[syntax[-2:], layout]), syntax)
    return file_of(made)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "syntax", [UID, f"{UID}.1", f"{UID}.2", f"{UID}.1.99", RLE, J2K, f"{UID}.4.70", f"{UID}.4.80"]
)
def test_the_same_values_in_every_syntax_and_every_place(syntax, layout):
    assert np.array_equal(decode_grey(file_in(syntax, layout), HERE), scaled(SMALL))


@given(
    st.sampled_from([f"{UID}.1", f"{UID}.2", RLE, J2K]),
    st.sampled_from(LAYOUTS),
    st.integers(0, 2**32 - 1),
)
def test_any_values_in_every_syntax_and_every_place(syntax, layout, seed):
    values = np.random.default_rng(seed).integers(0, 4096, (8, 6))
    window = {"WindowCenter": "0" if layout == "signed" else "2048", "WindowWidth": "4096"}
    found = decode_grey(file_in(syntax, layout, values, **window), HERE)
    assert np.array_equal(found, scaled(values, 0, 4095))


def test_a_frame_of_the_precision_of_its_values_isn_t_shifted_by_high_bit():
    made = radiograph(SMALL.astype("u2"), BitsStored=12, HighBit=15)
    compressed(made, base64.b64decode(FRAMES["70", "plain"]), f"{UID}.4.70")
    assert np.array_equal(decode_grey(file_of(made), HERE), scaled(SMALL))


# --- padding ------------------------------------------------------------------------------------

PADDED = scene(top=3000, low=200)
PADDED[:5] = -2000
WANTED = scaled(PADDED, PADDED[5:].min(), PADDED[5:].max())
WANTED[:5] = 0


@pytest.mark.parametrize("value", [("SS", -2000), ("US", 63536), ("UN", b"\x30\xf8")])
@pytest.mark.parametrize("limit", [None, ("SS", -1995), ("US", 63541), ("SS", None), ("US", None)])
def test_padding_in_a_signed_image_whatever_its_type(value, limit):
    made = radiograph(PADDED.astype("i2"))
    made.add_new(0x00280120, *value)
    if limit:
        made.add_new(0x00280121, *limit)
    assert np.array_equal(decode_grey(file_of(made), HERE), WANTED)


def test_padding_above_the_bits_of_a_value():
    stored = PADDED.copy()
    stored[:5] = 63536
    made = radiograph(stored.astype("u2"), BitsStored=12)
    made.add_new(0x00280120, "US", 63536)
    assert np.array_equal(decode_grey(file_of(made), HERE), WANTED)


# --- colours ------------------------------------------------------------------------------------

GREY = scene(top=255).astype(np.uint8)
COLOUR = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=-1)
LUMA = np.asarray(Image.fromarray(COLOUR).convert("L")).astype(int)


def jpeg_in(photometric, image=COLOUR, is_marked=True, **options):
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "JPEG", quality=100, **options)
    frame = stream.getvalue()
    if not is_marked:
        start = frame.index(b"\xff\xe0")
        frame = frame[:start] + frame[start + 2 + int.from_bytes(frame[start + 2 : start + 4]) :]
    made = radiograph(image, PhotometricInterpretation=photometric)
    return decode_grey(file_of(compressed(made, frame, JPEG)), HERE).astype(int)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL", "YBR_FULL_422"])
def test_a_jpeg_frame_is_in_the_colours_that_it_holds(photometric):
    for options in (
        {"subsampling": "4:2:0", "is_marked": False},
        {"subsampling": "4:2:0"},
        {"subsampling": "4:4:4"},
        {"keep_rgb": True},
    ):
        assert np.abs(jpeg_in(photometric, **options) - LUMA).max() <= 5


def test_the_header_decides_where_the_frame_says_nothing():
    unmarked = {"subsampling": "4:4:4", "is_marked": False}
    assert np.abs(jpeg_in("YBR_FULL", **unmarked) - LUMA).max() <= 5
    assert np.abs(jpeg_in("RGB", **unmarked) - LUMA).max() > 20


@pytest.mark.parametrize("photometric", ["RGB", "YBR_RCT", "YBR_ICT"])
def test_jpeg_2000_with_its_own_colour_transform(photometric):
    stream = io.BytesIO()
    Image.fromarray(COLOUR).save(stream, "JPEG2000", no_jp2=True, mct=1, irreversible=False)
    made = radiograph(COLOUR, PhotometricInterpretation=photometric)
    found = decode_grey(file_of(compressed(made, stream.getvalue(), J2K)), HERE)
    assert np.array_equal(found, LUMA)


@pytest.mark.parametrize("planes", [0, 1])
def test_plain_ybr_and_planes(planes):
    ybr = np.asarray(Image.fromarray(COLOUR).convert("YCbCr"))
    stored = ybr if planes == 0 else np.moveaxis(ybr, -1, 0)
    made = radiograph(ybr, PhotometricInterpretation="YBR_FULL", PlanarConfiguration=planes)
    made.PixelData = np.ascontiguousarray(stored).tobytes()
    assert np.abs(decode_grey(file_of(made), HERE) - LUMA).max() <= 2


def test_colours_of_fewer_bits_are_scaled_and_noise_doesn_t_count():
    made = radiograph((COLOUR >> 2 | 0xC0).astype(np.uint8), BitsStored=6)
    assert np.abs(decode_grey(file_of(made), HERE) - LUMA).max() <= 4


@pytest.mark.parametrize("first", [0, 100])
@pytest.mark.parametrize("bits", [8, 12, 16])
def test_a_palette_is_scaled_by_its_bits_and_noise_above_the_index_doesn_t_count(first, bits):
    made = radiograph(
        (GREY.astype("u2") // 2 + first) | 0xF000, BitsStored=12,
        PhotometricInterpretation="PALETTE COLOR",
    )  # fmt: skip
    ramp = np.arange(128) * 2
    entries = np.rint(ramp / 255 * (2**bits - 1)).astype("u1" if bits == 8 else "<u2")
    for name in ("Red", "Green", "Blue"):
        keyword = f"{name}PaletteColorLookupTable"
        setattr(made, f"{keyword}Descriptor", [128, first, bits])
        setattr(made, f"{keyword}Data", entries.tobytes())
    assert np.array_equal(decode_grey(file_of(made), HERE), GREY // 2 * 2)


@pytest.mark.parametrize("syntax", [RLE, J2K, f"{UID}.4.70", f"{UID}.4.80"])
def test_a_compressed_frame_that_ends_early_is_damaged(syntax):
    made = pydicom.dcmread(io.BytesIO(file_in(syntax, "plain")))
    frame = pydicom.encaps.get_frame(made.PixelData, 0, number_of_frames=1)
    compressed(made, frame[: len(frame) // 2], syntax)
    with pytest.raises(UnreadableImage, match="PIX003"):
        decode_grey(file_of(made), HERE)


@pytest.mark.parametrize("said", [0, 1])
def test_a_frame_that_says_that_its_values_are_signed_is_believed(said):
    stream = io.BytesIO()
    shifted = (SMALL - 1024 + 2**15).astype("u2")
    Image.fromarray(shifted).save(stream, "JPEG2000", no_jp2=True, irreversible=False)
    frame = bytearray(stream.getvalue())
    frame[42] |= 0x80  # the same coefficients, without their shift by half the range
    made = radiograph((SMALL - 1024).astype("i2"), PixelRepresentation=said)
    found = decode_grey(file_of(compressed(made, bytes(frame), J2K)), HERE)
    assert np.array_equal(found, scaled(SMALL))
    assert np.array_equal(decode_grey(bytes(frame), HERE), scaled(SMALL))

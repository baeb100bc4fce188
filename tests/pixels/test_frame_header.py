"""Frame header: what contradicts the pixels is named, and what has one reading only is read."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrstudy.pixels.decode import UnreadableImage, decode_grey
from cxrstudy.pixels.frame_header import compressed_frame
from tests.support.dicoms import compressed, file_of, radiograph, scaled, scene

HERE = Path("made.dcm")
JPEG = "1.2.840.10008.1.2.4.50"
GREY = scene(top=255).astype(np.uint8)
COLOUR = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=-1)


def refused(**elements):
    made = radiograph(scene().astype("u2"))
    for name, value in elements.items():
        if value is None:
            delattr(made, name)
        else:
            setattr(made, name, value)
    with pytest.raises(UnreadableImage) as caught:
        decode_grey(file_of(made), HERE)
    return caught.value


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"PhotometricInterpretation": None}, "Photometric Interpretation (0028,0004) is missing"),
        ({"PhotometricInterpretation": "GREY"}, "is 'GREY'; known are MONOCHROME1"),
        ({"PhotometricInterpretation": "RGB"}, "Samples per Pixel (0028,0002) is 1, but RGB has 3"),
        ({"Rows": None}, "Rows (0028,0010) is missing"),
        ({"Columns": 0}, "Columns (0028,0011) is 0"),
        ({"BitsAllocated": None}, "Bits Allocated (0028,0100) is missing"),
        ({"BitsStored": 17}, "Bits Stored (0028,0101) 17, High Bit (0028,0102) 15 don't fit"),
        ({"HighBit": 7}, "Bits Stored (0028,0101) 16, High Bit (0028,0102) 7 don't fit"),
        ({"HighBit": 16, "BitsStored": 12}, "High Bit (0028,0102) 16 don't fit"),
        ({"Rows": 25}, "are 900 bytes; its pixel data has 864"),
        ({"BitsAllocated": 8, "BitsStored": 8, "HighBit": 7}, "of 8 bits are 432 bytes; its pixel"),
        ({"PixelRepresentation": None, "BitsStored": 11, "HighBit": 10}, "negative or large?"),
    ],
)
def test_what_contradicts_the_pixels_is_named_by_element_and_value(elements, words):
    error = refused(**elements)
    assert error.code == "PIX008"
    assert words in error.detail
    assert "Correct the named element" in str(error)


@pytest.mark.parametrize(
    ("elements", "words"),
    [
        ({"NumberOfFrames": 30}, "30 frames, one expected"),
        ({"BitsAllocated": 32}, "32 bits a value, 8 or 16 expected"),
    ],
)
def test_what_is_sound_and_of_another_kind_is_said_to_be_that(
    elements: dict[str, int], words: str
) -> None:
    error = refused(**elements)
    assert (error.code, error.detail) == ("PIX004", words)


@pytest.mark.parametrize(
    "name", ["HighBit", "BitsStored", "SamplesPerPixel", "PixelRepresentation"]
)
def test_a_missing_element_of_which_only_one_reading_is_possible_is_read(name):
    made = radiograph(scene().astype("u2"))
    delattr(made, name)
    assert np.array_equal(decode_grey(file_of(made), HERE), scaled(scene()))


def test_bytes_after_the_frame_don_t_count():
    made = radiograph(scene().astype("u2"))
    made.PixelData += bytes(10)
    assert np.array_equal(decode_grey(file_of(made), HERE), scaled(scene()))


def test_a_number_of_frames_that_is_no_number_counts_as_none():
    content = file_of(radiograph(scene().astype("u2"), NumberOfFrames="0000000001"))
    assert content.count(b"0000000001") == 1
    found = decode_grey(content.replace(b"0000000001", b"one       "), HERE)
    assert np.array_equal(found, scaled(scene()))


def test_a_frame_of_another_size_and_of_other_components_is_named():
    stream = io.BytesIO()
    Image.fromarray(GREY).save(stream, "JPEG")
    taller = radiograph(np.vstack([GREY, GREY]))
    with pytest.raises(UnreadableImage, match=r"PIX008.*Rows .* 18 and 48; its frame has 18 x 24"):
        decode_grey(file_of(compressed(taller, stream.getvalue(), JPEG)), HERE)
    with pytest.raises(UnreadableImage, match=r"PIX008.*Photometric.*RGB; its frame has .* of 1"):
        decode_grey(file_of(compressed(radiograph(COLOUR), stream.getvalue(), JPEG)), HERE)


def test_a_frame_of_eight_bits_in_sixteen_that_are_allocated():
    stream = io.BytesIO()
    Image.fromarray(GREY).save(stream, "JPEG", quality=100)
    made = compressed(radiograph(GREY.astype("u2"), BitsStored=8), stream.getvalue(), JPEG)
    assert np.abs(decode_grey(file_of(made), HERE) - GREY.astype(int)).max() <= 2


@pytest.mark.parametrize(
    ("fragments", "words"),
    [(b"\1\2\3\4\0\0\0\0", "its fragments: .*tag"), (b"", "its pixel data has no fragments")],
    ids=["without a tag", "none"],
)
def test_fragments_that_are_missing_or_can_t_be_told_apart_are_damage(
    fragments: bytes, words: str
) -> None:
    made = compressed(radiograph(GREY), b"\xff\xd8", JPEG)
    made.PixelData = b"\xfe\xff\0\xe0\0\0\0\0" + fragments
    with pytest.raises(UnreadableImage, match=f"PIX003.*{words}"):
        decode_grey(file_of(made), HERE)


def test_a_frame_without_its_end_is_damaged() -> None:
    stream = io.BytesIO()
    Image.fromarray(GREY).save(stream, "JPEG")
    made = compressed(radiograph(GREY), stream.getvalue().removesuffix(b"\xff\xd9"), JPEG)
    with pytest.raises(UnreadableImage, match=r"PIX003.*its frame ends early"):
        decode_grey(file_of(made), HERE)


@pytest.mark.parametrize("said", [None, 1])
@pytest.mark.parametrize("has_table", [False, True])
def test_several_frames_where_the_header_says_one_are_refused(said, has_table):
    pydicom = pytest.importorskip("pydicom")
    stream = io.BytesIO()
    Image.fromarray(GREY).save(stream, "JPEG")
    frame = stream.getvalue() + bytes(len(stream.getvalue()) % 2)
    made = compressed(radiograph(GREY), frame, JPEG)
    if said:
        made.NumberOfFrames = said
    half = len(frame) // 4 * 2
    made.PixelData = pydicom.encaps.encapsulate([frame[:half], frame[half:]], has_bot=False)
    whole = decode_grey(file_of(compressed(radiograph(GREY), frame, JPEG)), HERE)
    assert np.array_equal(decode_grey(file_of(made), HERE), whole)
    made.PixelData = pydicom.encaps.encapsulate([frame, frame], has_bot=has_table)
    with pytest.raises(UnreadableImage, match=r"PIX008.* made\.dcm: .*is 1 or missing; .* holds 2"):
        decode_grey(file_of(made), HERE)


@pytest.mark.parametrize(
    ("fragments", "words"),
    [
        (b"", "its pixel data has no fragments"),
        (b"\x10\0\x10\0" + bytes(8), "its fragments: Unexp"),
    ],
)
def test_pixel_data_without_fragments_that_can_be_read_is_damaged(fragments, words):
    made = radiograph(GREY)
    made.file_meta.TransferSyntaxUID = JPEG
    made.PixelData = b"\xfe\xff\0\xe0" + bytes(4) + fragments
    with pytest.raises(UnreadableImage, match=rf"PIX003.*made\.dcm: {words}"):
        compressed_frame(made, HERE)

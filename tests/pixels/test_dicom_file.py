"""DICOM file: without preamble, without transfer syntax, cut off, or no image at all."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pixels.decode import UnreadableImage, decode_grey, decode_noted
from cxrstudy.pixels.dicom_file import _starts, is_dicom
from tests.support.dicoms import file_of, radiograph, scaled, scene

pydicom = pytest.importorskip("pydicom")

HERE = Path("made.dcm")
STORED = scene()


def bare(is_implicit, is_little):
    """A data set without preamble and file meta information."""
    made = radiograph(STORED.astype("<u2" if is_little else ">u2"), BitsStored=12)
    del made.file_meta
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, made, implicit_vr=is_implicit, little_endian=is_little)
    return stream.getvalue()


@pytest.mark.parametrize("encoding", [(True, True), (False, True), (False, False)])
def test_a_bare_data_set_is_read_and_said_to_be_bare(encoding):
    found = decode_noted(bare(*encoding), HERE)
    assert np.array_equal(found.grey, scaled(STORED))
    (note,) = found.notes
    assert note.code == "header-form"
    assert "no preamble (128 bytes and DICM) and no Transfer Syntax UID (0002,0010)" in note.text


def test_a_file_without_its_128_bytes():
    found = decode_noted(file_of(radiograph(STORED.astype("u2")))[128:], HERE)
    assert np.array_equal(found.grey, scaled(STORED))
    assert [note.code for note in found.notes] == ["header-form"]


def test_file_meta_information_alone_before_the_data_set():
    assert np.array_equal(
        decode_grey(file_of(radiograph(STORED.astype("u2")))[132:], HERE), scaled(STORED)
    )


@pytest.mark.parametrize(
    "start", [b"II*\0", b"MM\0*", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\3\4"]
)
def test_a_preamble_may_be_that_of_another_format(start):
    content = file_of(radiograph(STORED.astype("u2")))
    found = decode_noted(start + content[len(start) :], HERE)
    assert np.array_equal(found.grey, scaled(STORED))
    assert not found.notes


def without_syntax(made):
    del made.file_meta.TransferSyntaxUID
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, made, implicit_vr=False, little_endian=True)
    return stream.getvalue()


def test_plain_pixels_need_no_transfer_syntax_and_compressed_ones_do():
    made = radiograph(STORED.astype("u2"), BitsStored=12)
    assert np.array_equal(decode_grey(without_syntax(made), HERE), scaled(STORED))
    made = radiograph(STORED.astype("u2"), BitsStored=12)
    made.compress(pydicom.uid.RLELossless)
    with pytest.raises(UnreadableImage, match=r"PIX008.*\(0002,0010\) is missing; .*compressed"):
        decode_grey(without_syntax(made), HERE)


@pytest.mark.parametrize(
    ("syntax", "words"),
    [
        (b"1.2.840.10008.1.2.5\0", "is RLE Lossless; its pixels are plain"),
        (b"1.2.840.10008.9.9.9\0", "'1.2.840.10008.9.9.9' is unknown"),
    ],
)
def test_a_transfer_syntax_that_contradicts_the_pixels_is_named(syntax, words):
    content = file_of(radiograph(STORED.astype("u2")))
    right = b"1.2.840.10008.1.2.1\0"
    assert content.count(right) == 1
    with pytest.raises(UnreadableImage) as caught:
        decode_grey(content.replace(right, syntax), HERE)
    assert caught.value.code == "PIX008"
    assert words in caught.value.detail


def test_a_video_is_an_unsupported_format():
    made = radiograph(STORED.astype("u2"))
    made.PixelData = pydicom.encaps.encapsulate([bytes(64)])
    made.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2.4.102"
    with pytest.raises(UnreadableImage, match=r"PIX004.*MPEG-4"):
        decode_grey(file_of(made), HERE)


@given(st.floats(0.1, 0.999))
def test_a_file_that_was_cut_off_is_damaged_and_nothing_else(share):
    content = file_of(radiograph(scene(60, 60).astype("u2")))
    with pytest.raises(UnreadableImage) as caught:
        decode_grey(content[: int(share * len(content))], HERE)
    assert caught.value.code == "PIX003"


@pytest.mark.parametrize(
    ("uid", "name"),
    [
        ("1.2.840.10008.1.3.10", "Media Storage Directory Storage"),
        ("1.2.840.10008.5.1.4.1.1.11.1", "Grayscale Softcopy Presentation State Storage"),
        ("1.2.840.10008.5.1.4.1.1.104.1", "Encapsulated PDF Storage"),
    ],
)
def test_an_object_that_is_no_image_is_named(uid, name):
    made = radiograph(STORED.astype("u2"))
    made.SOPClassUID = made.file_meta.MediaStorageSOPClassUID = uid
    for keyword in ("PixelData", "Rows", "Columns"):
        delattr(made, keyword)
    with pytest.raises(UnreadableImage, match=f"PIX009 no image: .*{name}"):
        decode_grey(file_of(made), HERE)


def test_floating_point_pixels_are_an_unsupported_format():
    made = radiograph(STORED.astype("u2"))
    del made.PixelData
    made.FloatPixelData = bytes(8)
    with pytest.raises(UnreadableImage, match=r"PIX004.*floating point"):
        decode_grey(file_of(made), HERE)


@pytest.mark.parametrize(
    "content", [b"", b"DIC", bytes(200), b"\x08\0\x16\0\xff\xff\xff\xff", b"\x08\0"]
)
def test_what_is_no_dicom_file(content):
    assert not is_dicom(content)


LITTLE, BIG, DEFLATED = "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.1.99"


def parts_of(syntax):
    """File meta information and data set of a file in a transfer syntax."""
    made = radiograph(scene().astype("u2"))
    made.file_meta.TransferSyntaxUID = syntax
    if syntax == BIG:
        made.PixelData = scene().astype(">u2").tobytes()
    stream = io.BytesIO()
    pydicom.dcmwrite(
        stream, made, implicit_vr=False, little_endian=syntax != BIG, enforce_file_format=True
    )
    content = stream.getvalue()
    end = 144 + int.from_bytes(content[140:144], "little")
    return content[:end], content[end:]


@pytest.mark.parametrize(
    ("start", "is_big", "is_little"),
    [
        (b"\x08\0\5\0CS", False, True),
        (b"\0\x08\0\5CS", True, False),
        (b"\0\0\1\0CS", False, False),
        (b"\x08\0\5\0\4\0", False, False),
    ],
    ids=["little", "big", "no group", "no VR"],
)
def test_an_explicit_data_set_is_told_by_its_first_group_and_its_vr(
    start: bytes, is_big: bool, is_little: bool
) -> None:
    content = b"before" + start
    assert [_starts(content, 6, zero) for zero in (0, 1)] == [is_big, is_little]


@pytest.mark.parametrize("syntax", [LITTLE, BIG, DEFLATED])
def test_a_data_set_in_the_form_that_it_says_is_read(syntax):
    assert np.array_equal(decode_grey(b"".join(parts_of(syntax)), HERE), scaled(scene()))


@pytest.mark.parametrize(
    ("said", "found", "words"),
    [
        (LITTLE, BIG, "is little endian; its data set is big endian"),
        (BIG, LITTLE, "is Explicit VR Big Endian; its data set is little endian"),
        (DEFLATED, LITTLE, "is Deflated Explicit VR Little Endian; its data set isn't deflated"),
        (DEFLATED, BIG, "its data set isn't deflated"),
    ],
)
def test_a_data_set_in_another_form_is_not_called_damaged(said, found, words):
    with pytest.raises(UnreadableImage) as caught:
        decode_grey(parts_of(said)[0] + parts_of(found)[1], HERE)
    assert caught.value.code == "PIX008"
    assert caught.value.detail.startswith("Transfer Syntax UID (0002,0010) is ")
    assert words in caught.value.detail


# pydicom says so of the command itself, which such a file may hold.
@pytest.mark.filterwarnings("ignore:Expected implicit VR")
def test_an_element_of_a_command_before_the_data_set_does_not_make_it_big_endian():
    content = file_of(radiograph(STORED.astype("u2")))
    end = 144 + int.from_bytes(content[140:144], "little")
    command = b"\0\0\2\0UI\4\x001.2\0"
    assert np.array_equal(
        decode_grey(content[:end] + command + content[end:], HERE), scaled(STORED)
    )

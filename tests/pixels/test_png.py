"""PNG: text, profiles and their checksums decide nothing; pixels do."""

import io
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from cxrstudy.pixels.decode import UnreadableImage, decode_grey
from cxrstudy.pixels.png import without_text
from tests.support.dicoms import scene

HERE = Path("made.png")
GREY = scene(top=255).astype(np.uint8)


def saved(**options):
    stream = io.BytesIO()
    Image.fromarray(GREY).save(stream, "PNG", **options)
    return stream.getvalue()


def chunk(name, data):
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")


def with_chunk(added):
    """A file with another chunk after its header."""
    content = saved()
    return content[:33] + added + content[33:]


def test_a_file_without_text_is_unchanged():
    assert without_text(saved()) == saved()
    assert without_text(b"another format") == b"another format"


@pytest.mark.parametrize(
    "added",
    [
        chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(3_000_000))),
        chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(3_000_000))),
        chunk(b"tEXt", b"note\0text")[:-1] + b"?",
        chunk(b"gAMA", b"\0"),
        chunk(b"eXIf", b"no EXIF data")[:-1] + b"?",
    ],
    ids=["profile", "text", "checksum", "gamma", "exif"],
)
def test_large_or_damaged_text_is_passed_over(added):
    assert np.array_equal(decode_grey(with_chunk(added), HERE), GREY)


def test_text_after_the_pixels_is_passed_over():
    content = saved()
    note = PngImagePlugin.PngInfo()
    note.add_text("note", "x" * 2_000_000, zip=True)
    assert np.array_equal(decode_grey(saved(pnginfo=note), HERE), GREY)
    late = chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(3_000_000)))
    assert np.array_equal(decode_grey(content[:-12] + late + content[-12:], HERE), GREY)


def test_an_unknown_chunk_that_matters_stays():
    critical = chunk(b"ABCD", b"data")
    assert critical in without_text(with_chunk(critical))


def test_the_orientation_is_read_wherever_it_stands():
    image = Image.fromarray(GREY)
    exif = image.getexif()
    exif[0x0112] = 6
    content = saved()
    turned = content[:-12] + chunk(b"eXIf", exif.tobytes()[6:]) + content[-12:]
    assert np.array_equal(decode_grey(turned, HERE), np.rot90(GREY, -1))


def test_damaged_pixels_are_still_seen():
    content = bytearray(saved())
    content[content.index(b"IDAT") + 30] ^= 1
    with pytest.raises(UnreadableImage, match="PIX003"):
        decode_grey(bytes(content), HERE)


def test_an_animation_is_refused_by_its_number_of_frames():
    stream = io.BytesIO()
    Image.fromarray(GREY).save(
        stream, "PNG", save_all=True, append_images=[Image.fromarray(255 - GREY)]
    )
    with pytest.raises(UnreadableImage, match=r"PIX004.*2 frames, one expected"):
        decode_grey(stream.getvalue(), HERE)


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF '
    b'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
    b'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="3"/></rdf:RDF></x:xmpmeta>'
)


@pytest.mark.parametrize("is_late", [False, True])
def test_the_orientation_is_read_from_xmp_too(is_late):
    added = chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + XMP)
    content = saved()
    place = len(content) - 12 if is_late else 33
    found = decode_grey(content[:place] + added + content[place:], HERE)
    assert np.array_equal(found, GREY[::-1, ::-1])


def test_exif_in_text_that_is_too_long_is_passed_over():
    bomb = b"Raw profile type exif\0\0" + zlib.compress(bytes(3_000_000))
    assert np.array_equal(decode_grey(with_chunk(chunk(b"zTXt", bomb)), HERE), GREY)

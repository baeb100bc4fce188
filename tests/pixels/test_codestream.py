"""Codestream: kind, size, bits and colours of compressed images."""

import io
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from cxrstudy.pixels.codestream import Codestream, codestream_of
from tests.support.dicoms import scene

GREY = scene(top=255).astype(np.uint8)
COLOUR = np.stack([GREY, GREY[::-1], GREY[:, ::-1]], axis=-1)


def saved(image, kind, **options):
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, kind, **options)
    return stream.getvalue()


def with_marker(content, marker, precision=8):
    """The same JPEG file with another start of frame."""
    place = content.index(b"\xff\xc0")
    return content[: place + 1] + bytes([marker]) + content[place + 2 : place + 4] + bytes(
        [precision]
    ) + content[place + 5 :]  # fmt: skip


def test_size_and_components_of_a_grey_jpeg():
    expected = Codestream("JPEG", 8, 24, 18, 1, "")
    assert codestream_of(saved(GREY, "JPEG")) == expected
    assert codestream_of(saved(GREY, "JPEG", progressive=True)) == expected


@pytest.mark.parametrize(
    ("marker", "precision", "name"),
    [
        (0xC1, 12, "12-bit JPEG"), (0xC3, 16, "lossless JPEG"), (0xF7, 12, "JPEG-LS"),
        (0xC9, 8, "arithmetic-coded JPEG"), (0xC5, 8, "hierarchical JPEG"), (0xC1, 8, "JPEG"),
    ],
)  # fmt: skip
def test_other_processes_are_named(marker, precision, name):
    found = codestream_of(with_marker(saved(GREY, "JPEG"), marker, precision))
    assert (found.name, found.precision) == (name, precision)


def test_colours_of_a_jpeg():
    halved = saved(COLOUR, "JPEG", subsampling="4:2:0")
    whole = saved(COLOUR, "JPEG", subsampling="4:4:4")
    kept = saved(COLOUR, "JPEG", keep_rgb=True)
    without = [_without_jfif(content) for content in (halved, whole, kept)]
    assert [codestream_of(one).colours for one in (halved, whole)] == ["YBR", "YBR"]
    # Subsampling and the names of the components decide without a mark; else nothing does.
    assert [codestream_of(one).colours for one in without] == ["YBR", "", "RGB"]


def _without_jfif(content):
    start = content.find(b"\xff\xe0")
    if start < 0:
        return content
    length = int.from_bytes(content[start + 2 : start + 4], "big")
    return content[:start] + content[start + 2 + length :]


@pytest.mark.parametrize("no_jp2", [False, True])
def test_jpeg_2000(no_jp2):
    assert codestream_of(saved(GREY, "JPEG2000", no_jp2=no_jp2)) == Codestream(
        "JPEG 2000", 8, 24, 18, 1, ""
    )
    found = codestream_of(saved(COLOUR, "JPEG2000", no_jp2=no_jp2, mct=1))
    assert (found.components, found.colours) == (3, "RGB")
    assert codestream_of(saved(COLOUR, "JPEG2000", no_jp2=no_jp2, mct=0)).colours == ""


@pytest.mark.parametrize("size", [8, 100, 5000, 70000])
@pytest.mark.parametrize("is_long", [False, True])
def test_boxes_of_any_size_before_the_codestream(size, is_long):
    content = saved(GREY, "JPEG2000")
    place = content.index(b"jp2c") - 4
    inside = bytes(size - 8) + b"\xff\x4f\xff\x51"  # what looks like a codestream is none
    head = struct.pack(">I4sQ", 1, b"xml ", len(inside) + 16)
    box = head + inside if is_long else struct.pack(">I", len(inside) + 8) + b"xml " + inside
    assert codestream_of(content[:place] + box + content[place:]) == codestream_of(content)


@given(st.sampled_from(["JPEG", "JPEG2000"]), st.integers(0, 400), st.binary(max_size=9))
def test_what_is_cut_off_or_damaged_has_facts_or_none(kind, cut, junk):
    content = saved(GREY, kind)[:cut] + junk
    assert codestream_of(content) is None or codestream_of(content).kind


def test_what_is_no_codestream_has_none():
    assert (
        codestream_of(b"") is codestream_of(bytes(90)) is codestream_of(b"\xff\xd8\xff\xd9") is None
    )

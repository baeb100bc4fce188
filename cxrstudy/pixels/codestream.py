"""Codestream: what the header of a compressed image says: kind, size, bits and colours.

The header of a DICOM file may say something else. The codestream is what a decoder reads, so it is
believed. Markers are those of ISO/IEC 10918-1 (JPEG), 14495-1 (JPEG-LS) and 15444-1 (JPEG 2000).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

#: Markers of JPEG: the start of a scan, and of the segment in which Adobe says its colours.
SOS, ADOBE = 0xDA, 0xEE
_STANDALONE = (0x01, *range(0xD0, 0xD9))
_FRAMES = {
    0xC0: "JPEG", 0xC1: "JPEG", 0xC2: "JPEG", 0xC3: "lossless JPEG", 0xC5: "hierarchical JPEG",
    0xC6: "hierarchical JPEG", 0xC7: "hierarchical JPEG", 0xC9: "arithmetic-coded JPEG",
    0xCA: "arithmetic-coded JPEG", 0xCB: "lossless JPEG", 0xCD: "hierarchical JPEG",
    0xCE: "hierarchical JPEG", 0xCF: "hierarchical JPEG", 0xF7: "JPEG-LS",
}  # fmt: skip
J2K = b"\xff\x4f\xff\x51"
_JP2 = b"\0\0\0\x0cjP  \r\n\x87\n"


@dataclass(frozen=True)
class Codestream:
    """Facts of a compressed frame.

    Attributes
    ----------
    kind
        ``"JPEG"``, ``"lossless JPEG"``, ``"JPEG-LS"``, ``"JPEG 2000"`` or another process by name.
    precision
        Bits of a value.
    rows, columns
        Size in pixels.
    components
        Number of values of a pixel.
    colours
        ``"RGB"`` or ``"YBR"`` if the codestream itself decides; else empty.
    signed
        Whether it says that values are signed; only JPEG 2000 can.
    """

    kind: str
    precision: int
    rows: int
    columns: int
    components: int
    colours: str
    signed: bool = False

    @property
    def name(self) -> str:
        """Name of the kind, with its bits where they are unusual: "12-bit JPEG"."""
        is_deep = self.kind == "JPEG" and self.precision != 8
        return f"{self.precision}-bit JPEG" if is_deep else self.kind


def codestream_of(content: bytes) -> Codestream | None:
    """Read the header of a codestream; None if it is of no known kind, or is cut off."""
    try:
        if content.startswith(b"\xff\xd8"):
            return _jpeg(content)
        start = _box(content) if content.startswith(_JP2) else 0
        return _jpeg_2000(content, start) if content.startswith(J2K, start) else None
    except (IndexError, struct.error):
        return None


def jpeg_segments(content: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield each segment of a JPEG header as its marker, its place and its content.

    The last is the start of the first scan, if there is one. Bytes between segments that belong to
    none are passed over, as by decoders (ISO/IEC 10918-1, B.1.1).
    """
    place, marker = 2, 0
    while marker != SOS and place + 4 <= len(content):
        start, marker = content[place : place + 2]
        if start != 0xFF or marker in (0, 0xFF):
            place += 1
            continue
        length = 0
        if marker not in _STANDALONE:
            length = int.from_bytes(content[place + 2 : place + 4], "big")
            yield marker, place, content[place + 4 : place + 2 + length]
        place += 2 + length


def _jpeg(content: bytes) -> Codestream | None:
    adobe, is_jfif = None, False
    for marker, _, body in jpeg_segments(content):
        if marker == SOS:
            return None
        if marker in _FRAMES:
            return _jpeg_frame(_FRAMES[marker], body, adobe, is_jfif)
        if marker == ADOBE and body.startswith(b"Adobe"):
            adobe = body[11] if len(body) > 11 else None
        is_jfif = is_jfif or (marker == 0xE0 and body.startswith(b"JFIF"))
    return None


def _jpeg_frame(kind: str, body: bytes, adobe: int | None, is_jfif: bool) -> Codestream:
    precision, rows, columns, count = struct.unpack_from(">BHHB", body)
    parts = [body[6 + 3 * part : 9 + 3 * part] for part in range(count)]
    colours = ""
    if count == 3 and kind != "JPEG-LS":
        ids, factors = bytes(part[0] for part in parts), {part[1] for part in parts}
        colours = _jpeg_colours(ids, len(factors) > 1, adobe, is_jfif)
    return Codestream(kind, precision, rows, columns, count, colours)


def _jpeg_colours(ids: bytes, is_subsampled: bool, adobe: int | None, is_jfif: bool) -> str:
    if is_subsampled:  # only chroma is subsampled
        return "YBR"
    if ids.upper() == b"RGB":
        return "RGB"
    if adobe is not None:
        return "RGB" if adobe == 0 else "YBR"
    return "YBR" if is_jfif else ""


def _box(content: bytes) -> int:
    """Where the codestream begins in the boxes of a JP2 file (ISO/IEC 15444-1, I.4)."""
    place = 0
    while content[place + 4 : place + 8] not in (b"jp2c", b""):
        length, start = int(struct.unpack_from(">I", content, place)[0]), place
        if length == 1:
            length = int(struct.unpack_from(">Q", content, place + 8)[0])
        place = start + length if length >= 8 else len(content)
    return place + 8 + 8 * (content[place : place + 4] == b"\0\0\0\1")


def _jpeg_2000(content: bytes, start: int) -> Codestream:
    length, _, right, bottom, left, top = struct.unpack_from(">HHIIII", content, start + 4)
    count, depth = struct.unpack_from(">HB", content, start + 40)
    colours = "RGB" if _has_colour_transform(content, start + 4 + length) else ""
    size = bottom - top, right - left
    return Codestream("JPEG 2000", (depth & 0x7F) + 1, *size, count, colours, depth >= 0x80)


def _has_colour_transform(content: bytes, place: int) -> bool:
    """Whether the codestream converts its components: then they are red, green and blue."""
    while content[place] == 0xFF and content[place + 1] not in (0x90, 0x93):
        if content[place + 1] == 0x52:  # the coding style
            return content[place + 8] == 1
        place += 2 + int(struct.unpack_from(">H", content, place + 2)[0])
    return False

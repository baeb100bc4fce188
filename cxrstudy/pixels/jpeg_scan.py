"""JPEG scan: refuse a JPEG whose compressed data is damaged, where other decoders would mend it.

Decoders of JPEG go on after damaged data and fill in what is missing; only a strict one says so. A
JPEG holds no checksum, so that of single flipped bits most give other pixels and are legal data:
these are found by the SHA-256 of a manifest, not here. What is wrong in a header but not in its
pixels is no damage: a colour profile, a comment, or bytes between two segments.
"""

from pathlib import Path

import simplejpeg

from cxrstudy.pixels.codestream import ADOBE, SOS, Codestream, jpeg_segments
from cxrstudy.pixels.grey import UnreadableImage, one_line

_COMMENT = 0xFE
#: Colours in which a scan is decoded, by its number of components; others are not looked at.
_COLOURS = {1: "GRAY", 3: "GRAY", 4: "CMYK"}


def require_sound(content: bytes, codestream: Codestream | None, path: Path) -> None:
    """Refuse a JPEG of 8 bits whose scan breaks the rules of its format.

    Parameters
    ----------
    content
        A JPEG, alone or as a frame of a DICOM object.
    codestream
        What its header says.
    path
        Of the file, for the error.

    Raises
    ------
    UnreadableImage
        PIX003: the scan is damaged.
    """
    if codestream is None or codestream.name != "JPEG" or codestream.components not in _COLOURS:
        return
    try:
        simplejpeg.decode_jpeg(
            _without_remarks(content), _COLOURS[codestream.components], strict=True
        )
    except ValueError as error:
        raise UnreadableImage("PIX003", path, f"its JPEG data: {one_line(error)}") from error


def _without_remarks(content: bytes) -> bytes:
    """The same scans with a header that holds nothing but what decides the pixels."""
    kept = [content[:2]]
    for marker, place, body in jpeg_segments(content):
        if marker == SOS:
            return b"".join([*kept, content[place:]])
        if marker == ADOBE or not (0xE0 <= marker <= 0xEF or marker == _COMMENT):
            kept.append(content[place : place + 4 + len(body)])
    return content

"""Run lengths: refuse a frame of RLE that unpacks to more than its image (PS3.5, G).

The decoder looks at the length of a segment when it is unpacked, and two bytes unpack to up to 128.
"""

from __future__ import annotations

import struct
from pathlib import Path

from cxrstudy.pixels.grey import UnreadableImage

_HEADER = 64  # bytes: the number of segments, and where each begins
_LONGEST_RUN = 128
_SPARE = 2**20  # bytes of memory that are not worth a look


def require_bounded(frame: bytes, pixels: int, path: Path) -> None:
    """Refuse a frame of which a segment, one byte of each pixel, unpacks to more than its pixels.

    Parameters
    ----------
    frame
        The frame with its header.
    pixels
        Number of pixels of the image.
    path
        Path of the file, for messages only.

    Raises
    ------
    UnreadableImage
        PIX003: a segment is too long, or the header is cut off.
    """
    if len(frame) < _HEADER:
        raise UnreadableImage("PIX003", path, f"its frame has {len(frame)} bytes")
    count, *starts = struct.unpack("<16I", frame[:_HEADER])
    ends = [*starts[1:count], len(frame)]
    for start, end in zip(starts[:count], ends, strict=False):
        segment = frame[start:end]
        if len(segment) * _LONGEST_RUN // 2 <= pixels + _SPARE:
            continue
        if _unpacked(segment, pixels) > pixels + _LONGEST_RUN:
            detail = f"its run lengths unpack to more than the {pixels} pixels of the image"
            raise UnreadableImage("PIX003", path, detail)


def _unpacked(segment: bytes, enough: int) -> int:
    """Length of what a segment unpacks to; it is not counted far beyond `enough`."""
    place = size = 0
    while place < len(segment) and size <= enough + _LONGEST_RUN:
        head = segment[place]
        if head < 128:  # that many bytes and one follow
            size, place = size + head + 1, place + head + 2
        else:  # the next byte, repeated; 128 does nothing
            size += 257 - head if head > 128 else 0
            place += 2 if head > 128 else 1
    return size

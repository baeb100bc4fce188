"""PNG: leave out the chunks of a file that hold no pixels (W3C, Portable Network Graphics, 11)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

#: First bytes of the files.
PNG = b"\x89PNG\r\n\x1a\n"

#: Chunks that decide the image; acTL counts the frames, eXIf has the orientation.
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"acTL", b"IDAT", b"fdAT", b"fcTL", b"IEND")


def without_text(content: bytes) -> bytes:
    """Leave out text, colour profiles and times: a decoder would refuse a file for large ones.

    Parameters
    ----------
    content : bytes
        A file of any format. All but PNG files are returned as they are, and so is what follows a
        chunk that is cut off.
    """
    if not content.startswith(PNG):
        return content
    kept, exif = [PNG], b""
    for name, chunk in _chunks(content):
        if name == b"eXIf":
            exif = chunk if _is_sound(chunk) else b""
        elif name in _KEPT or not name[:1].islower():  # by its first letter, a chunk matters
            kept.append(chunk)
    # First the header, then EXIF, so that a decoder knows the orientation before the pixels.
    return b"".join([*kept[:2], exif, *kept[2:]])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of each chunk, and without a name what is left of one cut off."""
    place, name = len(PNG), b""
    while name != b"IEND" and place < len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4], "big")
        name = content[place + 4 : place + 8] if end <= len(content) else b""
        yield name, content[place:end]
        place = end


def _is_sound(chunk: bytes) -> bool:
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")

"""PNG: leave out the chunks of a file that hold no pixels (W3C, Portable Network Graphics, 11)."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

#: First bytes of the files.
PNG = b"\x89PNG\r\n\x1a\n"

#: Chunks that decide the image; acTL counts the frames.
_KEPT = (b"IHDR", b"PLTE", b"tRNS", b"acTL", b"IDAT", b"fdAT", b"fcTL", b"IEND")

_MAY_ORIENT = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")
_KEYWORDS = (b"XML:com.adobe.xmp", b"Raw profile type exif", b"Raw profile type APP1")
_LONGEST = 2**18  # bytes of EXIF or XMP


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
    kept, orientation = [PNG], []
    for name, chunk in _chunks(content):
        if not name:
            raise ValueError("it ends inside a chunk")
        if name[:1].isupper() and not _is_sound(chunk):  # Pillow looks at no checksum of pixels
            raise ValueError(f"the checksum of its chunk {name.decode('latin-1')} is wrong")
        if name in _MAY_ORIENT:
            orientation += [chunk] if _orients(chunk) else []
        elif name in _KEPT or not name[:1].islower():  # by its first letter, a chunk matters
            kept.append(chunk)
    # First the header, then what says the orientation, so that it is known before the pixels.
    return b"".join([*kept[:2], *orientation, *kept[2:]])


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield name and content of each chunk, and without a name what is left of one cut off."""
    place, name = len(PNG), b""
    while name != b"IEND" and place < len(content):
        end = place + 12 + int.from_bytes(content[place : place + 4], "big")
        name = content[place + 4 : place + 8] if end <= len(content) else b""
        yield name, content[place:end]
        place = end


def _orients(chunk: bytes) -> bool:
    """Whether a chunk may say the orientation: EXIF, or text with EXIF or XMP, sound and short."""
    if not _is_sound(chunk):
        return False
    name, keyword = chunk[4:8], chunk[8:-4].split(b"\0")[0]
    if name == b"eXIf":
        return True
    if keyword not in _KEYWORDS or len(chunk) > _LONGEST:
        return False
    is_plain = name == b"tEXt" or (name == b"iTXt" and chunk[9 + len(keyword)] == 0)
    return is_plain or _is_short(chunk[8 + len(keyword) + 2 : -4])


def _is_sound(chunk: bytes) -> bool:
    """Whether the checksum of a chunk is that of its name and content."""
    return zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")


def _is_short(packed: bytes) -> bool:
    """Whether compressed text is sound and short; of iTXt, which is rarely compressed, it isn't."""
    try:
        return len(zlib.decompressobj().decompress(packed, _LONGEST)) < _LONGEST
    except zlib.error:
        return False

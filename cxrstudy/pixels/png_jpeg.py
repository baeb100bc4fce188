"""PNG and JPEG: convert files to grey values, by the rule of :mod:`cxrstudy.pixels.decode`."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFile

from cxrstudy.pixels.grey import Grey, UnreadableImage, by_value, luma, one_line, stretch

#: First bytes of the files.
PNG, JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"

_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_picture(content: bytes, path: Path) -> Grey:
    """Decode the bytes of a PNG or JPEG file; ``path`` is used in messages only."""
    # Another library may have set this to True, and truncated images would be accepted.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image = _open(content)
    except Image.DecompressionBombError as error:
        raise UnreadableImage("PIX004", path, one_line(error)) from error
    image.load()
    turn = _TURNS.get(image.getexif().get(_ORIENTATION, 1))
    grey = _deep_colour(content) if _is_deep_colour(content) else _grey(image)
    if turn is None:
        return grey
    return np.array(Image.fromarray(grey).transpose(turn))


def _open(content: bytes) -> ImageFile.ImageFile:
    image = Image.open(BytesIO(content), formats=("PNG", "JPEG", "MPO"))
    assert isinstance(image, ImageFile.ImageFile)
    return image


def _grey(image: ImageFile.ImageFile) -> Grey:
    if image.mode.startswith("I"):
        stored = np.asarray(image)
        transparent = image.info.get("transparency")
        return by_value(stored, stretch, None if transparent is None else stored == transparent)
    if image.mode == "CMYK":
        return np.array(_ink(image).convert("RGB").convert("L"))
    if image.has_transparency_data:
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        return np.array(Image.alpha_composite(black, image.convert("RGBA")).convert("L"))
    return np.array(image.convert("RGB").convert("L") if image.mode == "P" else image.convert("L"))


def _ink(image: ImageFile.ImageFile) -> Image.Image:
    """Convert CMYK to values where 255 is full ink.

    Adobe stores inverted values, and marks its files. Pillow undoes the inversion without checking
    the mark, so the values of a file without the mark must be inverted again.
    """
    return image if "adobe" in image.info else ImageChops.invert(image)


def _is_deep_colour(content: bytes) -> bool:
    return content.startswith(PNG) and content[24] == 16 and content[25] in (2, 4, 6)


def _deep_colour(content: bytes) -> Grey:
    """Read a PNG with several channels of 16 bits, which Pillow reduces to 8 bits."""
    channels = _grey_and_alpha(content) if content[25] == 4 else _both_bytes(content)
    colour, alpha = channels[..., :3], channels[..., 3:]
    values = luma(colour).astype(np.float64)
    if alpha.size:
        values *= alpha[..., 0] / 65535
    return by_value(np.rint(values), stretch)


def _both_bytes(content: bytes) -> NDArray[np.uint16]:
    """Read the channels of a 16-bit RGB or RGBA file, first the high bytes, then the low bytes."""
    high, low = _open(content), _open(content)
    low.tile = [tile._replace(args=f"{low.mode};16L") for tile in low.tile]
    joined: NDArray[np.uint16] = np.asarray(high).astype(np.uint16) << 8 | np.asarray(low)
    return joined


def _grey_and_alpha(content: bytes) -> NDArray[np.uint16]:
    """Read a 16-bit grey file with alpha as the channels R = G = B and alpha.

    In a file, two channels of two bytes have the same layout as four channels of one byte, also
    when filtered. The header is therefore changed to RGBA with 8 bits, and pairs of bytes are
    joined.
    """
    header = content[12:24] + bytes([8, 6]) + content[26:29]
    crc = zlib.crc32(header).to_bytes(4, "big")
    four = np.asarray(_open(content[:12] + header + crc + content[33:])).astype(np.uint16)
    grey, alpha = four[..., 0] << 8 | four[..., 1], four[..., 2] << 8 | four[..., 3]
    return np.stack([grey, grey, grey, alpha], axis=-1)

"""Picture: convert PNG, JPEG, TIFF and JPEG 2000 files to grey values, by the rule of `decode`.

Files are read with Pillow.
"""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import (  # Pillow knows a format after its plugin is imported
    Image,
    ImageChops,
    ImageFile,
    Jpeg2KImagePlugin,  # noqa: F401
    JpegImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
)

from cxrstudy.base import numbers
from cxrstudy.pixels.codestream import codestream_of
from cxrstudy.pixels.grey import (
    Note,
    Noted,
    UnreadableImage,
    by_value,
    luma,
    one_line,
    stretch,
)
from cxrstudy.pixels.jpeg_scan import require_sound
from cxrstudy.pixels.memory import require_memory
from cxrstudy.pixels.png import PNG, without_text
from cxrstudy.pixels.turn import EXIF, UPRIGHT, Turn, turned

#: Pillow's names of the formats that are read.
_TIFF, _JPEG_2000 = "TIFF", "JPEG2000"
FORMATS = ("PNG", "JPEG", _TIFF, _JPEG_2000)

_ORIENTATION = 0x0112
_PHOTOMETRIC, _BITS, _SAMPLES, _WHITE_IS_ZERO = 262, 258, 339, 0
_SINGLE = ("1", "L", "P", "I", "I;16", "I;16B", "I;16L")
_MODES = (*_SINGLE, "LA", "La", "PA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr")
#: Where Pillow finds the orientation of a PNG file.
_WITH_ORIENTATION = (
    "exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif", "Raw profile type APP1",
)  # fmt: skip
#: Bytes that a pixel takes at most while it is decoded, by Pillow's mode; a test measures them.
_BYTES = {
    "1": 8, "L": 8, "P": 12, "RGB": 12, "YCbCr": 12, "RGBX": 16, "CMYK": 20, "I;16": 16,
    "I;16B": 16, "I;16L": 16, "I": 32, "alpha": 36, "deep colour": 48,
}  # fmt: skip
#: And beside the image: the coefficients of a progressive JPEG, and the tiles of JPEG 2000.
_OF_FORMAT = {"JPEG": 8, "MPO": 8, _JPEG_2000: 16}
_COPIES = 3  # of the content: as it is, without text, and what a decoder reads ahead
_TILE_WIDTH, _TILE_LENGTH = 322, 323
_HIDDEN_SPREAD = 0.06  # of the image's range, between the 5th and 95th percentile of hidden pixels


def read_picture(content: bytes, path: Path) -> Noted:
    """Decode the bytes of a picture file; ``path`` is used in messages only."""
    image = open_picture(content, path)
    try:
        image.load()
        turn = _turn(image)
        shown = _deep_colour(without_text(content)) if _is_deep_colour(content) else _shown(image)
    except MemoryError:
        raise
    except Image.DecompressionBombError as error:
        raise UnreadableImage("PIX010", path, one_line(error)) from error
    except Exception as error:  # for damaged bytes, decoders raise errors of many classes
        raise UnreadableImage("PIX003", path, one_line(error)) from error
    if image.format in ("JPEG", "MPO"):
        require_sound(content, codestream_of(content), path)
    return Noted(turned(shown.grey, turn), shown.notes)


def open_picture(content: bytes, path: Path) -> ImageFile.ImageFile:
    """Open a picture and check what its header says; its pixels are not decoded.

    Raises
    ------
    UnreadableImage
        PIX003: its header is damaged. PIX004: it is of a kind that is not read. PIX010: it is
        larger than memory allows.
    """
    # Another library may have set this to True, and truncated images would be accepted.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image = _open(without_text(content))
        frames = 1 if image.format == "MPO" else getattr(image, "n_frames", 1)
    except MemoryError:
        raise
    except (SyntaxError, IndexError, TypeError, struct.error) as error:
        raise _unidentified(content, path) from error
    except Exception as error:  # of several classes
        raise UnreadableImage("PIX003", path, one_line(error)) from error
    if frames > 1:
        raise UnreadableImage("PIX004", path, f"{frames} frames, one expected")
    _require_known_depth(image, content, path)
    _require_memory(image, content, path)
    return image


def size_of_picture(content: bytes, path: Path) -> tuple[int, int]:
    """Width and height of the image that `read_picture` makes, without decoding it."""
    image = open_picture(content, path)
    try:
        turn = _turn(image)
    except Exception as error:  # of several classes
        raise UnreadableImage("PIX003", path, f"its EXIF data: {one_line(error)}") from error
    return image.size[::-1] if turn.is_transposed else image.size


def colours_of_picture(content: bytes, path: Path, longest: int) -> NDArray[np.float64]:
    """Red, green and blue of 0..255, shape (height, width, 3), at most `longest` pixels a side."""
    image = open_picture(content, path)
    image.draft("RGB", (longest, longest))  # a JPEG is decoded at reduced size
    coloured = image.convert("RGB")
    coloured.thumbnail((longest, longest), Image.Resampling.BOX)
    return np.asarray(coloured, np.float64)


def _open(content: bytes) -> ImageFile.ImageFile:
    # As Image.open, whose limit of pixels holds for the whole process.
    for name in FORMATS:
        factory, accepts = Image.OPEN[name]
        if accepts is None or accepts(content[:16]):
            return factory(BytesIO(content), "")
    raise SyntaxError("of no format that is read")


def _require_memory(image: ImageFile.ImageFile, content: bytes, path: Path) -> None:
    (width, height), frame = _largest(image), codestream_of(content)
    if frame and image.format == _JPEG_2000 and frame.columns * frame.rows > width * height:
        width, height = frame.columns, frame.rows
    kind = "alpha" if image.has_transparency_data else image.mode
    kind = "deep colour" if _is_deep_colour(content) else kind
    per_pixel = _BYTES.get(kind, _BYTES["alpha"]) + _OF_FORMAT.get(str(image.format), 0)
    declared = f"{width} x {height} pixels of kind {image.mode}"
    require_memory(width * height * per_pixel + _COPIES * len(content), declared, path)


def _largest(image: ImageFile.ImageFile) -> tuple[int, int]:
    """Size of the image, or of a tile of it where that is larger."""
    sizes = [image.size]
    if image.format == _TIFF:
        tags = image.tag_v2  # type: ignore[attr-defined]
        sizes.append((int(tags.get(_TILE_WIDTH, 0)), int(tags.get(_TILE_LENGTH, 0))))
    return max(sizes, key=lambda size: size[0] * size[1])


def _turn(image: ImageFile.ImageFile) -> Turn:
    if image.format == _TIFF:  # which Pillow turns itself
        return UPRIGHT
    if image.format == "PNG" and not set(_WITH_ORIENTATION) & set(image.info):
        return UPRIGHT  # Pillow would decode the image to look for more
    return EXIF.get(image.getexif().get(_ORIENTATION, 1), UPRIGHT)


def _unidentified(content: bytes, path: Path) -> UnreadableImage:
    """Tell a header that is cut off from one of a kind that Pillow doesn't know."""
    is_tiff = content[:2] in (b"II", b"MM")
    order: Literal["little", "big"] = "little" if content[:2] == b"II" else "big"
    if is_tiff and int.from_bytes(content[4:8], order) + 2 < len(content):
        return UnreadableImage("PIX004", path, "TIFF of a kind that Pillow doesn't read")
    return UnreadableImage("PIX003", path, f"its header can't be read ({len(content)} bytes)")


def _require_known_depth(image: ImageFile.ImageFile, content: bytes, path: Path) -> None:
    if image.mode == "F":
        raise UnreadableImage("PIX004", path, f"{image.format} of floating point numbers")
    if image.mode not in _MODES:
        raise UnreadableImage("PIX004", path, f"{image.format} with colours of kind {image.mode}")
    if image.format == _TIFF and image.info.get("compression") == "webp":
        raise UnreadableImage("PIX004", path, "TIFF with WebP inside")
    if image.format == _TIFF and image.mode not in _SINGLE:
        bits = max(image.tag_v2.get(_BITS, (8,)))  # type: ignore[attr-defined]
        if bits > 8:
            raise UnreadableImage("PIX004", path, f"TIFF with colours of {bits} bits")
    if image.format == _JPEG_2000 and image.mode not in _SINGLE:
        frame = codestream_of(content)
        if frame and frame.precision > 8:
            raise UnreadableImage("PIX004", path, f"JPEG 2000, colours of {frame.precision} bits")


def _shown(image: ImageFile.ImageFile) -> Noted:
    if image.mode.startswith("I"):
        stored = np.asarray(image)
        if image.format == _TIFF and _is_white_zero(image):
            stored = int(stored.max()) - stored.astype(np.int64)
        transparent = image.info.get("transparency")
        return Noted(
            by_value(stored, stretch, None if transparent is None else stored == transparent)
        )
    if image.mode == "CMYK":
        return Noted(np.array(_ink(image).convert("RGB").convert("L")))
    if image.has_transparency_data:
        return _over_black(image.convert("RGBA"))
    grey = np.array(image.convert("RGB").convert("L") if image.mode == "P" else image.convert("L"))
    return Noted(grey ^ np.uint8(128) if _is_signed(image) else grey)  # the lowest becomes 0


def _is_signed(image: ImageFile.ImageFile) -> bool:
    return image.format == _TIFF and 2 in image.tag_v2.get(_SAMPLES, ())  # type: ignore[attr-defined]


def _is_white_zero(image: ImageFile.ImageFile) -> bool:
    return bool(image.tag_v2.get(_PHOTOMETRIC) == _WHITE_IS_ZERO)  # type: ignore[attr-defined]


def _over_black(image: Image.Image) -> Noted:
    black = Image.new("RGBA", image.size, (0, 0, 0, 255))
    shown = np.array(Image.alpha_composite(black, image).convert("L"))
    colours, alpha = np.array(image.convert("RGB").convert("L")), np.array(image.getchannel("A"))
    note = _hidden(colours, alpha / 255)
    return Noted(colours, (note,)) if note else Noted(shown)


def _hidden(grey: NDArray[Any], alpha: NDArray[np.float64]) -> Note | None:
    """Say whether alpha would hide an image: then it isn't applied."""
    hidden = alpha < 0.5
    if not hidden.any():
        return None
    low, high = np.quantile(grey[hidden], [0.05, 0.95])
    if high - low <= _HIDDEN_SPREAD * max(int(np.ptp(grey)), 1):
        return None
    share = numbers.percent(float(hidden.mean()))
    return Note("alpha", f"{share} of it is transparent, with an image there: read without alpha")


def _ink(image: ImageFile.ImageFile) -> Image.Image:
    """Convert CMYK to values where 255 is full ink.

    Adobe stores inverted values, and marks its files. Pillow undoes the inversion without checking
    the mark, so the values of a file without the mark must be inverted again.
    """
    is_plain = "adobe" in image.info or image.format != "JPEG"
    return image if is_plain else ImageChops.invert(image)


def _is_deep_colour(content: bytes) -> bool:
    return content.startswith(PNG) and content[24] == 16 and content[25] in (2, 4, 6)


def _deep_colour(content: bytes) -> Noted:
    """Read a PNG with several channels of 16 bits, which Pillow reduces to 8 bits."""
    channels = _grey_and_alpha(content) if content[25] == 4 else _both_bytes(content)
    colour, alpha = channels[..., :3], channels[..., 3:]
    values = luma(colour).astype(np.float64)
    note, key = None, _open(without_text(content)).info.get("transparency")
    if alpha.size or key is not None:
        opacity = alpha[..., 0] / 65535 if alpha.size else np.any(colour != key, axis=-1) * 1.0
        note = _hidden(values, opacity)
        values = values if note else values * opacity
    return Noted(by_value(np.rint(values), stretch), (note,) if note else ())


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

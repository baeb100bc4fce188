"""Decode: convert radiograph files of any format to one grey scale, and grey images to squares.

The same rule is used for every format, so that a model can't recognise the program that wrote a
file:

1. **Low signal is black.** Air is dark and bone is bright; DICOM's MONOCHROME1 is inverted.
2. **Colour is converted to luma** (ITU-R BT.601, the weights of Pillow's mode ``L``). CMYK is first
   converted to RGB. Transparent pixels are black. Colour profiles and gamma chunks are not applied.
3. **Eight-bit values are not changed.**
4. **Deeper values, and all monochrome DICOM, are scaled to 0..255.** For DICOM, the modality
   rescale (or look-up table) is applied first, then the first VOI look-up table or window. If there
   is neither, as in a 16-bit PNG, the lowest value of the image becomes 0 and the highest 255. Such
   files often use 10 to 12 of their 16 bits, and would be nearly black after division by 257.
5. **EXIF orientation is applied.**

A file that can't be read raises `UnreadableImage`, with a stable code; files are never repaired.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from cxrstudy.pixels.dicom import read_dicom
from cxrstudy.pixels.grey import Grey, UnreadableImage, one_line
from cxrstudy.pixels.png_jpeg import JPEG, PNG, read_picture

__all__ = ["Grey", "UnreadableImage", "decode_grey", "fit", "read_file", "read_grey"]

_FOREIGN = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"RIFF": "WebP",
    b"\0\0\0\x0cjP": "JPEG 2000",
    b"\x1f\x8b": "gzip",
}


def read_grey(path: Path) -> Grey:
    """Read a PNG, JPEG or DICOM file as grey values, by the rule stated in this module.

    Parameters
    ----------
    path : Path
        The file. Its format is detected from its first bytes, not from its name.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        0 is the lowest signal (air), 255 the highest (bone, metal).

    Raises
    ------
    UnreadableImage
        PIX001 missing, PIX002 not an image, PIX003 truncated or damaged, PIX004 unsupported
        format, PIX005 blank (all pixels equal), PIX007 pydicom or its decoders missing.
    """
    return decode_grey(read_file(path), path)


def read_file(path: Path) -> bytes:
    """Read a whole file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    UnreadableImage
        PIX001: there is no such file, or it can't be opened.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableImage("PIX001", path, error.strerror or "can't be opened") from error


def decode_grey(content: bytes, path: Path) -> Grey:
    """Decode the bytes of an image file as `read_grey` does.

    Parameters
    ----------
    content : bytes
        The whole file.
    path : Path
        Path of the file, for error messages only.

    Returns
    -------
    ndarray of uint8, shape (height, width)
        See `read_grey`.

    Raises
    ------
    UnreadableImage
        As `read_grey`, without PIX001.
    """
    decode = _decoder(content, path)
    try:
        grey = decode(content, path)
    except (UnreadableImage, MemoryError):
        raise
    except Exception as error:  # for damaged bytes, decoders raise errors of many classes
        raise UnreadableImage("PIX003", path, one_line(error)) from error
    if grey.min() == grey.max():
        raise UnreadableImage("PIX005", path, f"every pixel is {grey.flat[0]} after decoding")
    return grey


def fit(grey: Grey, pixels: int) -> Grey:
    """Resize a grey image to a square, without keeping its aspect ratio.

    Height and width are each resized to `pixels`, as in BiT, whose recipe both papers follow.
    Nothing is cropped: a centre crop would remove the lung bases of portrait images, where COVID-19
    is found. Nothing is added: letterbox bars differ between sites, and a model could recognise the
    site from them. The filter is bilinear with anti-aliasing, so that each output pixel averages
    all input pixels under it.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)
        From `read_grey`.
    pixels : int
        Side of the square, at least 1.

    Returns
    -------
    ndarray of uint8, shape (pixels, pixels)
        An image that already has this size is unchanged.

    Raises
    ------
    ValueError
        `grey` is not two-dimensional uint8 or is empty, or `pixels` is less than 1.
    """
    if grey.dtype != np.uint8 or grey.ndim != 2 or not grey.size:
        raise ValueError(f"grey must be uint8 (height, width), not {grey.dtype} {grey.shape}")
    if pixels < 1:
        raise ValueError(f"pixels must be at least 1, not {pixels}")
    return np.array(Image.fromarray(grey).resize((pixels, pixels), Image.Resampling.BILINEAR))


def _decoder(content: bytes, path: Path) -> Callable[[bytes, Path], Grey]:
    if content.startswith((PNG, JPEG)):
        return read_picture
    if content[128:132] == b"DICM":
        return read_dicom
    foreign = next((name for start, name in _FOREIGN.items() if content.startswith(start)), None)
    if foreign:
        raise UnreadableImage("PIX004", path, f"this is {foreign}")
    seen = f"it starts with {content[:12]!r}" if content else "it is empty"
    raise UnreadableImage("PIX002", path, seen)

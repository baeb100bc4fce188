"""Decode: convert radiograph files of any format to one grey scale, and grey images to squares.

The same rule is used for every format, so that a model can't recognise the program that wrote a
file. PNG, JPEG, TIFF and JPEG 2000 files of one image are read, and DICOM files of one frame with
Bits Allocated 8 or 16. Where a compressed frame and the header of a DICOM file contradict each
other in size, the file is refused; in bits and colours, the frame is believed (`frame_header`).

1. **A value is what its bits say** (DICOM PS3.5, 8.1.1). Of the bits of a pixel, those from High
   Bit down are the value, as many as Bits Stored; the highest is the sign if Pixel Representation
   is 1. Bits above and below don't count. This holds for all transfer syntaxes (`value`).
2. **Low signal is black.** Air is dark and bone is bright. MONOCHROME1 and Presentation LUT Shape
   INVERSE are inverted (PS3.3 C.7.6.3.1.2 and C.8.11.3.1.2), also if only one of them says so. So
   is a TIFF file whose 0 is white.
3. **Colour is converted to luma** (ITU-R BT.601, the weights of Pillow's mode ``L``). What three
   values are is decided by the compressed frame (subsampled chroma, component names, Adobe's and
   JFIF's marks, JPEG 2000's transform), then by Photometric Interpretation. Palettes are applied
   (PS3.3 C.7.6.3.1.5), and CMYK is converted to RGB. Colour profiles and gamma are not applied.
4. **Transparent pixels are black, unless alpha hides an image:** then alpha is not applied.
5. **Eight-bit values are not changed**, in whatever container. In a DICOM file this holds if there
   is no window or VOI look-up table; with fewer bits or with a rescale, the lowest value that can
   be stored becomes 0 and the highest 255.
6. **Deeper values are scaled to 0..255.** In a DICOM file, the modality look-up table or rescale is
   applied (PS3.3 C.11.1), then the first VOI look-up table or window (C.11.2) that shows at least
   1 % of the pixels between black and white; enhanced objects have it in a functional group
   (C.7.6.16). Tables go before windows. The function of a window is LINEAR, LINEAR_EXACT or SIGMOID
   (C.11.2.1.3); between the lowest and the highest entry of a table, grey is linear. A window or
   table that shows less is a placeholder, and is passed over with a note, as is a slope of 0; a
   comma in a number is its point. If none is left, as in a 16-bit PNG, the lowest value of the
   image becomes 0 and the highest 255. Values far from all others are left out of this range: dead
   pixels and burnt-in labels (`grey.robust_range`).
7. **Pixel padding is black** and no part of the range (PS3.3 C.7.5.1.1.2).
8. **Elements whose type depends on Pixel Representation** (padding, descriptors of tables) are read
   by their 16 bits, whichever of the two types the file states (`elements.us_or_ss`). Tables are
   read by descriptor and data (`lookup`).
9. **The image is turned upright** by EXIF's orientation or by Patient Orientation (PS3.3
   C.7.6.1.1.1): rows to the patient's left, columns to the feet.
10. **Nothing else is applied**: no overlay (PS3.3 C.9.2), display shutter (C.7.6.11), presentation
    state (C.11), pixel spacing or aspect ratio (C.7.6.3.1.7), colour profile or gamma.

A JPEG holds no checksum: damage that leaves its data legal is seen only by the SHA-256 of a
manifest; other damage is refused, also where decoders would fill up what is missing (`jpeg_scan`).

A file that can't be read raises `UnreadableImage`, with a stable code; files are never repaired. An
image that needs more memory than a limit, by the size that it declares, isn't touched (`memory`).
What a reader should know about an image that was read is in its notes: see `header_facts`.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from cxrstudy.pixels.dicom import colour_spread_of_dicom, read_dicom
from cxrstudy.pixels.grey import Grey, Noted, UnreadableImage, coded_errors
from cxrstudy.pixels.memory import read_file
from cxrstudy.pixels.picture import colours_of_picture, read_picture
from cxrstudy.pixels.sniff import DICOM, readable_format

__all__ = [
    "Grey", "Noted", "UnreadableImage", "colour_spread", "decode_grey", "decode_noted", "fit",
    "read_file", "read_grey",
]  # fmt: skip

_LONGEST = 256  # side at which the colours of a picture are measured


def read_grey(path: Path) -> Grey:
    """Read an image file as grey values, by the rule stated in this module.

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
        format, PIX005 blank (all pixels equal), PIX007 pydicom or its decoders missing, PIX008
        header contradicts the pixels, PIX009 a DICOM object without pixels, PIX010 too large.
    """
    return decode_grey(read_file(path), path)


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
    return decode_noted(content, path).grey


def decode_noted(content: bytes, path: Path) -> Noted:
    """Decode as `decode_grey`, with notes on how the image was read and on what its header says.

    Raises
    ------
    UnreadableImage
        As `read_grey`, without PIX001.
    """
    decode = read_dicom if readable_format(content, path) == DICOM else read_picture
    with coded_errors(path):
        noted = decode(content, path)
    grey = noted.grey
    if grey.min() == grey.max():
        raise UnreadableImage("PIX005", path, f"every pixel is {grey.flat[0]} after decoding")
    return noted


def colour_spread(content: bytes, path: Path) -> float:
    """Maximum minus minimum of red, green and blue, averaged over the pixels of an image.

    Parameters
    ----------
    content : bytes
        An image file that can be decoded.
    path : Path
        Path of the file, for error messages only.

    Returns
    -------
    float
        In grey levels of 255; 0 for a grey image.
    """
    is_dicom = readable_format(content, path) == DICOM
    with coded_errors(path):
        if is_dicom:
            return colour_spread_of_dicom(content, path)
        colours = colours_of_picture(content, path, _LONGEST)
    return float(np.ptp(colours, axis=-1).mean())


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

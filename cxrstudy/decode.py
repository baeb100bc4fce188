"""Any radiograph file to one grey scale, and any grey image to one square.

One rule holds for every format, so that a model never sees which program wrote a file:

1. **Black is low signal.** Air is dark and bone is bright; DICOM's MONOCHROME1 is inverted.
2. **Colour becomes luma** (ITU-R BT.601, the weights of Pillow's mode ``L``). CMYK passes through
   RGB. What is transparent is black. Colour profiles and gamma chunks are not applied.
3. **Eight-bit values stay as they are.**
4. **Deeper values, and all monochrome DICOM, are scaled to 0..255.** DICOM's modality rescale (or
   look-up table) comes first, then its first VOI look-up table or window. Where there is neither,
   as in a 16-bit PNG, the lowest value of the image becomes 0 and its highest 255: such files often
   use 10 to 12 of their 16 bits, and dividing by 257 would leave them black.
5. **EXIF orientation is honoured.**

Whatever can't be read ends as `UnreadableImage`, with a stable code; nothing is guessed or mended.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageFile

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

Grey = NDArray[np.uint8]
Values = NDArray[np.float64]
Tone = Callable[[Values], Values]

_EXCLUDE = "or list the row in the manifest's `excluded` column with a reason"

#: What each code says, and what its reader can do about it. Codes are never reused.
CODES: dict[str, tuple[str, str]] = {
    "PIX001": ("missing file", f"Put the file there, {_EXCLUDE}."),
    "PIX002": ("not an image", f"A download may have stored an error page: fetch it, {_EXCLUDE}."),
    "PIX003": ("truncated or damaged", f"Fetch the file again, {_EXCLUDE}."),
    "PIX004": ("unsupported format", f"Convert it to PNG, JPEG or one-frame DICOM, {_EXCLUDE}."),
    "PIX005": ("blank", f"It holds nothing to learn from: replace it, {_EXCLUDE}."),
    "PIX006": ("not the manifest's file", "Fetch the version that the manifest's card names."),
    "PIX007": ("DICOM reader missing", "Run: pip install cxrstudy[dicom]"),
}

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_FOREIGN = {
    b"GIF8": "GIF",
    b"BM": "BMP",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"RIFF": "WebP",
    b"\0\0\0\x0cjP": "JPEG 2000",
    b"\x1f\x8b": "gzip",
}

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


class UnreadableImage(ValueError):
    """An image file that can't become pixels.

    Parameters
    ----------
    code : str
        A key of `CODES`, for instance ``"PIX003"``.
    path : Path
        The file.
    detail : str
        What was seen, in a few words.

    Attributes
    ----------
    code : str
        The code, stable across versions.
    path : Path
        The file.
    """

    def __init__(self, code: str, path: Path, detail: str) -> None:
        self.code = code
        self.path = path
        self.detail = detail
        name, advice = CODES[code]
        super().__init__(f"{code} {name}: {path}: {detail}. {advice}")

    def __reduce__(self) -> tuple[type[UnreadableImage], tuple[str, Path, str]]:
        """Let the error come back whole from a worker process."""
        return type(self), (self.code, self.path, self.detail)


def read_grey(path: Path) -> Grey:
    """Read a PNG, JPEG or DICOM file as grey values, by the rule at the top of this module.

    Parameters
    ----------
    path : Path
        The file. What it is, is told from its first bytes, not from its name.

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
    """Read a file whole, or say PIX001.

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
        Where it came from; only for messages.

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
    except Exception as error:  # decoders raise nearly anything on damaged bytes
        raise UnreadableImage("PIX003", path, _one_line(error)) from error
    if grey.min() == grey.max():
        raise UnreadableImage("PIX005", path, f"every pixel ends as {grey.flat[0]}")
    return grey


def fit(grey: Grey, pixels: int) -> Grey:
    """Bring a grey image to a square, by squashing it.

    Height and width are each resized to `pixels`, aspect is not kept. BiT, whose recipe both
    papers follow, does the same; nothing is cut off (a centre crop loses the lung bases of
    portrait images, where COVID-19 sits) and nothing is added (letterbox bars differ between
    sites, and a model reads a site from them). The filter is bilinear, widened when it shrinks,
    so that each output pixel averages all input pixels under it.

    Parameters
    ----------
    grey : ndarray of uint8, shape (height, width)
        From `read_grey`.
    pixels : int
        Side of the square, at least 1.

    Returns
    -------
    ndarray of uint8, shape (pixels, pixels)
        An image that already has this size comes back unchanged.

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
    if content.startswith((_PNG, _JPEG)):
        return _picture
    if content[128:132] == b"DICM":
        return _dicom
    foreign = next((name for start, name in _FOREIGN.items() if content.startswith(start)), None)
    if foreign:
        raise UnreadableImage("PIX004", path, f"this is {foreign}")
    seen = f"it starts with {content[:12]!r}" if content else "it is empty"
    raise UnreadableImage("PIX002", path, seen)


def _one_line(error: Exception) -> str:
    line = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return line if len(line) <= 300 else f"{line[:300]}…"


# --- any values to grey -------------------------------------------------------------------------


def _by_value(stored: NDArray[Any], tone: Tone, outside: NDArray[np.bool_] | None = None) -> Grey:
    """Grey of integer values: `tone` maps the values that occur to 0..1; what is outside is black.

    A grey scale is a function of the value alone, so it is computed once a value, not once a pixel.
    """
    values = stored.astype(np.int64)
    inside = values if outside is None else values[~outside]
    if not inside.size:
        return np.zeros(values.shape, np.uint8)
    low = int(inside.min())
    present = np.flatnonzero(np.bincount(inside.ravel() - low))
    table = np.zeros(int(present[-1]) + 1, np.uint8)
    table[present] = np.rint(255 * tone((present + low).astype(np.float64)))
    grey = table[np.clip(values - low, 0, len(table) - 1)]
    return grey if outside is None else np.where(outside, np.uint8(0), grey)


def _between(values: Values, low: float, high: float) -> Values:
    if high <= low:  # a window of no width is a threshold
        return (values > low).astype(np.float64)
    return np.clip((values - low) / (high - low), 0, 1)


def _stretch(values: Values) -> Values:
    return _between(values, values.min(), values.max())


def _luma(colour: NDArray[Any]) -> NDArray[np.uint32]:
    """Luma of (..., 3) unsigned integers of 8 or 16 bits, rounded as Pillow does."""
    red, green, blue = np.moveaxis(colour.astype(np.uint32), -1, 0)
    luma: NDArray[np.uint32] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
    return luma


# --- PNG and JPEG -------------------------------------------------------------------------------


def _picture(content: bytes, path: Path) -> Grey:
    # Some library may have switched this on; half an image must not pass for a whole one.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image = _open(content)
    except Image.DecompressionBombError as error:
        raise UnreadableImage("PIX004", path, _one_line(error)) from error
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
        return _by_value(stored, _stretch, None if transparent is None else stored == transparent)
    if image.mode == "CMYK":
        return np.array(_ink(image).convert("RGB").convert("L"))
    if image.has_transparency_data:
        black = Image.new("RGBA", image.size, (0, 0, 0, 255))
        return np.array(Image.alpha_composite(black, image.convert("RGBA")).convert("L"))
    return np.array(image.convert("RGB").convert("L") if image.mode == "P" else image.convert("L"))


def _ink(image: ImageFile.ImageFile) -> Image.Image:
    """CMYK with 255 as full ink.

    Adobe stores ink inverted, and marks its files. Pillow undoes the inversion without looking for
    the mark, so a file without it must be turned back.
    """
    return image if "adobe" in image.info else ImageChops.invert(image)


def _is_deep_colour(content: bytes) -> bool:
    return content.startswith(_PNG) and content[24] == 16 and content[25] in (2, 4, 6)


def _deep_colour(content: bytes) -> Grey:
    """Read a PNG with 16 bits a channel and more than one channel; Pillow alone keeps 8 of them."""
    channels = _grey_and_alpha(content) if content[25] == 4 else _both_bytes(content)
    colour, alpha = channels[..., :3], channels[..., 3:]
    values = _luma(colour).astype(np.float64)
    if alpha.size:
        values *= alpha[..., 0] / 65535
    return _by_value(np.rint(values), _stretch)


def _both_bytes(content: bytes) -> NDArray[np.uint16]:
    """Channels of a 16-bit RGB or RGBA file: high bytes, and by the other byte order low bytes."""
    high, low = _open(content), _open(content)
    low.tile = [tile._replace(args=f"{low.mode};16L") for tile in low.tile]
    joined: NDArray[np.uint16] = np.asarray(high).astype(np.uint16) << 8 | np.asarray(low)
    return joined


def _grey_and_alpha(content: bytes) -> NDArray[np.uint16]:
    """Channels R = G = B and alpha of a 16-bit grey file with alpha.

    Two channels of two bytes lie in the file as four channels of one byte do, filters included;
    so the header is rewritten to say RGBA of 8 bits, and the bytes are joined again.
    """
    header = content[12:24] + bytes([8, 6]) + content[26:29]
    crc = zlib.crc32(header).to_bytes(4, "big")
    four = np.asarray(_open(content[:12] + header + crc + content[33:])).astype(np.uint16)
    grey, alpha = four[..., 0] << 8 | four[..., 1], four[..., 2] << 8 | four[..., 3]
    return np.stack([grey, grey, grey, alpha], axis=-1)


# --- DICOM --------------------------------------------------------------------------------------


def _dicom(content: bytes, path: Path) -> Grey:
    try:
        import pydicom
    except ModuleNotFoundError as error:
        raise UnreadableImage("PIX007", path, "pydicom is not installed") from error
    dataset = pydicom.dcmread(BytesIO(content))
    _check_dicom(dataset, path)
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        from pydicom.pixels.processing import apply_color_lut

        return _dicom_colour(apply_color_lut(dataset.pixel_array, dataset)[..., :3])
    if dataset.SamplesPerPixel == 3:
        return _dicom_colour(dataset.pixel_array)  # pydicom brings YBR to RGB
    stored = dataset.pixel_array
    return _by_value(stored, lambda values: _dicom_tone(values, dataset), _padding(stored, dataset))


def _check_dicom(dataset: Dataset, path: Path) -> None:
    from pydicom.pixels.decoders.base import get_decoder

    if "PixelData" not in dataset:
        code, seen = ("PIX003", "cut off before") if "Rows" in dataset else ("PIX004", "without")
        raise UnreadableImage(code, path, f"{seen} its pixel data")
    if int(dataset.get("NumberOfFrames") or 1) > 1:
        raise UnreadableImage("PIX004", path, f"{dataset.NumberOfFrames} frames, one expected")
    if dataset.BitsAllocated not in (8, 16):
        seen = f"{dataset.BitsAllocated} bits a value, 8 or 16 expected"
        raise UnreadableImage("PIX004", path, seen)
    syntax = dataset.file_meta.TransferSyntaxUID
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError as error:
        raise UnreadableImage("PIX004", path, f"transfer syntax {syntax.name}") from error
    if not decoder.is_available:
        raise UnreadableImage("PIX007", path, f"nothing installed decodes {syntax.name}")


def _dicom_colour(colour: NDArray[Any]) -> Grey:
    luma = _luma(colour)
    return luma.astype(np.uint8) if colour.dtype == np.uint8 else _by_value(luma, _stretch)


def _padding(stored: NDArray[Any], dataset: Dataset) -> NDArray[np.bool_] | None:
    """Pixels outside the detector or collimation (PS3.3 C.7.5.1.1.2); no part of the image."""
    value = dataset.get("PixelPaddingValue")
    if value is None:
        return None
    limit = dataset.get("PixelPaddingRangeLimit", value)
    padding: NDArray[np.bool_] = (stored >= min(value, limit)) & (stored <= max(value, limit))
    return padding


def _dicom_tone(stored: Values, dataset: Dataset) -> Values:
    grey = _voi(_modality(stored, dataset), dataset)
    return 1 - grey if dataset.PhotometricInterpretation == "MONOCHROME1" else grey


def _modality(values: Values, dataset: Dataset) -> Values:
    if tables := dataset.get("ModalityLUTSequence"):
        return _look_up(values, *_table(tables[0], dataset))
    slope, intercept = _number(dataset, "RescaleSlope"), _number(dataset, "RescaleIntercept")
    return values * (1 if slope is None else slope) + (intercept or 0)


def _voi(values: Values, dataset: Dataset) -> Values:
    """Values to 0..1 by the first VOI look-up table, else the first window, else their range.

    Written here and not taken from pydicom 3.0, which turns the window round where the rescale
    slope is negative, and wraps indices into tables with 8-bit entries.
    """
    if tables := dataset.get("VOILUTSequence"):
        first, table = _table(tables[0], dataset)
        # Some makers declare 16 bits and fill 12: the table's own range is the honest scale.
        return _between(_look_up(values, first, table), table.min(), table.max())
    centre, width = _number(dataset, "WindowCenter"), _number(dataset, "WindowWidth")
    if centre is None or width is None:
        return _stretch(values)
    return _window(values, centre, width, str(dataset.get("VOILUTFunction") or "LINEAR"))


def _window(values: Values, centre: float, width: float, shape: str) -> Values:
    """Apply the window functions of DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3."""
    if width <= 0 or (width < 1 and shape == "LINEAR"):
        raise ValueError(f"window width {width:g} is not legal for {shape}")
    if shape == "LINEAR":
        return _between(values, centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2)
    if shape == "LINEAR_EXACT":
        return _between(values, centre - width / 2, centre + width / 2)
    if shape == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -60, 60)))
    raise ValueError(f"VOI LUT function {shape} is unknown")


def _number(dataset: Dataset, keyword: str) -> float | None:
    """First value of a numeric element that may be absent, empty, single or multiple."""
    element = dataset.get(keyword)
    first = element[0] if isinstance(element, list) or hasattr(element, "append") else element
    return None if first in (None, "") else float(first)


def _table(item: Dataset, dataset: Dataset) -> tuple[int, Values]:
    """First stored value and entries of a look-up table (PS3.3 C.11.1.1)."""
    count, first, _bits = item.LUTDescriptor
    entries = item.LUTData
    if isinstance(entries, bytes):
        size = len(entries) // (count or 2**16)
        order = "<" if dataset.original_encoding[1] else ">"
        entries = np.frombuffer(entries, f"{order}u{size}", count or 2**16)
    return int(first), np.asarray(entries, np.float64)


def _look_up(values: Values, first: int, table: Values) -> Values:
    entries: Values = table[np.clip(np.rint(values) - first, 0, len(table) - 1).astype(np.intp)]
    return entries

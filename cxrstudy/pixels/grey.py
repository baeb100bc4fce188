"""Grey: convert stored values of any depth to one grey scale; error codes for unreadable files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Values = NDArray[np.float64]
Counts = NDArray[np.int64]
Tone = Callable[[Values, Counts], Values]

_TAIL = 0.05  # share of pixels beyond either end of the bulk, see `robust_range`
_BLOCK = 2**20  # pixels that are converted at a time
_WIDEST = 2**22  # values for which a table is made; of 16 bits there are fewer
_EXCLUDE = "or list the row in the manifest's `excluded` column with a reason"

#: Meaning of each error code, and advice. Codes are never reused.
CODES: dict[str, tuple[str, str]] = {
    "PIX001": ("missing file", f"Put the file there, {_EXCLUDE}."),
    "PIX002": ("not an image", f"A download may have stored an error page: fetch it, {_EXCLUDE}."),
    "PIX003": ("truncated or damaged", f"Fetch the file again, {_EXCLUDE}."),
    "PIX004": ("unsupported format", f"Convert it to PNG, JPEG or one-frame DICOM, {_EXCLUDE}."),
    "PIX005": ("blank", f"It holds nothing to learn from: replace it, {_EXCLUDE}."),
    "PIX006": ("not the manifest's file", "Fetch the version that the manifest's card names."),
    "PIX007": ("DICOM reader missing", "Run: pip install cxrstudy[dicom]"),
    "PIX008": ("header contradicts the pixels", f"Correct the named element, {_EXCLUDE}."),
    "PIX009": ("no image", f"It holds no pixels: leave it out, {_EXCLUDE}."),
    "PIX010": ("too large", f"Raise the limit, make the image smaller, {_EXCLUDE}."),
}


@dataclass(frozen=True)
class Note:
    """What a reader of an image must know that its grey values don't say: a code and a sentence."""

    code: str
    text: str


@dataclass(frozen=True, eq=False)
class Noted:
    """A decoded image, shape (height, width), and notes on how it was read."""

    grey: Grey
    notes: tuple[Note, ...] = ()


class UnreadableImage(ValueError):
    """An image file can't be read.

    Parameters
    ----------
    code : str
        A key of `CODES`, for instance ``"PIX003"``.
    path : Path
        The file.
    detail : str
        What is wrong, in a few words.

    Attributes
    ----------
    code : str
        The error code, stable across versions.
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
        """Make the error picklable, so that a worker process can return it."""
        return type(self), (self.code, self.path, self.detail)


@contextmanager
def coded_errors(path: Path) -> Iterator[None]:
    """Turn another library's error about a header into PIX008 that names the file.

    pydicom reads a value when it is asked for, and raises errors of many classes for a wrong one.
    Where memory runs out all the same, that is a code too, so that other files are still read.
    """
    try:
        yield
    except UnreadableImage:
        raise
    except MemoryError as error:
        raise UnreadableImage("PIX010", path, "it doesn't fit into memory") from error
    except Exception as error:
        detail = f"its header can't be read: {one_line(error)}"
        raise UnreadableImage("PIX008", path, detail) from error


def one_line(error: BaseException) -> str:
    """Shorten another library's error message to one line."""
    line = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return line if len(line) <= 300 else f"{line[:300]}…"


def by_value(stored: NDArray[Any], tone: Tone, outside: NDArray[np.bool_] | None = None) -> Grey:
    """Convert integer values to grey, once per value and not once per pixel.

    Parameters
    ----------
    stored : ndarray of integers, shape (height, width)
        Stored values.
    tone : callable
        Maps the values that are present, and the number of pixels of each, to 0..1.
    outside : ndarray of bool, shape (height, width), optional
        Pixels that are black and that `tone` doesn't see.
    """
    present, counts = _counted(stored, outside)
    if not present.size:
        return np.zeros(stored.shape, np.uint8)
    low, high = present[0], present[-1]
    shown = np.rint(255 * tone(present.astype(np.float64), counts)).astype(np.uint8)
    is_narrow = high - low < _WIDEST
    table = np.zeros(high - low + 1 if is_narrow else 0, np.uint8)
    if is_narrow:
        table[present - low] = shown
    grey = np.empty(stored.shape, np.uint8)
    for rows in row_blocks(stored):
        values = np.clip(stored[rows].astype(np.int64), low, high)
        grey[rows] = table[values - low] if is_narrow else shown[present.searchsorted(values)]
    if outside is not None:
        grey[outside] = 0
    return grey


def row_blocks(image: NDArray[Any]) -> Iterator[slice]:
    """Yield slices of the rows of an image, of about a million pixels each.

    What is computed a block at a time takes the memory of a block, and not that of the image.
    """
    height, width = image.shape[:2]
    step = max(_BLOCK // width, 1)
    return (slice(start, start + step) for start in range(0, height, step))


def _counted(
    stored: NDArray[Any], outside: NDArray[np.bool_] | None
) -> tuple[NDArray[np.int64], Counts]:
    """Distinct values of the pixels that `by_value` looks at, and the number of each."""
    blocks = [one for one in _inside(stored, outside) if one.size]
    if not blocks:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    low, high = min(int(one.min()) for one in blocks), max(int(one.max()) for one in blocks)
    if high - low >= _WIDEST:  # of 32 bits; a table of all values would not fit
        return np.unique(np.concatenate(blocks).astype(np.int64), return_counts=True)
    counts = np.zeros(high - low + 1, np.int64)
    for one in blocks:
        counts += np.bincount(one.astype(np.int64) - low, minlength=len(counts))
    present = np.flatnonzero(counts)
    return present + low, counts[present]


def _inside(stored: NDArray[Any], outside: NDArray[np.bool_] | None) -> Iterator[NDArray[Any]]:
    for rows in row_blocks(stored):
        yield stored[rows].ravel() if outside is None else stored[rows][~outside[rows]]


def between(values: Values, low: float, high: float) -> Values:
    """Map low to 0 and high to 1, linearly, and clip."""
    if high <= low:  # a window of width 0 is a threshold
        return (values > low).astype(np.float64)
    return np.clip((values - low) / (high - low), 0, 1)


def stretch(values: Values, counts: Counts) -> Values:
    """Map the robust range of values to 0..1, linearly; see `robust_range`."""
    return between(values, *robust_range(values, counts))


def robust_range(values: Values, counts: Counts) -> tuple[float, float]:
    """Lowest and highest value of an image without dead pixels and burnt-in labels.

    The bulk is the middle 90 % of the pixels. Values that are farther from it than it is wide don't
    belong to the range. This is the rule of a box plot, with other numbers: a label may cover 5 %
    of the image, and of the radiographs that use their whole range none is changed.

    Parameters
    ----------
    values : ndarray of float, shape (n,)
        The distinct values.
    counts : ndarray of int, shape (n,)
        Number of pixels with each value.

    Examples
    --------
    >>> robust_range(np.array([0.0, 2000, 4095, 65535]), np.array([50, 800, 149, 1]))
    (0.0, 4095.0)
    """
    order = np.argsort(values)
    ordered, share = values[order], np.cumsum(counts[order]) / counts.sum()
    low, high = ordered[np.searchsorted(share, [_TAIL, 1 - _TAIL])]
    width = high - low
    if width == 0:  # nearly all pixels are background
        return float(ordered[0]), float(ordered[-1])
    near = ordered[(ordered >= low - width) & (ordered <= high + width)]
    return float(near[0]), float(near[-1])


def luma(colour: NDArray[Any]) -> NDArray[np.uint32]:
    """Luma of (..., 3) unsigned integers of 8 or 16 bits, rounded as in Pillow."""
    red, green, blue = np.moveaxis(colour.astype(np.uint32), -1, 0)
    luma: NDArray[np.uint32] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
    return luma

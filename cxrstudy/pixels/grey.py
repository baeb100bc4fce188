"""Grey: convert stored values of any depth to one grey scale; error codes for unreadable files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Values = NDArray[np.float64]
Tone = Callable[[Values], Values]

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
}


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


def one_line(error: Exception) -> str:
    """Shorten another library's error message to one line."""
    line = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return line if len(line) <= 300 else f"{line[:300]}…"


def by_value(stored: NDArray[Any], tone: Tone, outside: NDArray[np.bool_] | None = None) -> Grey:
    """Convert integer values to grey with `tone`, which maps values to 0..1; `outside` is black.

    Grey depends only on the value, so it is computed once per value, not once per pixel.
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


def between(values: Values, low: float, high: float) -> Values:
    """Map low to 0 and high to 1, linearly, and clip."""
    if high <= low:  # a window of width 0 is a threshold
        return (values > low).astype(np.float64)
    return np.clip((values - low) / (high - low), 0, 1)


def stretch(values: Values) -> Values:
    """Map the lowest value to 0 and the highest to 1, linearly."""
    return between(values, values.min(), values.max())


def luma(colour: NDArray[Any]) -> NDArray[np.uint32]:
    """Luma of (..., 3) unsigned integers of 8 or 16 bits, rounded as in Pillow."""
    red, green, blue = np.moveaxis(colour.astype(np.uint32), -1, 0)
    luma: NDArray[np.uint32] = (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16
    return luma

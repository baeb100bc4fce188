"""DICOM: convert objects with one frame to grey values, by the rule of `decode`.

Files are read with pydicom, from the optional extra ``dicom``.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base import numbers
from cxrstudy.pixels.grey import Grey, UnreadableImage, Values, between, by_value, luma, stretch

if TYPE_CHECKING:
    from pydicom.dataset import Dataset


def read_dicom(content: bytes, path: Path) -> Grey:
    """Decode the bytes of a DICOM file; ``path`` is used in messages only."""
    try:
        import pydicom
    except ModuleNotFoundError as error:
        raise UnreadableImage("PIX007", path, "pydicom is not installed") from error
    dataset = pydicom.dcmread(BytesIO(content))
    _check(dataset, path)
    if dataset.PhotometricInterpretation == "PALETTE COLOR":
        from pydicom.pixels.processing import apply_color_lut

        return _colour(apply_color_lut(dataset.pixel_array, dataset)[..., :3])
    if dataset.SamplesPerPixel == 3:
        return _colour(dataset.pixel_array)  # pydicom converts YBR to RGB
    stored = dataset.pixel_array
    return by_value(stored, lambda values: _tone(values, dataset), _padding(stored, dataset))


def _check(dataset: Dataset, path: Path) -> None:
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


def _colour(colour: NDArray[Any]) -> Grey:
    grey = luma(colour)
    return grey.astype(np.uint8) if colour.dtype == np.uint8 else by_value(grey, stretch)


def _padding(stored: NDArray[Any], dataset: Dataset) -> NDArray[np.bool_] | None:
    """Pixels outside the detector or the collimation (PS3.3 C.7.5.1.1.2); None if not declared."""
    value = dataset.get("PixelPaddingValue")
    if value is None:
        return None
    limit = dataset.get("PixelPaddingRangeLimit", value)
    padding: NDArray[np.bool_] = (stored >= min(value, limit)) & (stored <= max(value, limit))
    return padding


def _tone(stored: Values, dataset: Dataset) -> Values:
    grey = _voi(_modality(stored, dataset), dataset)
    return 1 - grey if dataset.PhotometricInterpretation == "MONOCHROME1" else grey


def _modality(values: Values, dataset: Dataset) -> Values:
    if tables := dataset.get("ModalityLUTSequence"):
        return _look_up(values, *_table(tables[0], dataset))
    slope, intercept = _number(dataset, "RescaleSlope"), _number(dataset, "RescaleIntercept")
    return values * (1 if slope is None else slope) + (intercept or 0)


def _voi(values: Values, dataset: Dataset) -> Values:
    """Scale values to 0..1 by the first VOI look-up table, the first window, or their range.

    pydicom 3.0 is not used for this: it inverts the window if the rescale slope is negative, and
    its indices into tables with 8-bit entries overflow.
    """
    if tables := dataset.get("VOILUTSequence"):
        first, table = _table(tables[0], dataset)
        # Some vendors declare 16 bits but use 12, so the range of the entries is used.
        return between(_look_up(values, first, table), table.min(), table.max())
    centre, width = _number(dataset, "WindowCenter"), _number(dataset, "WindowWidth")
    if centre is None or width is None:
        return stretch(values)
    return _window(values, centre, width, str(dataset.get("VOILUTFunction") or "LINEAR"))


def _window(values: Values, centre: float, width: float, shape: str) -> Values:
    """Apply the window functions of DICOM PS3.3 C.11.2.1.2 and C.11.2.1.3."""
    if width <= 0 or (width < 1 and shape == "LINEAR"):
        raise ValueError(f"window width {numbers.plain(width)} is not legal for {shape}")
    if shape == "LINEAR":
        return between(values, centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2)
    if shape == "LINEAR_EXACT":
        return between(values, centre - width / 2, centre + width / 2)
    if shape == "SIGMOID":
        return 1 / (1 + np.exp(np.clip(-4 * (values - centre) / width, -60, 60)))
    raise ValueError(f"VOI LUT function {shape} is unknown")


def _number(dataset: Dataset, keyword: str) -> float | None:
    """First value of a numeric element; the element may be absent, empty, single or multiple."""
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

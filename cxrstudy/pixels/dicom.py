"""DICOM: convert objects with one frame to grey values, by the rule of `decode`.

Files are read with pydicom, from the optional extra ``dicom``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxrstudy.pixels.dicom_file import form_notes, read_dataset
from cxrstudy.pixels.display import Display
from cxrstudy.pixels.elements import named, us_or_ss, whole
from cxrstudy.pixels.frame import read_values, read_words
from cxrstudy.pixels.frame_header import Header, read_frame_header
from cxrstudy.pixels.grey import Grey, Noted, UnreadableImage, by_value, luma, stretch
from cxrstudy.pixels.header_facts import header_facts, header_notes
from cxrstudy.pixels.lookup import read_table
from cxrstudy.pixels.turn import turned
from cxrstudy.pixels.value import Integers, Layout, values_of

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_PALETTES = ("Red", "Green", "Blue")


def read_dicom(content: bytes, path: Path) -> Noted:
    """Decode the bytes of a DICOM file; ``path`` is used in messages only."""
    dataset = read_dataset(content, path)
    header = read_frame_header(dataset, path)
    facts = header_facts(dataset)
    notes = form_notes(content, dataset) + header_notes(facts)
    if header.samples == 3 or header.photometric == "PALETTE COLOR":
        grey = _of_colours(_colours(dataset, header, path), header)
    else:
        display = Display(dataset, header.layout)
        words = read_words(dataset, header, path)
        values = read_values(words, dataset, header, path)
        grey = by_value(values, display.tone, _padding(words, values, dataset, header))
        notes += tuple(display.notes)
    return Noted(turned(grey, facts.turn), notes)


def colours_of_dicom(content: bytes, path: Path) -> NDArray[np.float64] | None:
    """Red, green and blue of 0..255, shape (height, width, 3); None for a monochrome object."""
    dataset = read_dataset(content, path)
    header = read_frame_header(dataset, path)
    if header.photometric.startswith("MONOCHROME"):
        return None
    colours = _colours(dataset, header, path)
    return colours * (255 / _top(header))


def size_of_dicom(content: bytes, path: Path) -> tuple[int, int]:
    """Width and height of the image that `read_dicom` makes, without decoding it."""
    dataset = read_dataset(content, path)
    header = read_frame_header(dataset, path)
    size = header.columns, header.rows
    return size[::-1] if header_facts(dataset).turn.is_transposed else size


def _padding(
    words: NDArray[Any], values: Integers, dataset: Dataset, header: Header
) -> NDArray[np.bool_] | None:
    """Pixels outside the detector or the collimation (PS3.3 C.7.5.1.1.2); None if not declared."""
    value = whole(dataset, "PixelPaddingValue")
    if value is None:
        return None
    bits = 8 * words.dtype.itemsize
    whole_words = Layout(bits, bits, bits - 1, header.layout.signed)
    limit = whole(dataset, "PixelPaddingRangeLimit")
    ends = [
        us_or_ss(end, whole_words.lowest, whole_words.highest)
        for end in (value, value if limit is None else limit)
    ]
    if min(ends) < header.layout.lowest or max(ends) > header.layout.highest:
        values = values_of(words, whole_words)  # the bits above a value mark padding too
    padding: NDArray[np.bool_] = (values >= min(ends)) & (values <= max(ends))
    return padding


def _of_colours(colours: NDArray[Any], header: Header) -> Grey:
    grey = luma(colours)
    top = _top(header)
    if top > 255:
        return by_value(grey, stretch)
    return grey.astype(np.uint8) if top == 255 else np.rint(grey * (255 / top)).astype(np.uint8)


def _top(header: Header) -> int:
    return 255 if header.photometric == "PALETTE COLOR" else int(2**header.layout.stored - 1)


def _colours(dataset: Dataset, header: Header, path: Path) -> NDArray[Any]:
    """Red, green and blue, from 0 to `_top`."""
    if header.photometric == "PALETTE COLOR":
        words = read_words(dataset, header, path)
        return _from_palette(read_values(words, dataset, header, path), dataset, header, path)
    values = values_of(read_words(dataset, header, path), header.layout)
    if header.colours == "RGB":
        return values
    top = _top(header)
    return _from_ybr(values.astype(np.float64), top)


def _from_ybr(ybr: NDArray[np.float64], top: int) -> NDArray[Any]:
    """Convert YBR_FULL to RGB (PS3.3 C.7.6.3.1.2)."""
    half = (top + 1) / 2
    luminance, blue, red = ybr[..., 0], ybr[..., 1] - half, ybr[..., 2] - half
    rgb = (
        luminance + 1.402 * red,
        luminance - (0.114 * 1.772 * blue + 0.299 * 1.402 * red) / 0.587,
        luminance + 1.772 * blue,
    )
    return np.clip(np.floor(np.stack(rgb, axis=-1) + 0.5), 0, top).astype(np.int64)


def _from_palette(
    indices: Integers, dataset: Dataset, header: Header, path: Path
) -> NDArray[np.int64]:
    if any(f"Segmented{name}PaletteColorLookupTableData" in dataset for name in _PALETTES):
        from pydicom.pixels.processing import apply_color_lut

        shown = apply_color_lut(indices.astype(np.uint16), dataset)[..., :3]
        return np.rint(shown * (255 / np.iinfo(shown.dtype).max)).astype(np.int64)
    domain = (header.layout.lowest, header.layout.highest)
    planes = []
    for name in _PALETTES:
        keyword = f"{name}PaletteColorLookupTable"
        table = read_table(dataset, domain, f"{keyword}Descriptor", f"{keyword}Data")
        if table is None:
            detail = f"{named(f'{keyword}Data')} or its descriptor can't be used"
            raise UnreadableImage("PIX008", path, detail)
        shown = table.look_up(indices.astype(np.float64))
        planes.append(np.rint(shown * (255 / table.top)).astype(np.int64))
    return np.stack(planes, axis=-1)

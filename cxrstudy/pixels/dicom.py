"""DICOM: convert objects with one frame to grey values, by the rule of `decode`.

Files are read with pydicom, from the optional extra ``dicom``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from cxrstudy.pixels.dicom_file import form_notes, read_dataset
from cxrstudy.pixels.display import Display
from cxrstudy.pixels.elements import named, us_or_ss, whole
from cxrstudy.pixels.frame import read_values, read_words
from cxrstudy.pixels.frame_header import Header, read_frame_header
from cxrstudy.pixels.grey import Grey, Noted, UnreadableImage, by_value, luma, row_blocks, stretch
from cxrstudy.pixels.header_facts import header_facts, header_notes
from cxrstudy.pixels.lookup import Table, read_table
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


def colour_spread_of_dicom(content: bytes, path: Path) -> float:
    """Maximum minus minimum of red, green and blue of 0..255; 0 for a monochrome object."""
    dataset = read_dataset(content, path)
    header = read_frame_header(dataset, path)
    if header.photometric.startswith("MONOCHROME"):
        return 0.0
    spreads = [np.ptp(block, axis=-1).sum() for block in _colours(dataset, header, path)]
    return float(sum(spreads)) * 255 / _top(header) / (header.rows * header.columns)


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


def _of_colours(colours: Iterator[NDArray[Any]], header: Header) -> Grey:
    grey, top = np.concatenate([luma(block).astype(np.uint16) for block in colours]), _top(header)
    if top > 255:
        return by_value(grey, stretch)
    return grey.astype(np.uint8) if top == 255 else np.rint(grey * (255 / top)).astype(np.uint8)


def _top(header: Header) -> int:
    return 255 if header.photometric == "PALETTE COLOR" else int(2**header.layout.stored - 1)


def _colours(dataset: Dataset, header: Header, path: Path) -> Iterator[NDArray[Any]]:
    """Yield red, green and blue, from 0 to `_top`, a few rows at a time."""
    words = read_words(dataset, header, path)
    if header.photometric == "PALETTE COLOR":
        look_up = _palette(dataset, header, path)
        indices = read_values(words, dataset, header, path)
        yield from (look_up(indices[rows]) for rows in row_blocks(indices))
        return
    for rows in row_blocks(words):
        values = values_of(words[rows], header.layout)
        is_red = header.colours == "RGB"
        yield values if is_red else _from_ybr(values.astype(np.float64), _top(header))


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


def _palette(
    dataset: Dataset, header: Header, path: Path
) -> Callable[[Integers], NDArray[np.int64]]:
    if any(f"Segmented{name}PaletteColorLookupTableData" in dataset for name in _PALETTES):
        return lambda indices: _by_segments(indices, dataset)
    domain = (header.layout.lowest, header.layout.highest)
    tables = []
    for name in _PALETTES:
        keyword = f"{name}PaletteColorLookupTable"
        table = read_table(dataset, domain, f"{keyword}Descriptor", f"{keyword}Data")
        if table is None:
            detail = f"{named(f'{keyword}Data')} or its descriptor can't be used"
            raise UnreadableImage("PIX008", path, detail)
        tables.append(table)
    return lambda indices: np.stack([_shown(indices, table) for table in tables], axis=-1)


def _shown(indices: Integers, table: Table) -> NDArray[np.int64]:
    shown = table.look_up(indices.astype(np.float64))
    return np.rint(shown * (255 / table.top)).astype(np.int64)


def _by_segments(indices: Integers, dataset: Dataset) -> NDArray[np.int64]:
    from pydicom.pixels.processing import apply_color_lut

    shown = apply_color_lut(indices.astype(np.uint16), dataset)[..., :3]
    return np.rint(shown * (255 / np.iinfo(shown.dtype).max)).astype(np.int64)

"""File notes: what decoding says of an image file beside its grey values, mostly without decoding.

The audit and ``cxrstudy data add`` look at thousands of files and ask here. What is odd in a header
is found in the header. Whether a window or a table can be used is tried on all values that can be
stored; if one is passed over, the image is decoded to be sure. A picture is decoded if it has
alpha. So one note is left to decoding alone: that a window which shows some of the values that can
be stored shows none of those in the image.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from cxrstudy.pixels.decode import decode_noted
from cxrstudy.pixels.dicom_file import form_notes, read_dataset
from cxrstudy.pixels.display import Display
from cxrstudy.pixels.frame_header import read_frame_header
from cxrstudy.pixels.grey import Note, UnreadableImage, coded_errors
from cxrstudy.pixels.header_facts import header_facts, header_notes
from cxrstudy.pixels.picture import open_picture
from cxrstudy.pixels.png import PNG
from cxrstudy.pixels.sniff import DICOM, format_of, readable_format

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_WITH_ALPHA = (4, 6)  # colour types of PNG


def has_no_notes(head: bytes) -> bool:
    """Whether the first bytes of a file show that there is nothing to note.

    This is so for JPEG files, and for PNG files without alpha.
    """
    if head.startswith(PNG) and len(head) > len(PNG) + 17:
        return head[25] not in _WITH_ALPHA and b"tRNS" not in head
    return format_of(head) == "JPEG"


def file_notes(content: bytes, path: Path) -> tuple[Note, ...]:
    """Notes on an image file, by codes of `cxrstudy.pixels.header_facts.CODES` and ``alpha``.

    Parameters
    ----------
    content : bytes
        The whole file.
    path : Path
        Path of the file, for messages only.

    Raises
    ------
    UnreadableImage
        The file is of no format that is read, or its header can't be read. If only its pixels
        can't be read, what its header says is returned.
    """
    if readable_format(content, path) != DICOM:
        is_plain = not open_picture(content, path).has_transparency_data
        return () if is_plain else decode_noted(content, path).notes
    with coded_errors(path):
        dataset = read_dataset(content, path)
        notes = form_notes(content, dataset) + header_notes(header_facts(dataset))
    with suppress(UnreadableImage), coded_errors(path):
        if _passes_over(dataset, path):
            return decode_noted(content, path).notes
    return notes


def _passes_over(dataset: Dataset, path: Path) -> bool:
    """Whether a window or a table can't be used, or shows nothing of what can be stored."""
    header = read_frame_header(dataset, path)
    if not header.photometric.startswith("MONOCHROME"):
        return False
    display = Display(dataset, header.layout)
    storable = np.arange(header.layout.lowest, header.layout.highest + 1, dtype=np.float64)
    display.tone(storable, np.ones(len(storable), np.int64))
    return bool(display.notes)

"""File facts: format, size and compression of image files, and notes on them.

Nothing of this is about disease, and a network can see some of it in the pixels.
"""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from PIL import Image

from cxrstudy.base import places
from cxrstudy.pixels.file_notes import file_notes, has_no_notes
from cxrstudy.pixels.grey import UnreadableImage
from cxrstudy.pixels.sniff import DICOM, PICTURES, format_of

#: Bytes at the beginning of a file in which format and tables of JPEG are.
_HEAD = 1 << 16


def file_facts(paths: Sequence[str]) -> pd.DataFrame:
    """Read the facts of files.

    Parameters
    ----------
    paths
        Relative to the data folder; files that aren't there, and addresses of phantoms, have no
        facts.

    Returns
    -------
    One row per path: ``format`` by content (empty if unknown), ``bytes_per_pixel``, ``coarseness``
    (mean of JPEG's quantisation tables; 0 if nothing was lost, NaN if unknown), and ``notes``, a
    tuple of pairs of code and text (see `cxrstudy.pixels.file_notes`).
    """
    folder = places.data()
    known: dict[str, dict[str, Any]] = {}
    for path in paths:
        if path not in known:
            known[path] = _facts(folder / path) if path and ":" not in path else _unknown()
    return pd.DataFrame([known[path] for path in paths], columns=list(_unknown()))


def _unknown() -> dict[str, Any]:
    return {"format": "", "bytes_per_pixel": np.nan, "coarseness": np.nan, "notes": ()}


def _facts(file: Path) -> dict[str, Any]:
    facts = _unknown()
    try:
        with file.open("rb") as stream:
            head = stream.read(_HEAD)
        size = file.stat().st_size
    except OSError:
        return facts
    facts["format"] = format_of(head)
    if facts["format"] in (DICOM, *PICTURES) and not has_no_notes(head):
        facts["notes"] = _notes(file)
    if facts["format"] in ("JPEG", "PNG"):
        facts |= _compression(head, size)
    return facts


def _compression(head: bytes, size: int) -> dict[str, float]:
    try:
        picture = Image.open(BytesIO(head))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return {}
    tables = getattr(picture, "quantization", {})
    coarseness = float(np.mean([np.mean(list(table)) for table in tables.values()] or [0.0]))
    return {"bytes_per_pixel": size / (picture.width * picture.height), "coarseness": coarseness}


def _notes(file: Path) -> tuple[tuple[str, str], ...]:
    try:
        notes = file_notes(file.read_bytes(), file)
    except (OSError, UnreadableImage):
        return ()  # CXR109 names it
    return tuple((note.code, note.text) for note in notes)

"""Elements: read single values of a DICOM header, however they were written.

pydicom raises an error for a whole element if one of its values breaks a rule, for instance for a
comma in a decimal string. Here a value is read if only one reading is possible.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

_TEXT_VRS = (None, "CS", "DS", "IS", "LO", "PN", "SH", "ST", "UI", "UN")
_WORD = 2**16


def texts(dataset: Dataset, keyword: str) -> list[str]:
    """Read the values of an element as text, without blanks; empty if it is absent or empty."""
    raw = dataset.get_item(keyword)
    if raw is None:
        return []
    value: Any = raw.value
    if not (isinstance(value, bytes) and raw.VR in _TEXT_VRS):
        value = dataset[keyword].value
    if isinstance(value, bytes):
        value = _decoded(value).split("\\")
    values = value if isinstance(value, list) or hasattr(value, "append") else [value]
    said = ["" if one is None else str(one).strip(" \0") for one in values]
    return said if any(said) else []


def _decoded(value: bytes) -> str:
    """Text of an element: UTF-8 where it is that, as files often are that don't say so."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def text(dataset: Dataset, keyword: str) -> str:
    """Read the first value of an element in capital letters; empty if there is none."""
    return next(iter(texts(dataset, keyword)), "").upper()


def number(said: str) -> float | None:
    """Read a finite number; None if it is none. A comma is a decimal point (PS3.5, table 6.2-1).

    Examples
    --------
    >>> number("2048,5"), number("AUTO"), number("1e999")
    (2048.5, None, None)
    """
    try:
        value = float(said.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def whole(dataset: Dataset, keyword: str) -> int | None:
    """Read the first value of an element as an integer; None if it is absent, empty or no integer.

    Unsigned short integers (US) that were stored without their type (VR UN, OB or OW) are read too.
    """
    values = integers(dataset, keyword)
    return values[0] if values else None


def integers(dataset: Dataset, keyword: str) -> list[int]:
    """Read all values of an element as integers; empty if one of them is none."""
    raw = dataset.get_item(keyword)
    if raw is None:
        return []
    is_text = isinstance(raw.value, bytes) and raw.VR in ("DS", "IS", "LO", "SH")
    value: Any = texts(dataset, keyword) if is_text else dataset[keyword].value
    if isinstance(value, bytes):
        order = "<" if little_endian(dataset) else ">"
        return [int(one) for one in np.frombuffer(value[: len(value) // 2 * 2], f"{order}u2")]
    values = value if isinstance(value, list) or hasattr(value, "append") else [value]
    found = [number(str(one)) for one in values]
    return [int(one) for one in found if one is not None] if None not in found else []


def us_or_ss(value: int, low: int, high: int, length: int = 1) -> int:
    """Reinterpret 16 bits whose sign depends on Pixel Representation (PS3.6: "US or SS").

    Files state the wrong type, or the type of another object, so it is not used. Of the two values
    with the same 16 bits, the one is returned from which more of `length` consecutive values lie in
    `low` to `high`; the value as it was written, if both are equal.

    Examples
    --------
    >>> us_or_ss(63536, -32768, 32767), us_or_ss(-2000, 0, 65535)
    (-2000, 63536)
    >>> us_or_ss(64512, -1024, 3071, length=4096)
    -1024
    """
    unsigned = value % _WORD
    readings = sorted({value, unsigned, unsigned - _WORD}, key=lambda one: one != value)
    return max(readings, key=lambda one: min(one + length - 1, high) - max(one, low))


def little_endian(dataset: Dataset) -> bool:
    """Whether binary values of a data set, or of an item of one, are little endian."""
    encoding = dataset.original_encoding
    return encoding[1] is not False


def named(keyword: str) -> str:
    """Name an element as people and the standard do: "Window Width (0028,1051)"."""
    from pydicom.datadict import dictionary_description, tag_for_keyword
    from pydicom.tag import Tag

    tag = Tag(tag_for_keyword(keyword) or 0)
    return f"{dictionary_description(tag)} ({tag.group:04X},{tag.element:04X})"

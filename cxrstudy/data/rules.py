"""Rules: what a cell of a manifest must be, beyond the schema's types and vocabularies.

Each rule returns the wrong rows of a column. A rule is here because the cell would otherwise be
accepted and mean something else: ``P000`` with a blank behind it is another patient, ``unknown``
makes one patient of many, and ``no`` as a reason excludes an image.
"""

import datetime
import re
import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from cxrstudy.data.tables.column import is_blank, names_nobody

#: Cells of `excluded` that are no reason, in lower case.
_NO_REASONS = frozenset((
    "no", "not", "false", "yes", "true", "excluded", "include", "included", "keep", "kept", "use",
    "used", "ok",
))  # fmt: skip
#: Columns that hold addresses of files, whose names may be written in any normal form.
_ADDRESSES = ("path", "origin")

_WHOLE = re.compile(r"[0-9]+(?:\.0+)?")
_DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")


class Wrong(NamedTuple):
    """A cell that breaks a rule: row of the table's index, column, value, and the rule."""

    row: int
    column: str
    value: object
    rule: str


def wrong_cells(table: pd.DataFrame) -> list[Wrong]:
    """Find all cells that break a rule, in the order of their rows.

    Parameters
    ----------
    table
        Columns of a manifest, as text or with the schema's types; the index is the row in the file.
    """
    found = [*_numbers(table), *_texts(table)]
    told = {(cell.row, cell.column) for cell in found}
    meant = (*_meanings(table), *_labels(table))
    found += [cell for cell in meant if (cell.row, cell.column) not in told]
    return sorted(found, key=lambda cell: cell.row)


def _cells(table: pd.DataFrame, column: str) -> Iterator[tuple[int, object]]:
    """Rows and values of a column, if the table has it."""
    if column in table:
        yield from zip(table.index, table[column], strict=True)


def _numbers(table: pd.DataFrame) -> Iterator[Wrong]:
    for column in ("width", "height"):
        for row, value in _cells(table, column):
            text = f"{value:f}" if isinstance(value, float) else str(value)
            if not _WHOLE.fullmatch(text):
                yield Wrong(row, column, value, "a whole number, in digits")
    for row, value in _cells(table, "age"):
        if isinstance(value, str) and value and not _DECIMAL.fullmatch(value):
            yield Wrong(row, "age", value, "years, as a number such as 58 or 58.5, or empty")


def _texts(table: pd.DataFrame) -> Iterator[Wrong]:
    for column in table.columns.difference(["age", "width", "height"], sort=False):
        wrong = {
            value: rule
            for value in table[column].unique()
            if isinstance(value, str) and (rule := _wrong_text(value, column in _ADDRESSES))
        }
        for row, value in _cells(table, column) if wrong else ():
            if value in wrong:
                yield Wrong(row, column, value, wrong[value])


def _wrong_text(text: str, is_address: bool) -> str:
    if text != text.strip():
        return f"no blank at either end; did you mean {text.strip()!r}?"
    if not text.isprintable():
        return "no invisible characters"
    if not is_address and text != unicodedata.normalize("NFC", text):
        return "letters and accents composed (Unicode NFC)"
    return ""


def _meanings(table: pd.DataFrame) -> Iterator[Wrong]:
    for row, value in _cells(table, "patient"):
        if isinstance(value, str) and value and names_nobody(value):
            rule = "a patient's name; all images of nobody would be one patient's"
            yield Wrong(row, "patient", value, rule)
    for row, value in _cells(table, "excluded"):
        if isinstance(value, str) and value and not _is_reason(value):
            rule = "a reason in words; leave the cell empty to use the image"
            yield Wrong(row, "excluded", value, rule)
    for row, value in _cells(table, "date"):
        rule = _wrong_date(value) if isinstance(value, str) and value else ""
        if rule:
            yield Wrong(row, "date", value, rule)
    for row, value in _cells(table, "path"):
        rule = _wrong_path(value) if isinstance(value, str) else ""
        if rule:
            yield Wrong(row, "path", value, rule)


def _wrong_date(date: str) -> str:
    """What is wrong with a year, month or day of the right form; its form is the schema's rule."""
    parts = date.split("-")
    if not all(part.isdecimal() for part in parts) or len(parts) > 3:
        return ""
    try:
        datetime.date(*map(int, [*parts, "1", "1"][:3]))
    except ValueError:
        return "a date that the calendar has"
    return ""


def _is_reason(text: str) -> bool:
    has_letters = sum(character.isalpha() for character in text) >= 2
    return has_letters and not is_blank(text) and text.casefold() not in _NO_REASONS


def _wrong_path(path: str) -> str:
    if "\\" in path:
        return "folders separated by /, not by a backslash"
    parts = path.split("/")
    if path.startswith("/") or ".." in parts:
        return "a path inside the data folder, which leads out of no folder"
    return ""


def _labels(table: pd.DataFrame) -> Iterator[Wrong]:
    if "labels" not in table:
        return
    wrong = {
        cell: rule
        for cell in table["labels"].unique()
        if isinstance(cell, str) and (rule := _wrong_labels(cell))
    }
    for row, value in _cells(table, "labels") if wrong else ():
        if value in wrong:
            yield Wrong(row, "labels", value, wrong[value])


def _wrong_labels(cell: str) -> str:
    names = [name.removeprefix("?") for name in cell.split("|")]
    twice = next((name for at, name in enumerate(names) if name in names[:at]), None)
    if twice is None:
        return ""
    return f"{twice or 'a label'} is both present and unknown, or named twice"

"""Values: one rule each for ages, dates, sexes and numbers in tables that others made.

A cell is understood, or says that nothing is known (:func:`~cxrstudy.data.tables.column.is_blank`),
or becomes unknown and is counted with its file, row and value. No unit, order or word is guessed.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import pandas as pd

from cxrstudy.data.tables.column import Column, is_blank
from cxrstudy.data.tables.notes import Notes
from cxrstudy.data.tables.reader import TableError

#: Maximum age in years; higher ages are typing errors or have a missing unit.
OLDEST = 120

#: Words for sexes, in lower case; of English, Spanish, German, French, Italian and Portuguese.
FEMALE = frozenset((
    "f", "female", "woman", "girl", "w", "weiblich", "mujer", "femenino", "femenina", "femme",
    "féminin", "femminile", "feminino",
))  # fmt: skip
MALE = frozenset((
    "m", "male", "man", "boy", "männlich", "hombre", "masculino", "varon", "varón", "homme",
    "masculin", "maschile",
))  # fmt: skip
#: Neither, or not said.
OTHER = frozenset(("o", "other", "u", "x", "d", "divers", "diverse", "nonbinary", "non-binary"))
#: Letters for a man in the languages in which M may be a woman (mujer, mulher).
_MAN = frozenset(("h", "v"))

_UNITS = {
    "": 1.0, "y": 1.0, "yr": 1.0, "yrs": 1.0, "year": 1.0, "years": 1.0,
    "jahr": 1.0, "jahre": 1.0, "j": 1.0, "año": 1.0, "años": 1.0, "an": 1.0, "ans": 1.0,
    "anno": 1.0, "anni": 1.0, "ano": 1.0, "anos": 1.0,
    "m": 12.0, "mo": 12.0, "mos": 12.0, "month": 12.0, "months": 12.0,
    "monat": 12.0, "monate": 12.0, "mes": 12.0, "meses": 12.0, "mois": 12.0, "mese": 12.0,
    "mesi": 12.0, "mês": 12.0,
    "w": 365.25 / 7, "wk": 365.25 / 7, "week": 365.25 / 7, "weeks": 365.25 / 7,
    "woche": 365.25 / 7, "wochen": 365.25 / 7, "semana": 365.25 / 7, "semanas": 365.25 / 7,
    "d": 365.25, "day": 365.25, "days": 365.25, "tag": 365.25, "tage": 365.25,
    "día": 365.25, "días": 365.25, "jour": 365.25, "jours": 365.25, "giorni": 365.25,
    "dia": 365.25, "dias": 365.25,
}  # fmt: skip
_AGE = re.compile(r"(\d+(?:[.,]\d+)?)\s*([^\W\d_]*)\.?")
_WHOLE = re.compile(r"[0-9]+(?:\.0+)?")
_TIME = r"(?:\.0+|[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?"
_YEAR_FIRST = re.compile(r"(\d{4})([-/.]?)(\d{2})\2(\d{2})" + _TIME)
_YEAR_LAST = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})" + _TIME)
_LIST = re.compile(r"\[(.*)\]", re.DOTALL)


def years(column: Column, notes: Notes) -> "pd.Series[float]":
    """Convert cells to ages in years; NaN if unknown.

    A number may have a unit: ``58``, ``058Y``, ``58 years``, ``58,5``, ``006M``, ``012D``; a list
    of one age, such as ``['050Y']``, is that age. Ages above :data:`OLDEST` are unknown, because it
    is unclear which digit is wrong, and a clipped age would look like a true one. So are ``>89``,
    which is no age, and several different ages in one cell.
    """
    return _read(column, notes, _age, "are unknown: not an age")


def sexes(column: Column, notes: Notes) -> "pd.Series[str]":
    """Convert words and letters to F, M or unknown; words that are not known are counted.

    Raises
    ------
    TableError
        The letter M stands beside H or V, so that it may mean a man or a woman (mujer).
    """
    folded = column.cells.str.strip().str.casefold()
    letters = set(folded.unique())
    if letters & _MAN and "m" in letters:
        column.reject(
            folded == "m",
            "M stands beside H or V, and may mean a man or a woman; write F and M, or words",
        )
    meaning = dict.fromkeys(FEMALE, "F") | dict.fromkeys(MALE, "M")
    sex = folded.map(meaning)
    column.note(
        notes,
        sex.isna() & ~folded.isin(list(OTHER)) & ~column.blank,
        "are unknown: no known word for a sex",
    )
    return sex.fillna("unknown")


def whole_numbers(column: Column, notes: Notes) -> "pd.Series[int]":
    """Convert cells to whole numbers; 0 if unknown. ``2048.0`` is whole, ``1e3`` is not read."""
    found = _read(
        column, notes, lambda text: float(text) if _WHOLE.fullmatch(text) else np.nan,
        "are unknown: no whole number",
    )  # fmt: skip
    return found.fillna(0).astype(int)


def numbers(column: Column) -> "pd.Series[float]":
    """Convert cells to numbers, all of which must be numbers with a decimal point.

    Raises
    ------
    TableError
        A cell is no finite number.
    """
    found = pd.to_numeric(column.cells, errors="coerce").astype(float)
    column.reject(~np.isfinite(found), "expected a number with a decimal point, such as 1.5")
    return found


def dates(column: Column, notes: Notes) -> "pd.Series[pd.Timestamp]":
    """Convert cells to days; NaT if unknown.

    Read are ``20200325``, ``2020-03-25`` (also with / or .), and ``25.03.2020``. Where the year is
    last after / or -, the order of day and month is that of the column: a first part above 12
    somewhere shows that days are first, a second part above 12 that months are. If nothing shows
    the order, such dates are unknown.

    Raises
    ------
    TableError
        The column has dates with the day first and dates with the month first, or no cell that says
        something can be read.
    """
    month_first = _month_first(column)
    found = _read(
        column, notes, lambda text: _timestamp(text, month_first),
        "are unknown: no date",
    )  # fmt: skip
    column.reject(
        ~column.blank & bool(found.isna().all()),
        "no cell of this column can be read as a date; write dates as 20200325 or 2020-03-25",
    )
    return pd.to_datetime(found, unit="s").dt.normalize()


def calendar_years(column: Column, notes: Notes) -> "pd.Series[float]":
    """The year of each date, whatever the order of day and month; NaN if unknown.

    Raises
    ------
    TableError
        No cell that says something can be read.
    """
    found = _read(column, notes, _year, "are unknown: no date")
    column.reject(
        ~column.blank & bool(found.isna().all()),
        "no cell of this column can be read as a date; write dates as 20200325 or 2020-03-25",
    )
    return found


def _read(
    column: Column, notes: Notes, read: Callable[[str], float], what: str
) -> "pd.Series[float]":
    """Read each cell; what can't be read, and is not blank, is unknown and counted."""
    blank = column.blank
    known = {cell: read(cell.strip()) for cell in column.cells[~blank].unique()}
    found = column.cells.map(known).astype(float)
    column.note(notes, found.isna() & ~blank, what)
    return found


def _age(text: str) -> float:
    listed = _LIST.fullmatch(text)
    if listed is None:
        return _one_age(text)
    items = {item.strip().strip("'\"").strip() for item in listed[1].split(",")}
    ages = {_one_age(item) for item in items if not is_blank(item)}
    return ages.pop() if len(ages) == 1 else np.nan


def _one_age(text: str) -> float:
    match = _AGE.fullmatch(text.casefold())
    if match is None or match[2] not in _UNITS:
        return np.nan
    age = float(match[1].replace(",", ".")) / _UNITS[match[2]]
    return age if age <= OLDEST else np.nan


def _month_first(column: Column) -> bool | None:
    """Whether months precede days in dates whose year is last; None if nothing shows it."""
    shown: dict[bool, object] = {}
    for row, cell in column.cells.items():
        match = _YEAR_LAST.fullmatch(cell.strip())
        if match is None or match[2] == ".":
            continue
        first, second = int(match[1]), int(match[3])
        if (first > 12) != (second > 12):
            shown.setdefault(second > 12, row)
    if len(shown) == 2:
        raise TableError(
            f"{column.path}, column {column.name}: in row {shown[True]} the month is first, in row "
            f"{shown[False]} the day; write dates as 2020-03-25"
        )
    return next(iter(shown), None)


def _timestamp(text: str, month_first: bool | None) -> float:
    """Seconds since 1970 of a day; NaN if unknown."""
    year_first, year_last = _YEAR_FIRST.fullmatch(text), _YEAR_LAST.fullmatch(text)
    if year_first is not None:
        year, month, day = year_first[1], year_first[3], year_first[4]
    elif year_last is None or (year_last[2] != "." and month_first is None):
        return np.nan
    else:
        year, first, second = year_last[4], year_last[1], year_last[3]
        swapped = year_last[2] != "." and month_first
        month, day = (first, second) if swapped else (second, first)
    try:
        return datetime(int(year), int(month), int(day), tzinfo=UTC).timestamp()
    except ValueError:
        return np.nan


def _year(text: str) -> float:
    for month_first in (False, True):
        seconds = _timestamp(text, month_first)
        if not np.isnan(seconds):
            return float(datetime.fromtimestamp(seconds, UTC).year)
    return np.nan

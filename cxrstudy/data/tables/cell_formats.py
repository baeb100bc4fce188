"""Cell formats: the text of a number in an Excel book, as its cell shows it.

A book stores dates and identifiers as numbers; what they are stands in the cell's format. A date is
written as ``2020-03-25``, and a number whose format is ``00000`` with its zeros in front. All other
formats, such as the number of decimals, are of the looks only: the number is written as stored.
"""

import re
from datetime import datetime, timedelta

#: Numbers of Excel's own formats of dates and times (ECMA-376, 18.8.30), also in East Asian Excel.
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
#: What is no letter of a date in a format: quoted text, escaped letters, colours, conditions.
_NO_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|General|[AaEe][+-]', re.I)
_ZEROS = re.compile(r"0+")
#: Day 0, for books that count from 1900 and from 1904. Excel takes 1900 for a leap year, so days
#: before March of that year are one later.
_EPOCHS = {False: datetime(1899, 12, 30), True: datetime(1904, 1, 1)}
_FIRST_OF_MARCH_1900 = 61
#: Excel keeps so many digits of a number; further ones are zeros.
DIGITS = 15


def is_date(number: int, code: str) -> bool:
    """Whether a format is one of a date or time.

    Parameters
    ----------
    number
        Its number.
    code
        Its code, if the book defines it; else empty.

    Examples
    --------
    >>> is_date(14, ""), is_date(164, "dd.mm.yyyy"), is_date(165, '0.0 "years"')
    (True, True, False)
    """
    if not code:
        return number in _DATES
    return bool(re.search(r"[dmyhs]", _NO_DATE.sub("", code), re.I))


def shown(stored: str, code: str, dated: bool, from_1904: bool) -> str:
    """The text of a number.

    Parameters
    ----------
    stored
        The number as it stands in the file.
    code
        Code of its format.
    dated
        Whether it is a date or time.
    from_1904
        Whether the book counts days from 1904.

    Raises
    ------
    ValueError
        It is no number, no date that Excel has, or has more digits than Excel keeps.

    Examples
    --------
    >>> shown("43915", "", True, False), shown("123", "00000", False, False)
    ('2020-03-25', '00123')
    """
    value = float(stored)
    if dated:
        return _date(value, from_1904)
    if not value.is_integer():
        return repr(value)
    if abs(value) >= 10**DIGITS:
        raise ValueError(f"a number of more than {DIGITS} digits, of which Excel keeps {DIGITS}")
    zeros = code if _ZEROS.fullmatch(code) else ""
    return str(int(value)).zfill(len(zeros))


def _date(value: float, from_1904: bool) -> str:
    seconds = round(value % 1 * 86400)
    if 0 <= value < 1:
        return str((datetime.min + timedelta(seconds=seconds)).time())
    days = int(value) + (not from_1904 and value < _FIRST_OF_MARCH_1900 - 1)
    try:
        moment = _EPOCHS[from_1904] + timedelta(days=days, seconds=seconds)
    except OverflowError:
        raise ValueError("no date that Excel has") from None
    return str(moment) if seconds else str(moment.date())

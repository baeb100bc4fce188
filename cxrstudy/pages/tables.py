"""Tables: how a page shows a table, with numbers as :mod:`cxrstudy.base.numbers` writes them."""

import re
from collections.abc import Iterable, Sequence
from html import escape, unescape
from math import isnan
from typing import Any

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.rounding import decimals_apart
from cxrstudy.base.times import moment
from cxrstudy.base.words import arm_shown
from cxrstudy.pages.arm_words import in_words
from cxrstudy.pages.html import HTML, TAG
from cxrstudy.pages.names import named as in_names
from cxrstudy.pages.own_run import INFERENCE, as_shown

#: Columns by the kind of what they hold; other numbers are levels, or counts where all are whole.
P_VALUES = ("p", "adjusted_p", "adjusted_p_relevant")
SHARES = ("source_rule_test", "source_rule_train", "view_rule_test", "tested", "as_reported")
COUNTS = ("samples_seen", "seconds", "MiB", "patients", "images", "seeds", "positive", "negative",
          "trainings", "at_plateau", "plateau_unknown")  # fmt: skip
DIFFERENCES = ("difference", "saved", "margin")
#: Columns of names of roles and measures, as code has them.
NAMES = ("stage", "role", "metric", "failed")
#: Columns of moments, as records hold them: to the second, with the zone.
MOMENTS = ("latest", "finished")

#: Columns of a table whose estimates are differences: a p value tests one, and a reference arm or a
#: margin is what a difference is taken to.
OF_DIFFERENCES = (*P_VALUES, "against", "margin", "null", "minimum_detectable_difference")

#: Most columns, and letters of their longest texts, of a table that a phone shows as it is.
FEW, SHORT = 3, 36
#: Letters of the longest text of a column: up to the first it holds digits, above the others words
#: and a text.
DIGITS, WORDS, PROSE = 6, 24, 60

#: A cell that is a moment (:func:`cxrstudy.base.times.moment`).
MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d UTC")

#: Line below a table of a run that has too few seeds.
NOT_JUDGED = "<p>Not judged: too few seeds for intervals or p values.</p>"

#: Columns that an estimate takes up into its own text.
FOLDED = ("low", "high", "level", "reason", "covers", "method", "better")


def table(
    frame: pd.DataFrame,
    columns: Sequence[str] | None = None,
    /,
    *,
    caption: str = "",
    **headings: str,
) -> HTML:
    """Show a table as a page of a book does: plain, an estimate and its interval in one column.

    An estimate that does not exist is its reason, if the table has one, and has no interval. The
    heading says the level of the intervals; if they differ, every row does. A line below says what
    intervals are over. Of a page's own run with too few seeds there are no intervals and no column
    of p values (:mod:`cxrstudy.pages.own_run`); a line below says so.

    Parameters
    ----------
    frame
        Any table; ``estimate``, ``low``, ``high``, ``level``, ``reason``, ``covers`` and ``method``
        become one column where they occur.
    columns
        Columns to show, in their order; all, unless given. What belongs to an estimate comes with
        it.
    caption
        What the table shows, where no heading or line before it says so.
    headings
        Column to the heading it is shown under; columns that are not named keep their name.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, metrics, show, statistics
    >>> scores = statistics.made_scores()
    >>> show.table(estimates(scores, metrics.auroc("covid19")), ["arm", "estimate"])
    <HTML>
    """
    frame = in_words(frame) if "claim" in frame else frame
    given, frame = frame, as_shown(frame)
    withheld = [
        name for name in INFERENCE
        if name in frame and given[name].notna().any() and frame[name].isna().all()
    ]  # fmt: skip
    shown = pd.DataFrame({name: _column(frame, name) for name in frame.columns}, frame.index)
    named = {name: headings.get(name, str(name).replace("_", " ")) for name in shown}
    if {"estimate", "low", "high"} <= set(frame):
        shown = shown.assign(estimate=estimate_texts(frame)).drop(
            columns=[name for name in FOLDED if name in shown]
        )
        named["estimate"] = f"{named['estimate']} {interval_heading(frame)}".strip()
    wanted = [name for name in columns or shown if name not in withheld]
    shown = shown[wanted].rename(columns=named)
    if shown.empty:
        return HTML("<p>No rows.</p>")
    below = covered(frame) + (NOT_JUDGED if withheld else "")
    return HTML(framed(rows_as_html(shown.map(_escaped)) + below, caption))


def framed(content: str, caption: str = "", kind: str = "") -> str:
    """Frame a table, as HTML: where it is wider than the page, it moves sideways, also by keys.

    Parameters
    ----------
    content
        The table, and lines below it.
    caption
        What the table shows, as text, where no heading or line before it says so. The book numbers
        it (:mod:`cxrstudy.pages.computed.numbered`).
    kind
        Name in the style sheet of a table that has widths of its own.
    """
    said = f' data-caption="{escape(caption)}"' if caption else ""
    named = f"study-table {kind}".strip()
    return f'<div class="{named}" tabindex="0"{said}>{content}</div>'


def of_results(content: str, results: str) -> str:
    """Let the captions of framed tables name the recorded results that the tables are of.

    Examples
    --------
    >>> of_results(framed("<table>"), "Phantoms")
    '<div class="study-table" data-of="Phantoms" tabindex="0"><table></div>'
    """
    named = f' data-of="{escape(results)}"'
    return re.sub(r'<div class="study-table[^"]*"', lambda found: found[0] + named, content)


def rows_as_html(shown: pd.DataFrame, below: Sequence[str] = ()) -> str:
    """Write a table as HTML. On a narrow screen its style sheet shows each row as a card.

    Parameters
    ----------
    shown
        Cells as HTML; their columns are headings as text.
    below
        What stands below each row, over its whole width, as HTML; without it, nothing does.
    """
    headings = [escape(str(name)) for name in shown]
    columns = [list(shown.iloc[:, place]) for place in range(shown.shape[1])]
    kinds = [_digits(cells) or _width(cells) for cells in columns]
    head = "".join(f'<th scope="col"{_width([name])}>{name}</th>' for name in headings)
    rows = [
        "".join(
            f'<td data-heading="{name}"{kind}>{cell}</td>'
            for name, kind, cell in zip(headings, kinds, row, strict=True)
        )
        for row in shown.itertuples(index=False, name=None)
    ]
    wide = f'<tr class="study-below"><td colspan="{shown.shape[1]}">'
    beneath = [f"{wide}{text}</td></tr>" for text in below] or [""] * len(rows)
    body = "\n".join(f"<tr>{row}</tr>{more}" for row, more in zip(rows, beneath, strict=True))
    # The class tells the theme that this is a table, not text that it should set on a light ground.
    named = "dataframe few" if _fits_a_phone(shown) else "dataframe"
    return f'<table class="{named}"><thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>'


def _fits_a_phone(shown: pd.DataFrame) -> bool:
    """Whether a narrow screen holds the table as it is, so that cards would say less with more."""
    if shown.shape[1] > FEW:
        return False
    return sum(_longest([name, *shown[name]]) for name in shown) <= SHORT


def _longest(cells: Iterable[object]) -> int:
    """Letters of the longest text that a reader sees."""
    return max((len(unescape(TAG.sub("", str(cell)))) for cell in cells), default=0)


def _digits(cells: Sequence[object]) -> str:
    """The class of a column that needs no room, because it holds a few digits."""
    return ' class="digits"' if 0 < _longest(cells) <= DIGITS else ""


def _width(cells: Iterable[object]) -> str:
    """The class of a column whose texts need room, so that no column is a word wide.

    A moment stays on one line.
    """
    seen = [str(cell) for cell in cells]
    if seen and all(map(MOMENT.fullmatch, seen)):
        return ' class="moment"'
    longest = _longest(seen)
    if longest <= WORDS:
        return ""
    return ' class="words"' if longest <= PROSE else ' class="prose"'


def _escaped(cell: object) -> str:
    """A cell as HTML: an arm of several parts by its name, and nothing where nothing is known."""
    if isinstance(cell, tuple):
        cell = arm_shown(cell)
    missing = cell is None or (isinstance(cell, float) and isnan(cell))
    return "" if missing else escape(str(cell), quote=False)


def interval_heading(frame: pd.DataFrame) -> str:
    """What the brackets beside an estimate hold: ``[95 %]``, or ``[interval]`` if levels differ.

    If a table has intervals and no level, ``[interval of unknown level]``; nothing if it has none.
    """
    levels = _levels(frame)
    if len(levels) == 1:
        return f"[{numbers.whole_percent(levels[0])}]"
    if frame["low"].isna().all():
        return ""
    return "[interval]" if levels else "[interval of unknown level]"


def covered(frame: pd.DataFrame) -> str:
    """Line that says what intervals are over, if the table does."""
    found = set(frame["covers"].dropna()) - {""} if "covers" in frame else set()
    return f"<p>Intervals are over {' or '.join(sorted(found))}.</p>" if found else ""


def _levels(frame: pd.DataFrame) -> list[float]:
    return sorted(set(frame["level"].dropna().astype(float))) if "level" in frame else []


def estimate_texts(frame: pd.DataFrame) -> list[str]:
    """Each estimate with its interval, as text, or why there is none."""
    write = numbers.difference if set(OF_DIFFERENCES) & set(frame) else numbers.level
    rows = frame.to_dict("records")
    if frame["low"].notna().any():
        several = len(_levels(frame)) > 1
        return [_interval(row, write, several) for row in rows]
    least = decimals_apart(frame["estimate"].astype(float))
    return [_alone(row, write, least) for row in rows]


def _alone(row: dict[Any, Any], write: numbers.Writer, least: int) -> str:
    """An estimate where no row has an interval, which the table says once."""
    if _reason(row) or pd.isna(row["estimate"]):
        return _interval(row, write, with_level=False)
    return write(float(row["estimate"]), _beside(row), least=least)


def _interval(row: dict[Any, Any], write: numbers.Writer, with_level: bool) -> str:
    ends = float(row["estimate"]), float(row["low"]), float(row["high"])
    found = numbers.interval(*ends, write, _beside(row), _reason(row))
    if not with_level or pd.isna(row["level"]):
        return found
    return f"{found} ({numbers.whole_percent(row['level'])})"


def _reason(row: dict[Any, Any]) -> str:
    return row["reason"] if isinstance(row.get("reason"), str) else ""


def _beside(row: dict[Any, Any]) -> list[float]:
    """Values of a row that a rounded number must not become equal to."""
    return [row[name] for name in ("margin", "null") if pd.notna(row.get(name))]


def _column(frame: pd.DataFrame, name: Any) -> "pd.Series[Any]":
    """A column as text, if it holds numbers."""
    column = frame[name]
    if name in P_VALUES:
        return pd.Series([_p_value(row, name) for row in frame.to_dict("records")], frame.index)
    if name in NAMES and column.map(type).eq(str).all():
        return column.map(in_names).astype(object)
    if name in MOMENTS:
        return column.map(moment).astype(object)
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        return column.map(_cell).astype(object)
    write = _writer(str(name), column)
    return column.map(lambda value: "" if pd.isna(value) else write(value)).astype(object)


def _p_value(row: dict[Any, Any], name: Any) -> str:
    """A p value, on its own side of what the level of the interval asks for."""
    level = row.get("level", 0.95)
    alpha = 0.05 if pd.isna(level) else round(1 - level, 10)
    return "" if pd.isna(row[name]) else numbers.p_value(float(row[name]), {0.05, alpha})


def _cell(value: Any) -> Any:
    """Numbers in a column of mixed kinds, such as shares and names of shots."""
    if isinstance(value, float):
        return "" if pd.isna(value) else numbers.plain(value)
    return numbers.count(value) if type(value) is int else value


def _writer(name: str, column: "pd.Series[Any]") -> numbers.Writer:
    if name in SHARES:
        return numbers.percent
    if name in DIFFERENCES:
        return numbers.difference
    if name == "level":
        return numbers.whole_percent
    return numbers.count if name in COUNTS or _is_whole(column) else numbers.level


def _is_whole(column: "pd.Series[Any]") -> bool:
    """Whether a column holds whole numbers, also as floats, as which unknown ones make them."""
    if pd.api.types.is_integer_dtype(column):
        return True
    known = column.dropna()
    return bool((known == known.round()).all() and known.abs().max() > 1)

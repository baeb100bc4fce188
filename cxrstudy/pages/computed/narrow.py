"""Narrow: on a phone, where the text of a figure is too small, its numbers stand in its place.

A figure of few estimates has a table: what the axis shows goes down, and what the lines or panels
show goes across, where a phone has room for it. Others keep their size there and can be moved
sideways.
"""

import io
import re
from collections.abc import Iterable
from html import escape
from typing import Any

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.pages.claim_tables import counts_for_a_verdict
from cxrstudy.pages.figures.source import AXIS, NAMES
from cxrstudy.pages.tables import (
    FOLDED,
    OF_DIFFERENCES,
    covered,
    estimate_texts,
    framed,
    interval_heading,
    rows_as_html,
)

#: A longer table is no substitute for a figure.
MOST_ROWS = 60
#: Letters of the longest name beside which a narrow screen has room for the estimate.
LONGEST_NAME = 40
#: Letters that a line of a narrow screen holds, and where a name may be broken into lines.
LINE, BREAKS = 55, re.compile(r"[\s-]+")
#: Least share of the cells of a table of two names that hold an estimate.
FILLED = 0.6
#: What a table says beside names and estimate.
COUNTED = ("patients", "seeds")
#: Columns of the parts of the patients.
PARTS = ("positive", "negative")
#: Lines that say how to read a figure on a phone, and are no part of its data.
_READ = re.compile(rf"^# (?:{NAMES}|{AXIS}): .*\n", re.MULTILINE)
#: Columns whose numbers say nothing without the column's name.
NUMBERED = ("bin",)
#: What stands above a table in place of a figure.
INSTEAD = "<p>On this narrow screen, the figure is shown by its numbers.</p>"
#: Columns that name a row before all others.
_FIRST = ("claim", "arm")
#: What is said of a claim beside its difference.
_OF_CLAIMS = (
    "claim", "origin", "contrast", "verdict", "counts", "estimate", "must_be", "patients", "seeds",
)  # fmt: skip
#: How these are called there.
OF_CLAIMS = {"contrast": "arms", "must_be": "must be", "counts": "does it count?"}
#: Columns that a figure does not show.
_UNSHOWN = {
    *FOLDED, "p", "adjusted_p", "metric", "role", "split", "images", "null", "standard_error",
    "minimum_detectable_difference", "run", "experiment", "counts", "rule", "paper",
}  # fmt: skip


def as_table(csv: str) -> str:
    r"""The estimates of a figure as a table for phones, as HTML; empty if they are too many.

    Parameters
    ----------
    csv
        What was drawn, with lines of facts, as :mod:`cxrstudy.pages.figures.source` writes it.

    Examples
    --------
    >>> as_table("# commit: 3f\narm,estimate,low,high,level\ncontrol,0.9,0.8,0.95,0.95\n")[:25]
    '<div class="study-phone">'
    >>> as_table("x,y\n0,1\n")
    ''
    """
    lines = [line for line in csv.splitlines(keepends=True) if not line.startswith("# ")]
    frame = _with_estimates(pd.read_csv(io.StringIO("".join(lines))))
    if not {"estimate", "low", "high"} <= set(frame) or not 0 < len(frame) <= MOST_ROWS:
        return ""
    texts, notes = _estimates(frame)
    frame = frame.assign(estimate=texts)
    if {"claim", "verdict"} <= set(frame):
        return _div("cards", _claims(frame), notes)
    names = [name for name in _stated(csv) if name in frame] or _names(frame)
    if "table" in frame and frame.duplicated(names).any():
        names = [*dict.fromkeys([*names, "table"])]  # panels
    # A name that all rows share tells nothing, unless a row has no other.
    shared = [name for name in names if not _tells_apart(frame[name])]
    names = [name for name in names if name not in shared] or names[:1]
    shown = frame.assign(**{name: _texts(frame[name]) for name in names})
    notes += _counts(frame)
    # What the axis shows stays one column, whose heading has its unit.
    movable = [name for name in reversed(names) if name not in _stated(csv)[:1]]
    across = next((name for name in movable if _fits(shown, names, name)), None)
    if len(names) > 1 and across is not None:
        return _div("grid", _grid(shown, names, across), notes)
    heading = f"{_of_what(csv, frame)} {interval_heading(frame)}".strip()
    if _stated(csv) and len(names) == 2:
        return _div("grid", shown[[*names, "estimate"]].set_axis([*names, heading], axis=1), notes)
    # One name a row, so that two columns are enough; what all rows share is said once.
    of_all = "table" if "table" in frame else next(iter(shared), "")
    of_all = "" if of_all not in frame else str(frame[of_all].iloc[-1])
    rows = [" · ".join(filter(None, row)) or of_all for row in shown[names].to_numpy()]
    named = " · ".join("panel" if name == "table" else name for name in names)
    one = pd.DataFrame({named: rows, heading: shown["estimate"], **_differing(frame)})
    return _div("cards" if max(map(len, rows)) > LONGEST_NAME else "", one, notes)


def without_names(csv: str) -> str:
    r"""The table of a figure without the lines that say how to read it on a phone.

    Examples
    --------
    >>> without_names("# names: side; line\n# axis: AUROC\n# commit: 3f\na\n1\n")
    '# commit: 3f\na\n1\n'
    """
    return _READ.sub("", csv)


def _stated(csv: str) -> list[str]:
    """The columns by which the figure says that its rows are told apart."""
    said = _fact(csv, NAMES)
    return said.split("; ") if said else []


def _fact(csv: str, name: str) -> str:
    found = re.search(rf"^# {name}: (.*)$", csv, re.MULTILINE)
    return found[1] if found else ""


def _of_what(csv: str, frame: pd.DataFrame) -> str:
    """What the estimates are of, as the axis of the figure has it."""
    axis = _fact(csv, AXIS)
    if not axis:
        return "estimate"
    return f"difference of {axis}" if set(OF_DIFFERENCES) & set(frame) else axis


def _differing(frame: pd.DataFrame) -> dict[str, list[str]]:
    """Columns of numbers that differ from row to row; of patients also those with the disease."""
    found = {}
    for name in COUNTED:
        if name not in frame or frame[name].nunique() <= 1:
            continue
        if name == "patients" and set(PARTS) <= set(frame):
            parts = frame[[name, *PARTS]].to_numpy(float)
            found["patients (with, without)"] = [_with_parts(*row) for row in parts]
            continue
        found[name] = ["" if pd.isna(value) else numbers.count(value) for value in frame[name]]
    return found


def _with_parts(whole: float, positive: float, negative: float) -> str:
    """Patients of a row, and how many of them have the disease and have it not, where known."""
    said = "" if pd.isna(whole) else numbers.count(whole)
    if pd.isna(positive) or pd.isna(negative):
        return said
    return f"{said} ({numbers.count(positive)}, {numbers.count(negative)})"


def _div(kind: str, shown: pd.DataFrame, notes: Iterable[str]) -> str:
    below = "".join(f"<p>{each}</p>" for each in notes if each)
    table = framed(rows_as_html(shown.map(_cell)))
    named = f"study-phone {kind}".strip()
    return f'<div class="{named}">{INSTEAD}{table}{below}</div>'


def _cell(text: str) -> str:
    """A cell as HTML, whose interval is not broken."""
    before, bracket, after = escape(text, quote=False).partition(" [")
    return f'{before} <span class="whole">[{after}</span>' if bracket else before


def _estimates(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Estimates as text; one without an interval has a mark, and a line below says why, once."""
    texts, notes = estimate_texts(frame), [covered(frame).removeprefix("<p>").removesuffix("</p>")]
    reasons: dict[str, str] = {}
    if "reason" not in frame:
        return texts, notes
    for place, (text, reason) in enumerate(zip(texts, frame["reason"], strict=True)):
        if isinstance(reason, str) and text.endswith(f"[no interval: {reason}]"):
            mark = reasons.setdefault(reason, "*" * (len(reasons) + 1))
            texts[place] = f"{text.partition(' [')[0]} {mark}"
    notes += [escape(f"{mark} no interval: {reason}") for reason, mark in reasons.items()]
    return texts, notes


def _claims(frame: pd.DataFrame) -> pd.DataFrame:
    """Claims with their arms, verdicts and margins, one card each."""
    shown = frame[[name for name in _OF_CLAIMS if name in frame]].copy()
    for name in {"patients", "seeds"} & set(shown):
        shown[name] = [numbers.count(int(value)) for value in shown[name].fillna(0)]
    if "counts" in shown:
        shown["counts"] = shown["counts"].map(counts_for_a_verdict).map({True: "yes", False: "no"})
    heading = f"difference {interval_heading(frame)}".strip()
    return shown.fillna("").astype(str).rename(columns=OF_CLAIMS | {"estimate": heading})


def _fits(shown: pd.DataFrame, names: list[str], across: str) -> bool:
    """Whether a phone has room for a table with one column per value of a name."""
    down = [name for name in names if name != across]
    columns, rows = list(dict.fromkeys(shown[across])), shown[down].drop_duplicates()
    if len(columns) < 2 or len(rows) < 2 or shown.duplicated(names).any():
        return False
    if len(shown) < FILLED * len(columns) * len(rows):
        return False
    cell = max(len(part) for text in shown["estimate"] for part in text.split(" [")) + 1
    widths = [_longest_word([name, *rows[name]]) for name in down]
    widths += [max(cell, _longest_word([column])) + 1 for column in columns]
    return sum(widths) <= LINE


def _longest_word(texts: Iterable[str]) -> int:
    return max(len(word) for text in texts for word in BREAKS.split(text))


def _tells_apart(column: "pd.Series[Any]") -> bool:
    """Whether the values of a name differ; only some rows may have a part of a name."""
    return bool(column.nunique(dropna=False) > 1)


def _grid(shown: pd.DataFrame, names: list[str], across: str) -> pd.DataFrame:
    """One row per value of what goes down, in the order of the figure, one column per line."""
    down = [name for name in names if name != across]
    rows = shown[down].drop_duplicates().reset_index(drop=True)
    for column in dict.fromkeys(shown[across]):
        own = shown.loc[shown[across] == column, [*down, "estimate"]]
        rows = rows.merge(own.rename(columns={"estimate": column}), on=down, how="left")
    return rows.fillna("").rename(columns={"table": "of"})


def _counts(frame: pd.DataFrame) -> list[str]:
    """How many patients and seeds the estimates are of, said once."""
    said = []
    for name in COUNTED:
        known = frame[name].dropna() if name in frame else pd.Series(dtype=float)
        if len(known):
            ends = dict.fromkeys(numbers.count(each) for each in (known.min(), known.max()))
            said.append(f"{name}: {' to '.join(ends)}")
    return [", ".join(said)]


def _texts(column: "pd.Series[Any]") -> list[str]:
    """The values of a name as text; a number says what it is a number of, unless a unit does."""
    counts_what = column.name in NUMBERED
    return [f"{column.name} {_said(each)}" if counts_what else _said(each) for each in column]


def _said(value: object) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else numbers.plain(value)
    return numbers.count(value) if isinstance(value, int) else str(value)


def _with_estimates(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows without those of a table that holds no estimate, such as the sizes of sets."""
    if not {"table", "estimate"} <= set(frame):
        return frame
    return frame[frame["estimate"].notna().groupby(frame["table"]).transform("any")]


def _names(frame: pd.DataFrame) -> list[str]:
    """The columns that tell rows apart: arm and claim first, then words, then levels."""
    others = [
        str(name) for name in frame
        if name not in (*_UNSHOWN, *COUNTED, *_FIRST, "estimate") and frame[name].nunique() > 1
    ]  # fmt: skip
    others.sort(key=lambda name: pd.api.types.is_numeric_dtype(frame[name]))
    chosen: list[str] = []
    for name in [*(name for name in _FIRST if name in frame), *others]:
        apart = len(frame[chosen].drop_duplicates()) if chosen else 1
        if len(frame[[*chosen, name]].drop_duplicates()) > apart or not chosen:
            chosen.append(name)
    return chosen

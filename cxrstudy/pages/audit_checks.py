"""Audit checks: what each check of the audit looks for, how, what it finds, and what to do.

All of it is taken from the checks themselves: title, text and advice, the limits with the comments
that stand at them, and what was measured. Nothing of it is written a second time.
"""

import inspect
import re
from collections.abc import Iterator
from html import escape
from types import ModuleType
from typing import Any

import pandas as pd

from cxrstudy.audit import CHECKS, metadata_classifier, near_duplicate_pairs
from cxrstudy.base import numbers, places
from cxrstudy.pages.html import HTML, fold
from cxrstudy.pages.tables import framed, rows_as_html

#: Kind of feature in ``benchmarks/ties.csv`` that each check of a label's shortcuts looks at.
TIES = {
    "CXR101": "two values", "CXR102": "two values", "CXR103": "a number", "CXR104": "a number",
    "CXR105": "many numbers", "CXR113": "many numbers", "CXR114": "many numbers",
    "CXR115": "many numbers", "CXR119": "a number",
}  # fmt: skip
#: Checks that look for changed copies, measured in ``benchmarks/copies.csv``.
COPIES = "CXR003"
#: Checks that look at pixels, of which ``benchmarks/planted.csv`` has more: shortcuts that were
#: planted in real images, and images that were turned, inverted or spoilt.
PLANTED_SHORTCUTS = ("CXR105", "CXR113", "CXR114", "CXR115")
PLANTED_IMAGES = ("CXR116", "CXR117")

#: A limit in a module: its comment, its names and its value on one line.
_LIMIT = re.compile(r"((?:^#: ?.*\n)+)^([A-Z][A-Z_]*(?:, [A-Z_]+)*) = (.+)$", re.M)
_FALSE_ALARMS = "false alarms"


def of_check(code: str) -> HTML:
    """Show what a check looks for and how, its limits, what it finds, and what to do.

    Parameters
    ----------
    code
        Such as ``CXR001``.

    Raises
    ------
    KeyError
        There is no such check.

    Examples
    --------
    >>> of_check("CXR001")
    <HTML>
    """
    check: Any = {each.CODE: each for each in CHECKS}[code]
    what, *how = (f"<p>{_said(text)}</p>" for text in _paragraphs(check))
    parts = {
        "What decides": "".join(_limits(check, *_of_others(code))) or "<p>One case is enough.</p>",
        "At which strengths it finds it": _strengths(code),
        "What to do": f"<p>{escape(check.ADVICE)}</p>",
    }
    others = (f"<p><b>{name}.</b></p>{shown}" for name, shown in parts.items())
    summary = "How, by which limits, at which strengths, and what to do"
    return HTML(what + fold(summary, "".join((*how, *others))))


def _paragraphs(check: Any) -> list[str]:
    """The text of a check, without the sections about exceptions."""
    text = inspect.getdoc(check.check) or ""
    return [
        " ".join(part.split()) for part in re.split(r"\nRaises\n", text)[0].split("\n\n") if part
    ]


def _limits(*modules: ModuleType) -> Iterator[str]:
    for module in modules:
        for comment, names, value in _LIMIT.findall(inspect.getsource(module)):
            why = " ".join(line.removeprefix("#:").strip() for line in comment.splitlines())
            set_to = "" if value[-1] in "([{" else f" = {value}"
            yield f"<p><code>{escape(names.lower() + set_to)}</code>: {_said(why)}</p>"


def _of_others(code: str) -> tuple[ModuleType, ...]:
    """Modules whose limits decide as well."""
    if code in TIES:
        return (metadata_classifier,)
    return (near_duplicate_pairs,) if code == COPIES else ()


def _strengths(code: str) -> str:
    if code in TIES:
        return _ties(TIES[code]) + (_shortcuts(code) if code in PLANTED_SHORTCUTS else "")
    if code == COPIES:
        return _copies()
    if code in PLANTED_IMAGES:
        return _wrong_images(code)
    return (
        "<p>It compares what manifests and files say, so there are no strengths: it finds each "
        "case that the limits name, and none that manifests hide.</p>"
    )


def _ties(kind: str) -> str:
    """How often a tie is told, by its strength and the number of patients."""
    found = _measured("ties")
    if found.empty:
        return _not_here("ties")
    mine = found[found["kind"] == kind]
    rows = [
        {"patients": numbers.count(patients)}
        | {
            _strength(
                row.auroc
            ): f"{numbers.whole_percent(row.told)} ({numbers.whole_percent(row.issue)})"
            for row in some.itertuples()
        }
        for patients, some in mine.groupby("patients")
    ]
    return (
        f"<p>Of simulated ties of <i>{escape(kind)}</i> with a label that half of the patients "
        "have, the share that is told, and in brackets the share that is an issue. Columns: the "
        "AUROC that the feature alone would have. Without a tie, all that is told is a false "
        "alarm.</p>"
        + framed(rows_as_html(pd.DataFrame(rows)), f"How often ties of {kind} are told")
    )


def _strength(auroc: float) -> str:
    level = numbers.level(auroc)
    return f"{level}, no tie" if auroc == 0.5 else level


def _copies() -> str:
    """How many copies are found, by what was done to them; what is found whole is one line."""
    found = _measured("copies")
    if found.empty:
        return _not_here("copies")
    is_alarm = found["change"].str.startswith(_FALSE_ALARMS)
    changed, (pairs,) = found[~is_alarm], found.loc[is_alarm, "images"]
    whole = changed["found"] == 1
    rows = [
        {"change": _change(row.change), "found": numbers.percent(row.found),
         "95 % interval": f"{numbers.percent(row.low)} to {numbers.percent(row.high)}"}
        for row in changed[~whole].itertuples()
    ]  # fmt: skip
    named = ", ".join(_change(change) for change in changed.loc[whole, "change"])
    alarms = found.loc[is_alarm, "found"].iloc[0]
    return (
        f"<p>Of real radiographs that were changed, {numbers.count(changed['images'].min())} or "
        f"more for each change. Among {numbers.count(pairs)} pairs of images of different "
        f"patients, {numbers.percent(alarms)} were taken for copies. Numbers are shares and "
        f"degrees of the change.</p><p>All were found after: {escape(named)}.</p>"
        + framed(rows_as_html(pd.DataFrame(rows)), "How many copies are found, change by change")
    )


def _shortcuts(code: str) -> str:
    """How often a shortcut that was planted is told, by how closely it follows a label."""
    mine = _planted(code)
    if mine.empty:
        return _not_here("planted")
    rows = [
        {"planted": change}
        | {
            _strength(row.strength): f"{numbers.whole_percent(row.told)} "
            f"({numbers.whole_percent(row.issue)})"
            for row in some.itertuples()
        }
        for change, some in mine.groupby("change", sort=False)
    ]
    return (
        "<p>The same of changes that were planted in real radiographs, one each of 400 patients, "
        "half of whom have a label that is drawn by chance. Columns: how often the change follows "
        f"the label. {numbers.count(mine['of'].iloc[0])} draws of each.</p>"
        + framed(rows_as_html(pd.DataFrame(rows)), "How often shortcuts in the image are told")
    )


def _wrong_images(code: str) -> str:
    """How many of the images that were turned, inverted or spoilt are named, by how many are."""
    mine = _planted(code)
    if mine.empty:
        return _not_here("planted")
    rows = [
        {"done": change}
        | {
            f"if {numbers.whole_percent(row.strength)} of the images are changed": (
                f"{numbers.whole_percent(row.told)} of {numbers.count(row.of)}"
            )
            for row in some.itertuples()
        }
        for change, some in mine.groupby("change", sort=False)
    ]
    return (
        "<p>Of real radiographs that were changed, among others of the same set, the share that is "
        "named. After nothing was done, all that is named is a false alarm, unless the published "
        "image is itself turned or cropped.</p>"
        + framed(rows_as_html(pd.DataFrame(rows)), "How many of the changed images are named")
    )


def _change(text: str) -> str:
    """The name of a change as words."""
    text = re.sub(r"(mirrored|inverted|equalised) 1", r"\1", text.replace("_", " "))
    return re.sub(r"turned (\d)", r"turned by \1 quarters", text)


def _not_here(name: str) -> str:
    """What is said where a project has no table of what was measured."""
    return f"<p>Not measured here: <code>python benchmarks/{name}.py</code> writes it.</p>"


def _planted(code: str) -> pd.DataFrame:
    """What was planted for a check, and how often it was told; empty where nothing was measured."""
    found = _measured("planted")
    return found if found.empty else found[found["code"] == code]


def _measured(name: str) -> pd.DataFrame:
    path = places.root() / "benchmarks" / f"{name}.csv"
    return pd.read_csv(path) if path.is_file() else pd.DataFrame()


def _said(text: str) -> str:
    """Text of a docstring or comment as HTML: names of code are set as such."""
    text = re.sub(r":\w+:`([^`]+)`", r"``\1``", text)
    parts = re.split(r"``(.+?)``|`([^`]+)`", text)
    return "".join(
        escape(part) if place % 3 == 0 else f"<code>{escape(part)}</code>"
        for place, part in enumerate(parts)
        if part is not None
    )

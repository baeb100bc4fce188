"""Audit strengths: what was measured of the audit's checks, as tables and sentences.

How strong a shortcut must be to be reported, and how many changed copies and wrong images are
found.
"""

import re
from html import escape
from typing import Any

import pandas as pd

from cxrstudy.base import numbers, places
from cxrstudy.base.words import counted
from cxrstudy.pages.tables import framed, rows_as_html

#: Kind of feature in ``benchmarks/ties.csv`` that each check of a label's shortcuts looks at.
TIES = {
    "CXR101": "two values", "CXR102": "two values", "CXR103": "a number", "CXR104": "a number",
    "CXR105": "many numbers", "CXR113": "many numbers", "CXR114": "many numbers",
    "CXR115": "many numbers", "CXR119": "a number",
}  # fmt: skip
#: Checks of pixels: shortcuts were planted in real images, and images were turned, inverted,
#: spoilt, or replaced. ``benchmarks/planted.csv`` has what was told.
PLANTED_SHORTCUTS = ("CXR105", "CXR113", "CXR114", "CXR115")
PLANTED_IMAGES = ("CXR116", "CXR117")

_FALSE_ALARMS = "false alarms"
#: AUROC of a tie that is none.
_NO_TIE = 0.5

#: Changes of ``benchmarks/copies.csv`` in words; ``share`` and ``value`` are their degree.
_CHANGES = {
    "crop_all": "{share} cut off each of the four sides", "crop_one": "{share} cut off one side",
    "crop_each": "up to {share} cut off each side", "shift": "shifted by {share}",
    "border": "a border, {share} wide", "rotation": "turned by {value}°",
    "label": "a box over {share} of width and height", "mirrored": "mirrored",
    "inverted": "inverted", "equalised": "equalised",
    "clahe": "local contrast equalised (CLAHE, clip limit {value})",
    "window": "window without {share} of the pixels", "gamma": "gamma {value}",
    "noise": "noise of {value} grey levels",
}  # fmt: skip


def ties(kind: str) -> str:
    """How often a tie of a kind is reported, by its strength and the number of patients."""
    found = measured("ties")
    if found.empty:
        return _not_here("ties")
    mine = found[found["kind"] == kind]
    rows = [
        {"patients": numbers.count(patients)}
        | {_strength(row.auroc): _told(row) for row in some.itertuples()}
        for patients, some in mine.groupby("patients")
    ]
    return framed(rows_as_html(pd.DataFrame(rows)), f"How often ties of {kind} are reported")


def draws_of_ties() -> str:
    """Of how many draws the shares of ties are, as a sentence; empty where none were measured."""
    found = measured("ties")
    return f" Each share is of {numbers.count(found['draws'].min())} draws." if len(found) else ""


def shortcuts(code: str) -> str:
    """How often a planted shortcut is reported, by how closely it follows a label, as HTML."""
    mine = planted(code)
    if mine.empty:
        return _not_here("planted")
    rows = [
        {"planted": spaced(change)}
        | {_strength(row.strength): _counted(row) for row in some.itertuples()}
        for change, some in mine.groupby("change", sort=False)
    ]
    return (
        "<p>The same of changes that were planted in real radiographs, one each of "
        "400 patients, half of whom have a label that is drawn by chance. Columns: how often the "
        f"change follows the label. Of {numbers.count(mine['of'].iloc[0])} draws of each: how many "
        "are reported, and in brackets how many are an issue.</p>"
        + framed(rows_as_html(pd.DataFrame(rows)), "How often shortcuts in the image are reported")
    )


def copies() -> str:
    """How many copies are found, by what was done to them, as HTML; what is found whole, once."""
    found = measured("copies")
    if found.empty:
        return _not_here("copies")
    is_alarm = found["change"].str.startswith(_FALSE_ALARMS)
    changed, (alarm,) = found[~is_alarm], found[is_alarm].itertuples()
    is_whole, is_pair = changed["found"] == 1, changed["change"].str.contains(" + ", regex=False)
    rows = [
        {"change": change_in_words(row.change), "images": numbers.count(row.images),
         "found": numbers.percent(row.found),
         "95 % interval": f"{numbers.percent(row.low)} to {numbers.percent(row.high)}"}
        for row in changed[~is_whole].itertuples()
    ]  # fmt: skip
    alone = "; ".join(map(change_in_words, changed.loc[is_whole & ~is_pair, "change"]))
    return (
        f"<p>Of real radiographs that were changed, {numbers.count(changed['images'].min())} or "
        f"more for each change. Among {numbers.count(alarm.images)} pairs of images of different "
        f"patients, {numbers.count(alarm.found)} were taken for copies.{_cost()}</p>"
        f"<p>All were found after each of these: {escape(alone)}.{_pairs(changed[is_pair])}</p>"
        + framed(rows_as_html(pd.DataFrame(rows)), "How many copies are found, change by change")
    )


def _cost() -> str:
    """What the search takes among many images; empty where that was not measured."""
    found = measured("copies_cost")
    if found.empty:
        return ""
    parts = [
        f"{counted(round(row.seconds / 60), 'minute')} and "
        f"{numbers.plain(round(row.largest_MB / 1000, 1))} GB among {numbers.count(row.images)} "
        "images"
        for row in found.itertuples()
    ]
    return f" On two cores, the search took {' and '.join(parts)}."


def _pairs(pairs: pd.DataFrame) -> str:
    """Of how many pairs of changes all copies were found."""
    if pairs.empty:
        return ""
    whole = int((pairs["found"] == 1).sum())
    return (
        f" All were found after {numbers.count(whole)} of {numbers.count(len(pairs))} pairs of "
        "changes, one after the other; the table has the other pairs."
    )


def wrong_images() -> str:
    """How many of the images that were turned, inverted or spoilt each check names, as HTML."""
    found = planted(*PLANTED_IMAGES)
    if found.empty:
        return _not_here("planted")
    rows = [
        {"done": spaced(change)}
        | {
            f"{row.code}, {numbers.whole_percent(row.strength)} changed": named(row)
            for row in some.sort_values(["code", "strength"]).itertuples()
        }
        for change, some in found.groupby("change", sort=False)
    ]
    return (
        "<p>Of real radiographs that were changed, among others of the same set: how many each of "
        f"the checks {' and '.join(PLANTED_IMAGES)} names. After nothing was done, all that is "
        "named is a false alarm, unless the published image is itself turned or cropped. Laterals "
        "are simulated, among simulated frontal images.</p>"
        + framed(rows_as_html(pd.DataFrame(rows)), "How many of the changed images are named")
    )


def change_in_words(text: str) -> str:
    """What was done to a copy, in words, from its name in ``benchmarks/copies.csv``.

    Examples
    --------
    >>> change_in_words("crop_each 0.1 + turned 1")
    'up to 10 % cut off each side, then turned by 90°'
    """
    return ", then ".join(map(_one_change, text.split(" + ")))


def _one_change(text: str) -> str:
    kind, _, degree = text.partition(" ")
    if kind == "turned":
        return f"turned by {numbers.count(90 * float(degree))}°"
    if kind not in _CHANGES:
        return text.replace("_", " ")
    return _CHANGES[kind].format(
        share=numbers.whole_percent(float(degree)), value=numbers.plain(float(degree))
    )


def _strength(auroc: float) -> str:
    level = numbers.plain(auroc)
    return f"{level}, no tie" if auroc == _NO_TIE else level


def _told(row: Any) -> str:
    return f"{numbers.whole_percent(row.told)} ({numbers.whole_percent(row.issue)})"


def _counted(row: Any) -> str:
    """How many draws were reported, and were an issue: a share of few says too much."""
    return f"{numbers.count(row.told * row.of)} ({numbers.count(row.issue * row.of)})"


def named(row: Any) -> str:
    """How many of the images that were changed a check named: a share of few says too much."""
    return f"{numbers.count(row.told * row.of)} of {numbers.count(row.of)}"


def spaced(text: str) -> str:
    """A change of ``benchmarks/planted.csv`` with a space before each percent sign."""
    return re.sub(r"(?<=\d)%", " %", text)


def _not_here(name: str) -> str:
    """What is said where a project has no table of what was measured."""
    return f"<p>Not measured here: <code>python benchmarks/{name}.py</code> writes it.</p>"


def planted(*codes: str) -> pd.DataFrame:
    """What was planted for checks, and how often it was told; empty where nothing was measured."""
    found = measured("planted")
    return found if found.empty else found[found["code"].isin(codes)]


def measured(name: str) -> pd.DataFrame:
    """A table of ``benchmarks/``; empty where a project does not have it."""
    path = places.root() / "benchmarks" / f"{name}.csv"
    return pd.read_csv(path) if path.is_file() else pd.DataFrame()

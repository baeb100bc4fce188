"""Labels: the cells of a user's label column become the labels of a manifest.

Three kinds of column are read: one word per image (classes), several words joined by ``|``
(findings), and yes or no, in the words of :data:`YES` and :data:`NO` (whether there is what the
column is named after). Nothing is guessed about which label the study is about: of two classes one
of which is normal it is the other, COVID-19 is if it is there, and otherwise it is asked for.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cxrstudy.data.spelling import same_name
from cxrstudy.data.tables.column import is_blank

YES = frozenset(("1", "1.0", "yes", "y", "true", "positive", "pos", "present", "ja", "si", "sí"))
NO = frozenset(("0", "0.0", "no", "n", "false", "negative", "neg", "absent", "nein"))
#: Words for an image without disease.
NORMAL = frozenset((
    "normal", "no finding", "no findings", "nofinding", "healthy", "control", "none", "negative",
    "clear",
))  # fmt: skip
_COVID = ("covid19", "covid")


class UnclearLabel(ValueError):
    """Which label is meant can't be told; the message says which option names it."""


@dataclass(frozen=True)
class Labels:
    """Labels of images.

    Attributes
    ----------
    cells
        Cells of a manifest; the index is the row in the file.
    unknown
        Whether nothing is known of an image.
    names
        Label here: its name in the table. The last one is what the study asks about.
    exclusive
        Whether each image has exactly one.
    """

    cells: "pd.Series[str]"
    unknown: "pd.Series[bool]"
    names: dict[str, str]
    exclusive: bool

    @property
    def asked(self) -> str:
        """The label that the study asks about."""
        return next(reversed(self.names))


def read_labels(
    cells: "pd.Series[str]",
    column: str,
    asked: str = "",
    renames: Mapping[str, str] | None = None,
) -> Labels:
    """Read a column of labels.

    Parameters
    ----------
    cells
        Text; the index is the row in the file.
    column
        Name of the column; of a column of yes and no it is the name of the label.
    asked
        Value that the study is to ask about, as it stands in the table or as a label here.
    renames
        Value in the table (or name of the column, of a column of yes and no) to label here.

    Raises
    ------
    UnclearLabel
        There are not two different values, two values would have the same name, or it is not clear
        which of them the study is about.

    Examples
    --------
    >>> read = read_labels(pd.Series(["Normal", "COVID-19", "Normal"]), "class")
    >>> read.cells.tolist(), read.asked
    (['normal', 'covid19', 'normal'], 'covid19')
    """
    said, renames = cells.str.strip(), renames or {}
    unknown = said.map(lambda cell: is_blank(cell) and cell.casefold() not in NORMAL)
    words = {cell: [one.strip() for one in cell.split("|")] for cell in said[~unknown].unique()}
    values = sorted({word for listed in words.values() for word in listed if word})
    folded = {value.casefold() for value in values}
    if len(values) < 2:
        raise UnclearLabel(
            f"column {column!r}: all images have the same label ({', '.join(values) or 'none'}); "
            "a network can only learn from images with and without it"
        )
    if folded <= YES | NO and not {*values} & {*renames}:
        name = _name(column, renames)
        present = said.str.casefold().isin(YES)
        return Labels(present.map({True: name, False: ""}), unknown, {name: column}, False)
    named = _named(values, column, renames)
    exclusive = all(len(listed) == 1 for listed in words.values())
    order = _ordered(named, column, asked)
    none = set() if exclusive else {value for value in values if value.casefold() in NORMAL}
    found = {
        cell: "|".join(dict.fromkeys(named[word] for word in listed if word and word not in none))
        for cell, listed in words.items()
    }
    names = {named[value]: value for value in order if value not in none}
    names = {name: names[name] for name in sorted(names, key=lambda one: one == named[order[-1]])}
    return Labels(said.map(found).fillna(""), unknown, names, exclusive)


def _named(values: Sequence[str], column: str, renames: Mapping[str, str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for value in values:
        name = _name(value, renames)
        if name in named.values() and value not in renames:
            other = next(known for known, given in named.items() if given == name)
            raise UnclearLabel(
                f"column {column!r}: {other!r} and {value!r} are probably the same label; write "
                "both in the same way"
            )
        named[value] = name
    return named


def _ordered(named: dict[str, str], column: str, asked: str) -> list[str]:
    """Values in alphabetical order, a normal one first, and the one that is asked about last."""
    values = sorted(named, key=lambda value: (value.casefold() not in NORMAL, value.casefold()))
    diseases = [value for value in values if value.casefold() not in NORMAL]
    if asked:
        fitting = [value for value in values if asked in (value, named[value])]
    else:
        covid = [value for value in values if named[value] in _COVID]
        fitting = covid or (diseases if len(diseases) == 1 else [])
    if len(fitting) != 1:
        said = f"no label is named {asked!r}" if asked else "which label is the study about?"
        raise UnclearLabel(
            f"column {column!r}: {said} Name it with --asks; the labels are {', '.join(values)}"
        )
    return [*(value for value in values if value != fitting[0]), fitting[0]]


def _name(value: str, renames: Mapping[str, str]) -> str:
    """A name for a label: lower case, without marks; the spellings of COVID-19 are one name."""
    if value in renames:
        return renames[value]
    if same_name(value, "covid19") or value.casefold() in _COVID:
        return "covid19"
    name = re.sub(r"[\W_]+", "_", value.casefold()).strip("_")
    return name or "label"

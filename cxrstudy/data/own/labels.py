"""Labels: the cells of a user's label column become the labels of a manifest.

Three kinds of column are read: one word per image (classes), several words joined by ``|``
(findings), and yes or no, in the words of :data:`YES` and :data:`NO` (whether there is what the
column is named after). Nothing is guessed about which label the study is about: of two classes one
of which is normal it is the other, COVID-19 is if it is there, and otherwise it is asked for. Two
words that are nearly the same are an error, until the user says that they are one label, or two.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from cxrstudy.data.own.findings import UnclearLabel, Words, check_words, words_of
from cxrstudy.data.spelling import same_name
from cxrstudy.data.tables.column import is_blank

#: Words for yes, no and an image without disease; in the languages of
#: :data:`cxrstudy.data.own.columns.NAMES`.
YES = frozenset((
    "1", "1.0", "yes", "y", "true", "positive", "pos", "present", "ja", "j", "wahr", "positiv",
    "vorhanden", "si", "sí", "sì", "s", "verdadero", "positivo", "positiva", "presente", "oui",
    "vrai", "positif", "vero", "sim", "verdadeiro",
))  # fmt: skip
NO = frozenset((
    "0", "0.0", "no", "n", "false", "negative", "neg", "absent", "nein", "falsch", "negativ",
    "falso", "negativo", "negativa", "ausente", "non", "faux", "négatif", "assente", "não",
))  # fmt: skip
NORMAL = frozenset((
    "normal", "no finding", "no findings", "nofinding", "healthy", "control", "none", "negative",
    "clear", "unauffällig", "kein befund", "keine befunde", "ohne befund", "o.b.", "normalbefund",
    "gesund", "negativ", "sano", "sin hallazgos", "sin hallazgo", "sin alteraciones", "negativo",
    "normale", "sain", "sans anomalie", "négatif", "nella norma", "sem achados", "saudável",
))  # fmt: skip
_COVID = ("covid19", "covid")


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
    contradictory
        Whether an image is said to be normal and to show a finding, which is unknown then.
    """

    cells: "pd.Series[str]"
    unknown: "pd.Series[bool]"
    names: dict[str, str]
    exclusive: bool
    contradictory: "pd.Series[bool]"

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
    words = {cell: words_of(cell) for cell in said.unique()}
    nothing = {cell for cell in words if _says_nothing(cell, words)}
    words = {cell: found for cell, found in words.items() if cell not in nothing}
    values = sorted({word for found in words.values() for word in (*found.said, *found.doubtful)})
    folded = {value.casefold() for value in values}
    if len(values) < 2:
        raise UnclearLabel(
            f"column {column!r}: all images have the same label ({', '.join(values) or 'none'}); "
            "a network can only learn from images with and without it"
        )
    check_words(values, column, renames)
    if folded <= YES | NO and not {*values} & {*renames}:
        return _of_yes_and_no(said, said.isin(nothing), _name(column, renames), column)
    named = _named(values, column, renames)
    exclusive = all(len(found.said) + len(found.doubtful) == 1 for found in words.values())
    order = _ordered(named, column, asked)
    normal = {value for value in values if value.casefold() in NORMAL}
    none = set() if exclusive else normal
    names = {named[value]: value for value in order if value not in none}
    names = {name: names[name] for name in sorted(names, key=lambda one: one == named[order[-1]])}
    in_doubt = nothing | {
        cell
        for cell, found in words.items()
        if found.doubtful and (exclusive or (not found.said and normal.issuperset(found.doubtful)))
    }
    both = {cell for cell, found in words.items() if not exclusive and _both(found, normal)}
    found = {
        cell: _cell(found, named, none, cell in both)
        for cell, found in words.items()
        if cell not in in_doubt
    }
    return Labels(
        said.map(found).fillna(""), said.isin(in_doubt), names, exclusive, said.isin(both)
    )


def _says_nothing(cell: str, words: Mapping[str, Words]) -> bool:
    """Whether a cell is blank. ``None`` is, where another word says that an image is normal."""
    if not is_blank(cell) or cell.casefold() not in NORMAL:
        return is_blank(cell)
    others = {word.casefold() for found in words.values() for word in found.said}
    return bool((others & NORMAL) - {cell.casefold()})


def _of_yes_and_no(
    said: "pd.Series[str]", unknown: "pd.Series[bool]", name: str, column: str
) -> Labels:
    unknown = unknown | said.str.contains("?", regex=False)
    present = said.str.casefold().isin(YES) & ~unknown
    cells = present.map({True: name, False: ""})
    return Labels(cells, unknown, {name: column}, False, pd.Series(False, said.index))


def _both(found: Words, normal: set[str]) -> bool:
    """Whether a cell says that an image is normal, and a finding."""
    return bool(set(found.said) & normal) and bool({*found.said, *found.doubtful} - normal)


def _cell(found: Words, named: Mapping[str, str], none: set[str], is_both: bool) -> str:
    """A manifest's cell; findings beside "normal" are unknown."""
    said = [named[word] for word in found.said if word not in none]
    doubtful = [named[word] for word in found.doubtful if word not in none]
    unknown = [*said, *doubtful] if is_both else [name for name in doubtful if name not in said]
    present = [] if is_both else said
    return "|".join(dict.fromkeys([*present, *(f"?{name}" for name in unknown)]))


def _named(values: Sequence[str], column: str, renames: Mapping[str, str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for value in values:
        name = _name(value, renames)
        near = (known for known in named if named[known] == name or _alike(known, value))
        other = next(near, None)
        if other is not None and not {value, other} & {*renames}:
            raise UnclearLabel(
                f"column {column!r}: {other!r} and {value!r} are probably the same label; write "
                "both in the same way, or say what each is, with --rename"
            )
        named[value] = name
    return named


def _alike(one: str, other: str) -> bool:
    """Whether two words are probably one label, misspelt, or both say that an image is normal."""
    return same_name(one, other) or {one.casefold(), other.casefold()} <= NORMAL


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
    if same_name(value, "covid19"):
        return "covid19"
    name = re.sub(r"[\W_]+", "_", value.casefold()).strip("_")
    return name or "label"

"""Findings: the words of a user's label cell, and which of them are in doubt.

The words of a cell are joined by ``|``; a word with a question mark at either end is in doubt.
Nothing else is a separator. A cell that seems to use another is an error, because its words would
become a label of their own, and each of them would be absent.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

#: What people write between findings, other than ``|``.
_OTHERS = re.compile(r"[,;/+&\n]| and ")
_NEGATIVE = re.compile(r"-\d+(?:[.,]0+)?")
_LIST = re.compile(r"[\[({].*[\])}]", re.DOTALL)


class UnclearLabel(ValueError):
    """Which label is meant can't be told; the message says which option names it."""


class Words(NamedTuple):
    """Words of a cell: those that it states, and those that it leaves in doubt."""

    said: tuple[str, ...]
    doubtful: tuple[str, ...]


def words_of(cell: str) -> Words:
    """Split a cell into its words.

    Examples
    --------
    >>> words_of("mass| effusion |?hernia|")
    Words(said=('mass', 'effusion'), doubtful=('hernia',))
    """
    words = [word.strip() for word in cell.split("|")]
    in_doubt = {word: word.strip("?").strip() for word in words if word.strip("?") != word}
    said = (word for word in words if word and word not in in_doubt)
    return Words(tuple(dict.fromkeys(said)), tuple(filter(None, in_doubt.values())))


def check_words(words: Collection[str], column: str, renamed: Collection[str]) -> None:
    """Check that no word is several, joined by another sign than ``|``.

    Parameters
    ----------
    words
        All words of a column.
    column
        Its name, for messages.
    renamed
        Words to which the user gave a name: they are what the user says.

    Raises
    ------
    UnclearLabel
        A word is a list, or has a part that is a word of its own; or it is a negative number, which
        some write for "uncertain" and others for "no".
    """
    negative = [word for word in words if _NEGATIVE.fullmatch(word) and word not in renamed]
    if negative:
        raise UnclearLabel(
            f"column {column!r}: {negative[0]!r} may mean uncertain, or no; leave the cell empty "
            "if it is uncertain, write 0 if it is no, or give it a name of its own with --rename"
        )
    alone = {word.casefold() for word in words}
    for word in words:
        parts = [part.strip() for part in _OTHERS.split(word)]
        shared = len(parts) > 1 and any(part.casefold() in alone for part in parts)
        if word not in renamed and (shared or _LIST.fullmatch(word)):
            raise UnclearLabel(
                f"column {column!r}: {word!r} seems to be several findings; write | between "
                "findings, or give it a name of its own with --rename"
            )

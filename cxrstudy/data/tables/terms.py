"""Terms: cells that hold a list of words, as Python writes it: ``['nodule', 'mass']``."""

import ast
import re
from collections.abc import Set

import pandas as pd

from cxrstudy.data.tables.column import Column

_STRING = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
#: Strings with commas between them. Python itself would join strings without a comma into one word.
_LIST = re.compile(rf"\[\s*(?:{_STRING}(?:\s*,\s*{_STRING})*\s*,?)?\s*\]")


def term_sets(column: Column, vocabulary: Set[str]) -> "pd.Series":
    """Read the terms of each cell, without spaces around them.

    Parameters
    ----------
    column
        Cells that are lists of strings.
    vocabulary
        All terms that the publisher uses.

    Returns
    -------
    Sets of terms; None if a cell says nothing, is no list, or has a term outside the vocabulary.
    The caller tells these apart by :attr:`Column.blank`.

    Examples
    --------
    >>> from pathlib import Path
    >>> cells = pd.Series(["['a', ' b']", "['a' 'b']", "", "['A']"])
    >>> term_sets(Column(Path("t.csv"), "Labels", cells), {"a", "b"}).map(bool).tolist()
    [True, False, False, False]
    """
    known = {cell: _terms_of(cell.strip(), vocabulary) for cell in column.cells.unique()}
    return pd.Series([known[cell] for cell in column.cells], column.cells.index, dtype=object)


def _terms_of(cell: str, vocabulary: Set[str]) -> frozenset[str] | None:
    if not _LIST.fullmatch(cell):
        return None
    try:
        terms = frozenset(term.strip() for term in ast.literal_eval(cell))
    except (ValueError, SyntaxError):  # a wrong escape
        return None
    return terms if terms <= vocabulary | {""} else None

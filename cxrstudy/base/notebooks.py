"""Notebooks: read the file of a notebook. Every notebook comes in through this module.

``read_notebook`` gives the whole notebook, as nbformat knows it, to execute or to change it.
``read_cells`` gives only the cells, to plan. It does without nbformat, whose import takes longer
than planning, because it compiles the grammar of web addresses.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.text_file import read_text

#: A paragraph in bold, as the question of a page is.
_QUESTION = re.compile(r"^\*\*(.+?)\*\*$", flags=re.MULTILINE | re.DOTALL)


class NotebookFileError(ValueError):
    """A file is no notebook; the message names it, the line, the reason and what to do."""


@dataclass(frozen=True)
class Cell:
    """One cell of a notebook's file, without its outputs."""

    cell_type: str
    source: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def read_cells(path: Path) -> list[Cell]:
    """Read the cells of a notebook.

    Raises
    ------
    NotebookFileError
        As of :func:`read_notebook`.
    """
    text = _text(path)
    try:
        return _current_cells(json.loads(text))
    # Older, or broken: nbformat says.
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        cells = read_notebook(path).cells
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell.get("source"), str):
            raise NotebookFileError(f"{path}: cell {number} has no text; {_ADVICE}")
    return [Cell(cell.cell_type, cell.source, cell.metadata) for cell in cells]


def heading(path: Path) -> str:
    """Read the heading that a notebook begins with.

    Raises
    ------
    NotebookFileError
        As of :func:`read_notebook`.
    """
    return read_cells(path)[0].source.partition("\n")[0].lstrip("# ")


def chapter(page: str) -> str:
    """Name a page as readers know it: by the heading of its notebook, where there is one.

    Examples
    --------
    >>> chapter("04_mixup"), chapter("mine")
    ('MixUp', 'mine')
    """
    path = places.notebooks() / f"{page}.ipynb"
    return heading(path) if path.is_file() else page


def question(page: str) -> str:
    """Read the question that a page asks below its heading, in bold; empty if it asks none.

    Examples
    --------
    >>> question("07_gradcam"), question("mine")
    ('Do the maps point at the disease?', '')
    """
    path = places.notebooks() / f"{page}.ipynb"
    found = _QUESTION.search(read_cells(path)[0].source) if path.is_file() else None
    return " ".join(found[1].split()) if found else ""


def _current_cells(notebook: Any) -> list[Cell]:
    if notebook["nbformat"] != 4:
        raise ValueError("not of version 4")
    return [
        Cell(cell["cell_type"], "".join(cell["source"]), dict(cell["metadata"]))
        for cell in notebook["cells"]
    ]


def read_notebook(path: Path) -> Any:
    """Read a notebook, in the format of version 4.

    Raises
    ------
    NotebookFileError
        There is no such file, or it is no notebook: empty, cut off, or with a merge conflict.
    """
    import nbformat

    text = _text(path)
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:  # nbformat raises errors of many kinds
        raise NotebookFileError(f"{path}: no notebook ({_why(text, error)}); {_ADVICE}") from None


def _text(path: Path) -> str:
    try:
        return read_text(path, NotebookFileError)
    except FileNotFoundError:
        raise NotebookFileError(f"{path}: there is no such notebook") from None


_ADVICE = "restore the file, for example with git restore"


def _why(text: str, error: Exception) -> str:
    if not text.strip():
        return "the file is empty"
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"(<{7}|={7}|>{7})( |$)", line):
            return f"line {number}: a merge conflict, {line[:7]}"
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"


def tags_of(cell: Any) -> list[str]:
    """Tags of a cell."""
    return list(cell.metadata.get("tags") or [])

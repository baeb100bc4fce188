"""Notebooks: read the file of a notebook. Every notebook comes in through this reader."""

import re
from pathlib import Path
from typing import Any


class NotebookFileError(ValueError):
    """A file is no notebook; the message names it, the line, the reason and what to do."""


def read_notebook(path: Path) -> Any:
    """Read a notebook, in the format of version 4.

    Raises
    ------
    NotebookFileError
        There is no such file, or it is no notebook: empty, cut off, or with a merge conflict.
    """
    import nbformat

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotebookFileError(f"{path}: can't be read as a notebook ({error})") from None
    try:
        return nbformat.reads(text, as_version=4)
    except Exception as error:  # nbformat raises errors of many kinds
        raise NotebookFileError(f"{path}: no notebook ({_why(text, error)}); {_ADVICE}") from None


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
    return list(cell.metadata.get("tags", []))

"""Ended early: a chapter that ends where none of its arms has a result.

That no training of a chapter learnt anything, as after few steps on few patients, is an outcome and
no error of the notebook. The page shows what comes before its scores, the evidence among it, and
says why it ends there. The other pages of the book are built as always.
"""

from html import escape
from pathlib import Path
from typing import Any

from cxrstudy.base.atomic import write_file
from cxrstudy.base.notebooks import read_notebook
from cxrstudy.pages.names import spaced

_NOTE = """\
<div class="admonition warning"><p class="admonition-title">No arm has a result</p>
<p>This page ends here. None of the trainings that it needs has learnt anything that could be shown:
{why}.</p><p>More steps, another learning rate or more patients may help; they are numbers of the
profile.</p></div>"""


def end(executed: Path, why: str) -> None:
    """Let an executed notebook end, with a note, at the cell that found no result.

    Parameters
    ----------
    executed
        File of the notebook, with papermill's marks of an error.
    why
        Message of :class:`cxrstudy.runs.no_result.NoResultError`.

    Raises
    ------
    NotebookFileError
        The file can't be read.
    """
    import nbformat

    notebook = read_notebook(executed)
    cells = [cell for cell in notebook.cells if not _is_mark(cell)]
    last = next(number for number, cell in enumerate(cells) if _failed(cell))
    note = nbformat.v4.new_output("display_data", {"text/html": _NOTE.format(why=_told(why))})
    cells[last].outputs = [note]
    cells[last].metadata["tags"] = ["remove-input"]
    notebook.cells = cells[: last + 1]
    notebook.metadata.get("papermill", {})["exception"] = None
    write_file(executed, nbformat.writes(notebook).encode())


def _is_mark(cell: Any) -> bool:
    return "papermill-error-cell-tag" in cell.metadata.get("tags", [])


def _failed(cell: Any) -> bool:
    return any(output.output_type == "error" for output in cell.get("outputs", []))


def _told(why: str) -> str:
    """The first of several reasons, and how many others there are."""
    first, *others = why.split("; ")
    more = f" (and {len(others)} more)" if others else ""
    return f"{escape(spaced(first))}{more}"

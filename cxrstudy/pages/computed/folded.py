"""Folded: cells of an executed notebook that its page hides or folds: it begins with its text.

Cells that only set parameters are hidden: the banner says their values. How the page was made is
folded at its end. Who opens the notebook itself sees both.
"""

from pathlib import Path

import nbformat

from cxrstudy.base.notebooks import read_notebook, tags_of
from cxrstudy.runs.page_stamp import STAMP

#: Tags of cells that set parameters: the notebook's own, and what papermill adds.
PARAMETERS = {"parameters", "injected-parameters"}
HIDDEN = "remove-cell"


def fold_cells(notebook: Path) -> None:
    """Hide and fold these cells of a copied notebook, which is changed."""
    page = read_notebook(notebook)
    for cell in page.cells:
        if PARAMETERS & set(tags_of(cell)):
            cell.metadata["tags"] = [*tags_of(cell), HIDDEN]
        if STAMP in tags_of(cell):
            cell.source = folded(cell.source)
    nbformat.write(page, notebook)


def folded(text: str) -> str:
    r"""A section of a page as a part that a reader opens.

    Examples
    --------
    >>> folded("## How\n\nSo.")
    ':::{dropdown} How\nSo.\n:::'
    """
    heading, _, body = text.partition("\n")
    return f":::{{dropdown}} {heading.lstrip('# ')}\n{body.strip()}\n:::"

"""Parameters: cells that only set a page's parameters are not shown; its banner says their values.

A reader of the page begins with the question. Who executes the notebook sees the cells there.
"""

from pathlib import Path

import nbformat

from cxrstudy.base.notebooks import read_notebook, tags_of

#: Tags of such cells: the notebook's own, and what papermill adds.
TAGS = {"parameters", "injected-parameters"}
HIDDEN = "remove-cell"


def hide_parameters(notebook: Path) -> int:
    """Hide these cells of a copied notebook, which is changed.

    Returns
    -------
    How many there were.
    """
    page = read_notebook(notebook)
    cells = [cell for cell in page.cells if TAGS & set(tags_of(cell))]
    for cell in cells:
        cell.metadata["tags"] = [*tags_of(cell), HIDDEN]
    if cells:
        nbformat.write(page, notebook)
    return len(cells)

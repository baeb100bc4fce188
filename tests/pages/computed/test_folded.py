"""Folded: cells of parameters are hidden, the stamp is folded, and no other cell is changed."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cxrstudy.pages.computed.folded import HIDDEN, PARAMETERS, fold_cells
from cxrstudy.runs.page_stamp import STAMP


def test_parameters_are_hidden_the_stamp_is_folded_and_others_stay(tmp_path):
    cells = [new_code_cell("a = 1", metadata={"tags": [tag]}) for tag in sorted(PARAMETERS)]
    others = [new_code_cell("a", metadata={"tags": ["remove-input"]}), new_markdown_cell("# A")]
    stamp = new_markdown_cell("## How\n\nSo.\n\n- b", metadata={"tags": [STAMP]})
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=[*cells, *others, stamp]), path)
    fold_cells(path)
    found = nbformat.read(path, as_version=4).cells
    hidden = [HIDDEN in cell.metadata.get("tags", []) for cell in found]
    assert hidden == [True] * len(PARAMETERS) + [False] * 3
    assert [cell.source for cell in found[-3:]] == [
        "a",
        "# A",
        ":::{dropdown} How\nSo.\n\n- b\n:::",
    ]

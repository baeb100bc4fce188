"""Parameters: cells that set them are hidden on the page, and no other cell is."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from cxrstudy.pages.computed.parameters import HIDDEN, TAGS, hide_parameters


def test_cells_of_parameters_are_hidden_and_others_stay(tmp_path):
    cells = [new_code_cell("a = 1", metadata={"tags": [tag]}) for tag in sorted(TAGS)]
    others = [new_code_cell("a", metadata={"tags": ["remove-input"]}), new_markdown_cell("# A")]
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=[*cells, *others]), path)
    assert hide_parameters(path) == len(TAGS)
    tags = [cell.metadata.get("tags", []) for cell in nbformat.read(path, as_version=4).cells]
    assert [HIDDEN in each for each in tags] == [True] * len(TAGS) + [False] * len(others)


def test_a_page_without_parameters_is_not_written_again(tmp_path):
    path = tmp_path / "a.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell("a")]), path)
    before = path.read_bytes()
    assert hide_parameters(path) == 0
    assert path.read_bytes() == before

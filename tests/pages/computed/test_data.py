"""Data: what a reader downloads below a figure is what was drawn, and says what made it."""

import io
import json

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from cxrstudy.pages.computed.data import LINK, link_data
from cxrstudy.pages.figures.source import CSV
from tests.support.some import some

STAMP = {"command": "papermill x.ipynb", "commit": "3f9a", "uncommitted": True, "runs": ["a", "b"]}


@pytest.fixture
def page(tmp_path):
    """A page with a figure of its runs, one of recorded results, and a table."""

    def cell(name, csv):
        data = {"image/svg+xml": "<svg/>", CSV: csv} if csv else {"text/html": "<p>1</p>"}
        figure = {"figure": {"caption": f"About {name}.", "name": name}} if name else {}
        shown = new_output("display_data", data=data)
        return new_code_cell("", outputs=[shown], metadata={"mystnb": figure})

    cells = [cell("fig-own", "a\n0.5\n"), cell("fig-recorded", "# commit: 1c\na\n0.25\n")]
    path = tmp_path / "04_mixup.ipynb"
    nbformat.write(new_notebook(cells=[*cells, cell("", "")]), path)
    path.with_suffix(".provenance.json").write_text(json.dumps(STAMP))
    return path


def test_each_figure_has_a_file_with_its_numbers(page):
    own, recorded = link_data(page)
    assert pd.read_csv(own, comment="#")["a"].tolist() == [0.5]
    assert pd.read_csv(recorded, comment="#")["a"].tolist() == [0.25]


def test_a_file_says_what_made_it_and_recorded_results_are_not_the_pages_own(page):
    own, recorded = (file.read_text() for file in link_data(page))
    assert own.splitlines()[:4] == [
        "# figure: About fig-own.", "# command: papermill x.ipynb",
        "# commit: 3f9a with uncommitted changes", "# runs: a b",
    ]  # fmt: skip
    assert "# commit: 1c" in recorded
    assert "3f9a" not in recorded


def test_captions_link_the_files_and_cells_without_a_figure_stay_as_they_are(page):
    files = link_data(page)
    cells = nbformat.read(page, as_version=4).cells
    captions = [cell.metadata["mystnb"].get("figure", {}).get("caption", "") for cell in cells]
    assert captions == [
        *(f"About {file.stem[9:]}. {{download}}`{LINK} <data/{file.name}>`" for file in files), "",
    ]  # fmt: skip
    assert all((page.parent / "data" / file.name).is_file() for file in some(files))
    assert pd.read_csv(io.StringIO(files[0].read_text()), comment="#").shape == (1, 1)


def test_the_caption_of_a_figure_of_recorded_results_names_them(page):
    notebook = nbformat.read(page, as_version=4)
    notebook.cells[1].outputs[0].data[CSV] = "# results: Phantoms, 5 seeds\n# commit: 1c\na\n0.25\n"
    nbformat.write(notebook, page)
    link_data(page)
    cells = nbformat.read(page, as_version=4).cells
    own, recorded = (cell.metadata["mystnb"]["figure"]["caption"] for cell in cells[:2])
    assert recorded.startswith("About fig-recorded. Phantoms, 5 seeds. {download}")
    assert own.startswith("About fig-own. {download}")


def test_no_output_is_left_of_a_kind_that_the_book_cannot_show(page):
    link_data(page)
    outputs = [out for cell in nbformat.read(page, as_version=4).cells for out in cell.outputs]
    assert [sorted(out.data) for out in outputs] == [
        ["image/svg+xml"],
        ["image/svg+xml"],
        ["text/html"],
    ]


def test_a_page_without_figures_is_not_written_again(page):
    nbformat.write(new_notebook(), page)
    before = page.read_bytes()
    assert link_data(page) == []
    assert page.read_bytes() == before


def test_estimates_have_a_table_for_phones_below_the_figure_unless_it_is_folded(page):
    cells = nbformat.read(page, as_version=4)
    csv = "arm,estimate,low,high,level\na,0.5,0.4,0.6,0.95\n"
    for cell in cells.cells[:2]:
        cell.outputs[0].data[CSV] = csv
    cells.cells[1].metadata["tags"] = ["hide-output"]
    nbformat.write(cells, page)
    link_data(page)
    kinds = [cell.cell_type for cell in nbformat.read(page, as_version=4).cells]
    assert kinds == ["code", "markdown", "code", "code"]


def test_a_figure_without_a_name_has_no_file_and_those_after_it_have(page):
    notebook = nbformat.read(page, as_version=4)
    del notebook.cells[0].metadata["mystnb"]["figure"]["name"]
    nbformat.write(notebook, page)
    assert [file.stem for file in link_data(page)] == ["04_mixup-fig-recorded"]

"""Notebooks that are written for one test, and a papermill that fails in some way."""

import nbformat
import pytest

from tests.support.project import use

#: Cells that declare parameters.
STUDY = (
    '# parameters\nprofile = "quick"  # quick or standard: a\n'
    'cohort = "phantom"  # phantom or open: b\n'
)
SEEDS = "seeds = 1  # 1 to 20: c\n"
READER = '# parameters\nexecuted = "book"  # any folder: d\n'


def write(path, *cells, parameters=""):
    made = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": ""}}
    )
    made.metadata["language_info"] = {"name": "python"}
    if parameters:
        tags = {"tags": ["parameters"]}
        made.cells.append(nbformat.v4.new_code_cell(parameters, metadata=tags))
    made.cells += [nbformat.v4.new_code_cell(cell) for cell in cells]
    nbformat.write(made, path)
    return path


@pytest.fixture
def notebooks(tmp_path, monkeypatch):
    folder = use(monkeypatch, tmp_path, "notebooks") / "notebooks"
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "log")
    write(folder / "00_plain.ipynb", "1")
    write(folder / "06_schemes.ipynb", parameters=STUDY + SEEDS)
    write(folder / "10_provenance.ipynb", parameters=READER)
    return folder


def made_by(error):
    """A stand-in for papermill that leaves a notebook of one cell, then fails in some way."""

    def papermill(source, output, parameters, **_):
        left = nbformat.v4.new_notebook()
        cell = nbformat.v4.new_code_cell("1")
        cell.metadata["papermill"] = {"start_time": "2026"}
        left.cells = [nbformat.v4.new_markdown_cell("x"), cell]
        left.metadata["papermill"] = {
            "input_path": source, "output_path": output, "parameters": parameters, "version": "2",
            "start_time": "2026", "duration": None, "exception": None,
        }  # fmt: skip
        nbformat.write(left, output)
        if error:
            raise error

    return papermill

"""Records that travel inside executed notebooks."""

import nbformat
import pytest

from cxrstudy.provenance import (
    RUNS,
    costs,
    environments,
    output_of,
    read_executed,
    runs_of,
    table_of,
)
from cxrstudy.record import Record, id_of


def record(seed=0, parent=None, seconds=2.0):
    identity = {
        "stage": {"seed": seed},
        "parent": parent,
        "environment": {"torch": "2.15.0"},
        "arithmetic": ["cpu", "float32"],
    }
    return Record(
        id=id_of(identity),
        identity=identity,
        chain="random → target",
        cohort="phantom",
        copies="made",
        kind="binary",
        labels=["a"],
        images={"target train": 4},
        patients=3,
        image_steps=320,
        seconds={"training": seconds, "scoring": 1.0},
        peak_memory_bytes=2**20,
        device="a processor",
        finished=f"2026-11-21T22:0{seed}:00+00:00",
        files={},
    )


def execute(folder, name, records):
    """Write a notebook as papermill leaves it."""
    output = nbformat.v4.new_output(
        "display_data", {"text/html": ""}, metadata={RUNS: output_of(records)}
    )
    cell = nbformat.v4.new_code_cell("provenance()", outputs=[output] if records else [])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / f"{name}.ipynb")


def test_what_a_notebook_carries_is_read_back_unchanged(tmp_path):
    first = record()
    execute(tmp_path, "01_one", [first, record(1, first.id)])
    execute(tmp_path, "02_two", [first])
    execute(tmp_path, "03_prose", [])
    pages = read_executed(tmp_path)
    assert list(pages) == ["01_one", "02_two"]
    assert pages["01_one"] == [first, record(1, first.id)]


def test_a_folder_without_notebooks_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="no executed notebook; run make book"):
        read_executed(tmp_path)


def test_a_run_that_two_pages_share_is_listed_once_and_paid_by_both():
    first, second = record(), record(1, record().id, seconds=4.0)
    pages = {"one": [first, second], "two": [first]}
    assert runs_of(pages)["run"].tolist() == [first.id[:12], second.id[:12]]
    cost = costs(pages).set_index("page")
    assert cost["runs"].to_dict() == {"one": 2, "two": 1}
    assert cost["seconds"].to_dict() == {"one": 8.0, "two": 3.0}
    assert cost["image_steps"].to_dict() == {"one": 640, "two": 320}
    assert cost["latest"]["one"] == "2026-11-21T22:01:00+00:00"


def test_a_row_names_its_parent_and_a_first_stage_none():
    table = table_of([record(), record(1, record().id)])
    assert table["parent"].tolist() == ["", record().id[:12]]
    assert table["MiB"].tolist() == [1.0, 1.0]


def test_an_environment_is_listed_once_with_its_number_of_runs():
    found = environments({"one": [record(), record(1)], "two": [record(2)]})
    assert found.to_dict("records") == [
        {"torch": "2.15.0", "device": "a processor", "arithmetic": "float32", "runs": 3}
    ]

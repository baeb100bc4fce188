"""Records that travel inside executed notebooks."""

import json
import subprocess

import nbformat
import pytest

from cxrstudy.runs.provenance import (
    RUNS,
    STAMP,
    checkout,
    costs,
    environments,
    output_of,
    read_executed,
    runs_of,
    stamp,
    table_of,
    versions_of,
)
from cxrstudy.runs.record import Record, id_of


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
        task="binary",
        labels=["a"],
        images={"target train": 4},
        patients=3,
        samples_seen=320,
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
    assert cost["samples_seen"].to_dict() == {"one": 640, "two": 320}
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


# --- How a page was made ------------------------------------------------------------------------


def leave(folder, **told):
    """Write a notebook as papermill leaves it, with what it says of the execution."""
    execute(folder, "01_one", [record()])
    notebook = nbformat.read(folder / "01_one.ipynb", as_version=4)
    notebook.metadata["papermill"] = {
        "input_path": "notebooks/01_one.ipynb",
        "output_path": "out.ipynb",
        "parameters": {"profile": "quick", "seeds": 2},
        "start_time": "2026-11-22T00:00:00+00:00",
        "duration": 12.34,
        "exception": None,
        "version": "2.6.0",
    } | told
    nbformat.write(notebook, folder / "01_one.ipynb")
    return folder / "01_one.ipynb"


def test_a_stamped_notebook_says_how_it_was_made_and_so_does_a_file_beside_it(tmp_path):
    path = leave(tmp_path)
    facts = json.loads(stamp(path).read_text())
    command = "papermill notebooks/01_one.ipynb out.ipynb -p profile quick -p seeds 2"
    assert facts["command"] == command
    assert (facts["seconds"], facts["failed"]) == (12.3, False)
    assert facts["electricity_joules"] == "not measured"
    assert facts["runs"] == [record().id]
    assert set(facts["versions"]) >= {"cxrstudy", "papermill", "torch", "python"}
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    last = notebook.cells[-1]
    assert last.metadata[STAMP] == facts
    for said in (command, facts["commit"][:12], "Took: 12.3 s", "Electricity: not measured"):
        assert said in last.source
    assert read_executed(tmp_path) == {"01_one": [record()]}


def test_stamping_again_replaces_the_stamp(tmp_path):
    path = leave(tmp_path)
    stamp(path)
    before = path.read_text().count(STAMP)
    stamp(path)
    assert path.read_text().count(STAMP) == before
    assert len(nbformat.read(path, as_version=4).cells) == 2


def test_a_stamp_says_the_electricity_that_was_measured(tmp_path):
    path = leave(tmp_path)
    facts = json.loads(stamp(path, {"processor": 1234.0}).read_text())
    assert facts["electricity_joules"] == {"processor": 1234.0}
    assert "1,234 J by the processor" in nbformat.read(path, as_version=4).cells[-1].source


def test_a_failed_execution_is_stamped_as_one(tmp_path):
    assert json.loads(stamp(leave(tmp_path, exception=True)).read_text())["failed"]


def test_what_papermill_did_not_leave_is_not_stamped(tmp_path):
    execute(tmp_path, "01_one", [])
    with pytest.raises(ValueError, match="not executed by papermill"):
        stamp(tmp_path / "01_one.ipynb")


def test_the_checkout_says_its_commit_and_whether_files_differ(tmp_path):
    def git(*arguments):
        name = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", "-C", tmp_path, *name, *arguments], check=True, capture_output=True)

    assert checkout(tmp_path / "nowhere") == ("none", True)
    git("init")
    (tmp_path / "file").write_text("a")
    git("add", ".")
    git("commit", "-m", "first")
    commit, changed = checkout(tmp_path)
    assert len(commit) == 40
    assert not changed
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "new").write_text("b")  # what is being written is no difference
    assert checkout(tmp_path) == (commit, False)
    (tmp_path / "file").write_text("b")
    assert checkout(tmp_path) == (commit, True)
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "project").touch()  # a package that is installed in the checkout
    assert checkout(tmp_path / "venv") == ("none", True)


def test_versions_that_differ_between_runs_are_all_named():
    other = record(1).model_copy(update={"identity": {"environment": {"torch": "2.16.0"}}})
    assert versions_of([record(), other]) == {"torch": "2.15.0, 2.16.0"}

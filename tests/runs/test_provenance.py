"""Records that travel inside executed notebooks."""

import subprocess

import nbformat
import pytest

from cxrstudy.base.notebooks import NotebookFileError
from cxrstudy.runs.outcome import Outcome
from cxrstudy.runs.provenance import (
    RUNS,
    checkout,
    costs,
    environments,
    output_of,
    read_executed,
    runs_of,
    table_of,
    versions_of,
    why_no_commit,
)
from cxrstudy.training.plateau import Plateau
from tests.support.recorded_pages import record
from tests.support.repositories import commit, start


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


def test_records_of_another_version_are_told_with_their_notebook(tmp_path):
    path = tmp_path / "old.ipynb"
    output = nbformat.v4.new_output("display_data", metadata={RUNS: [{"id": "0", "mood": "good"}]})
    cell = nbformat.v4.new_code_cell("", outputs=[output])
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    said = r"old\.ipynb: its records are not of this version \(identity: .*\); execute it again$"
    with pytest.raises(NotebookFileError, match=said) as error:
        read_executed(tmp_path)
    assert "pydantic" not in str(error.value)


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


def test_a_training_that_is_no_result_says_why():
    weak = record().model_copy(update={"outcome": Outcome(better_than_constant=False)})
    assert table_of([record(), weak])["failed"].tolist() == [
        "", "not better than a constant on validation",
    ]  # fmt: skip
    blind = record().model_copy(update={"outcome": Outcome(never_seen=["other_pneumonia"])})
    assert table_of([blind])["failed"].tolist() == ["no training image of other pneumonia"]


def test_an_environment_is_listed_once_with_its_number_of_runs():
    found = environments({"one": [record(), record(1)], "two": [record(2), record(1)]})
    assert found.to_dict("records") == [
        {"torch": "2.15.0", "device": "a processor", "arithmetic": "float32", "runs": 3}
    ]


# --- How a page was made ------------------------------------------------------------------------


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


def test_a_project_inside_another_repository_does_not_take_its_commit(tmp_path, monkeypatch):
    """As an archive unpacked in a folder that the outer repository ignores, but for one file."""
    outer = start(tmp_path / "outer")
    inner = outer / "study"
    inner.mkdir()
    (outer / ".gitignore").write_text("study/*\n!study/.gitkeep\n")
    (inner / ".gitkeep").touch()
    made = commit(outer)
    (inner / "profiles").mkdir()
    (inner / "profiles" / "quick.yaml").touch()
    assert checkout(inner) == ("none", True)
    assert "does not track its profiles/" in why_no_commit(inner)
    monkeypatch.setenv("GIT_DIR", str(outer / ".git"))  # as in a hook of the outer repository
    assert checkout(tmp_path / "elsewhere") == ("none", True)
    assert checkout(outer) == (made, False)
    assert why_no_commit(outer) == ""
    (outer / ".gitignore").write_text("")
    made = commit(outer)  # now the outer commit contains the project
    assert checkout(inner) == (made, False)


def test_versions_that_differ_between_runs_are_all_named():
    other = record(1).model_copy(update={"identity": {"environment": {"torch": "2.16.0"}}})
    assert versions_of([record(), other]) == {"torch": "2.15.0, 2.16.0"}


@pytest.mark.parametrize(
    ("rise", "fall", "said"),
    [
        (0.0, 0.0, "did not move in the last third of 8 steps"),
        (0.001, 0.0, "yes: AUROC +0.001, loss lower by 0.0 %"),
    ],
)
def test_a_training_that_did_not_move_is_not_called_one_at_its_plateau(rise, fall, said):
    made = record()
    identity = made.identity | {"stage": made.identity["stage"] | {"steps": 8}}
    end = Plateau(reached=True, rise=rise, fall=fall)
    ended = made.model_copy(update={"identity": identity, "plateau": end})
    assert table_of([ended])["plateau"].tolist() == [said]

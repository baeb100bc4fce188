"""Batch execution: what has changed is executed, several notebooks at once, readers last."""

import json
import os
import subprocess
from pathlib import Path

import nbformat
import pytest

from cxrstudy.base import places
from cxrstudy.base.notebooks import NotebookFileError
from cxrstudy.pages import batch_execution, execution
from cxrstudy.pages.batch_execution import NotebookError, execute_notebooks, executions, folder_of
from cxrstudy.pages.execution import Execution
from cxrstudy.study.experiment import notebook_names
from cxrstudy.study.parameters import ParameterError
from tests.support import written_notebooks
from tests.support.project import THIS
from tests.support.some import some
from tests.support.written_notebooks import made_by, write

notebooks = written_notebooks.notebooks

#: Both meet before either goes on: they are under way at the same time, or neither ends.
MEET = """
import pathlib, time
folder = pathlib.Path({folder!r})
(folder / "{name}").touch()
while len(list(folder.iterdir())) < 2:
    time.sleep(0.05)
print("met")
"""


def test_make_asks_the_command_and_has_no_folder_of_its_own():
    command = ["make", "--dry-run", "book", "PROFILE=standard", "SEEDS=5"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=THIS).stdout
    assert "cxrstudy.cli book --profile standard --cohort phantom --seeds 5" in said
    assert "runs/" not in said


@pytest.mark.parametrize("seeds", [3, None])
def test_every_declared_parameter_is_given(notebooks, seeds):
    folder = folder_of("quick", "open", seeds)
    listed = executions(notebook_names(), "quick", "open", seeds)
    assert [(each.notebook.stem, each.parameters) for each in listed] == [
        ("00_plain", {}),
        ("06_schemes", {"profile": "quick", "cohort": "open", "seeds": seeds or 1}),
        ("10_provenance", {"executed": os.path.relpath(folder, places.workplace())}),
    ]
    assert folder.is_absolute()
    assert not Path(listed[-1].parameters["executed"]).is_absolute()
    assert [each.output for each in listed] == [folder / each.notebook.name for each in listed]


def test_what_can_not_be_given_is_said_by_notebook_before_anything_is_executed(notebooks):
    with pytest.raises(ParameterError, match=r"06_schemes.ipynb: parameter cohort = 'made' is not"):
        executions(notebook_names(), "quick", "made", None)
    made = nbformat.read(notebooks / "06_schemes.ipynb", as_version=4)
    made.cells[0].metadata.pop("tags")
    nbformat.write(made, notebooks / "06_schemes.ipynb")
    with pytest.raises(ParameterError, match=r"06_schemes.ipynb: cell 1 begins .* no cell has the"):
        executions(notebook_names(), "quick", "phantom", None)
    (notebooks / "06_schemes.ipynb").write_text("<<<<<<< HEAD\n")
    with pytest.raises(NotebookFileError, match=r"06_schemes.ipynb: no notebook \(line 1: a merge"):
        executions(notebook_names(), "quick", "phantom", None)


def test_only_what_has_changed_is_executed_and_the_rest_goes_on(notebooks, monkeypatch):
    executed = []

    def alone(listed, _):
        executed.append([each.notebook.stem for each in listed])
        return [failure for each in listed if (failure := execution.execute_notebook(each))]

    def changed():
        listed = executions(notebook_names(), "quick", "phantom", None)
        return [each.notebook.stem for each in batch_execution.execute_changed(listed, 1)]

    monkeypatch.setattr(batch_execution, "_execute", alone)
    monkeypatch.setattr(execution, "_compare", lambda _: None)
    monkeypatch.setattr("papermill.execute_notebook", made_by(None))
    assert changed() == ["00_plain", "06_schemes", "10_provenance"]
    assert changed() == []
    write(notebooks / "00_plain.ipynb", "2")
    os.utime(notebooks / "00_plain.ipynb", (0, 0))  # older than what was executed from it
    assert changed() == ["00_plain", "10_provenance"]  # what reads the executed ones comes last
    write(notebooks / "00_plain.ipynb", "1")
    monkeypatch.setattr("papermill.execute_notebook", made_by(ValueError("broken")))
    with pytest.raises(NotebookError, match="00_plain"):
        changed()
    assert executed[-2:] == [["00_plain"], ["10_provenance"]]


def test_notebooks_are_executed_at_the_same_time_without_a_clash(tmp_path, notebooks):
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    listed = []
    for name in ("a", "b"):
        source = MEET.format(folder=str(meeting), name=name)
        path = write(notebooks / f"{name}.ipynb", source)
        listed.append(Execution(path, tmp_path / "out" / path.name))
    execute_notebooks(listed, workers=2)
    for each in some(listed):
        *_, said, stamp = nbformat.read(each.output, as_version=4).cells
        assert [output.text for output in said.outputs] == ["met\n"]
        assert f"papermill {os.path.relpath(each.notebook)}" in stamp.source
        beside = json.loads(each.output.with_suffix(".provenance.json").read_text())
        assert beside == stamp.metadata["provenance-stamp"]


def test_what_reads_the_executed_notebooks_comes_last(tmp_path, notebooks, monkeypatch):
    groups = []
    monkeypatch.setattr(
        "cxrstudy.pages.batch_execution._execute", lambda group, _: groups.append(list(group)) or []
    )
    listed = executions(notebook_names(), "quick", "phantom", None)
    execute_notebooks(list(reversed(listed)), workers=2)
    assert [[each.notebook.stem for each in group] for group in groups] == [
        ["06_schemes", "00_plain"],
        ["10_provenance"],
    ]

"""Execution: notebooks through papermill, several at once, and a failure that says where it is."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from cxrstudy.base.notebooks import NotebookFileError
from cxrstudy.pages import execution
from cxrstudy.pages.execution import (
    Execution,
    NotebookError,
    execute_notebooks,
    executions,
    folder_of,
)
from cxrstudy.study.experiment import notebook_names
from cxrstudy.study.parameters import ParameterError
from tests.support.project import THIS, use
from tests.support.some import some

STUDY = (
    '# parameters\nprofile = "quick"  # quick or standard: a\n'
    'cohort = "phantom"  # phantom or open: b\n'
)
SEEDS = "seeds = 1  # 1 to 20: c\n"
READER = '# parameters\nexecuted = "book"  # any folder: d\n'
#: Both meet before either goes on: they are under way at the same time, or neither ends.
MEET = """
import pathlib, time
folder = pathlib.Path({folder!r})
(folder / "{name}").touch()
while len(list(folder.iterdir())) < 2:
    time.sleep(0.05)
print("met")
"""


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
        ("10_provenance", {"executed": str(folder)}),
    ]
    assert folder.is_absolute()
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


class DeadKernelError(RuntimeError):
    """Like nbclient's."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (DeadKernelError("Kernel died"), "cell 2, failed: the kernel died .*memory.*run the same"),
        (RuntimeError("Kernel didn't respond in 600 seconds"), "did not start within 600 s .*busy"),
        (ValueError("anything"), "failed: ValueError: anything; check the installation"),
        (OSError(28, "No space left on device"), "No space left .* name another folder"),
        (None, "was given .*'quick'.*, but does not call check_parameters"),
    ],
)
def test_every_error_of_execution_names_notebook_cause_and_advice(
    notebooks, monkeypatch, error, said
):
    monkeypatch.setattr("papermill.execute_notebook", made_by(error))
    (one,) = executions(["06_schemes"], "quick", "phantom", None)
    failure = execution.execute_notebook(one)
    assert re.search(rf"notebooks/06_schemes.ipynb: .*{said}", str(failure))
    assert one.changed  # it will be executed again
    stamped = json.loads(one.output.with_suffix(".provenance.json").read_text())
    assert (stamped["failed"], stamped["commit"]) == (error is not None, "unknown")


def test_an_output_of_an_earlier_execution_is_not_taken_for_this_one(notebooks, monkeypatch):
    def nothing(*_, **__):
        raise FileNotFoundError(2, "no kernel")

    (one,) = executions(["00_plain"], "quick", "phantom", None)
    one.output.parent.mkdir(parents=True)
    one.output.write_text("of another time")
    monkeypatch.setattr("papermill.execute_notebook", nothing)
    assert "no kernel" in str(execution.execute_notebook(one))
    assert not one.output.exists()


def test_only_what_has_changed_is_executed_and_the_rest_goes_on(notebooks, monkeypatch):
    executed = []

    def alone(listed, _):
        executed.append([each.notebook.stem for each in listed])
        return [failure for each in listed if (failure := execution.execute_notebook(each))]

    def changed():
        listed = executions(notebook_names(), "quick", "phantom", None)
        return [each.notebook.stem for each in execution.execute_changed(listed, 1)]

    monkeypatch.setattr(execution, "_execute", alone)
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


def test_a_failing_cell_is_named_and_its_error_is_left_in_the_notebook(
    tmp_path, notebooks, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    path = write(notebooks / "bad.ipynb", "1 + 1", "", "raise ValueError('no such image')", "2")
    output = tmp_path / "out" / "bad.ipynb"
    with pytest.raises(NotebookError) as error:
        execute_notebooks([Execution(path, output)], workers=1)
    assert str(error.value).splitlines() == [
        "notebooks/bad.ipynb: cell 3, In [2], failed: ValueError: no such image",
        "  the notebook, with the error, is out/bad.ipynb; to look at it:",
        "  jupyter lab out/bad.ipynb",
    ]
    cells = nbformat.read(output, as_version=4).cells
    assert [
        o.ename for cell in cells for o in cell.get("outputs", []) if o.output_type == "error"
    ] == ["ValueError"]
    assert json.loads(output.with_suffix(".provenance.json").read_text())["failed"]


#: Executes a notebook as `cxrstudy run` does; spawned workers import this file again.
SCRIPT = """
import signal
from pathlib import Path
from cxrstudy.pages.execution import Execution, execute_notebooks
if __name__ == "__main__":
    # Tests that a shell started in the background have it ignored, and hand that down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    execute_notebooks([Execution(Path({notebook!r}), Path({output!r}))], workers=1)
"""


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="this test was not run: Windows has no such signals")
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_a_kernel_ends_with_who_started_it_however_that_ends(tmp_path, notebooks, how):
    said = tmp_path / "kernel"
    cell = f"import os, pathlib, time\npathlib.Path({str(said)!r}).write_text(str(os.getpid()))"
    path = write(notebooks / "long.ipynb", cell, "time.sleep(600)")
    script = tmp_path / "script.py"
    script.write_text(SCRIPT.format(notebook=str(path), output=str(tmp_path / "out.ipynb")))
    with subprocess.Popen(
        [sys.executable, script], start_new_session=True, stderr=subprocess.DEVNULL
    ) as process:
        while not (said.exists() and said.read_text()):
            assert process.poll() is None
            time.sleep(0.05)
        os.kill(process.pid, how)
        assert process.wait(60) != 0
    kernel, end = int(said.read_text()), time.monotonic() + 60
    while is_alive(kernel):
        assert time.monotonic() < end, "the kernel is still there"
        time.sleep(0.05)


def test_what_reads_the_executed_notebooks_comes_last(tmp_path, notebooks, monkeypatch):
    groups = []
    monkeypatch.setattr(
        "cxrstudy.pages.execution._execute", lambda group, _: groups.append(list(group)) or []
    )
    listed = executions(notebook_names(), "quick", "phantom", None)
    execute_notebooks(list(reversed(listed)), workers=2)
    assert [[each.notebook.stem for each in group] for group in groups] == [
        ["06_schemes", "00_plain"],
        ["10_provenance"],
    ]

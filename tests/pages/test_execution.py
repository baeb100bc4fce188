"""Execution: a notebook through papermill, and a failure that says where it is."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import pytest

from cxrstudy.pages import execution
from cxrstudy.pages.batch_execution import NotebookError, execute_notebooks, executions
from cxrstudy.pages.execution import Execution
from tests.support import written_notebooks
from tests.support.written_notebooks import made_by, write

notebooks = written_notebooks.notebooks


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


def test_a_chapter_ends_with_a_note_where_no_arm_has_a_result(tmp_path, notebooks):
    fails = (
        "from cxrstudy.runs.no_result import NoResultError\n"
        "raise NoResultError('run ab <1>: diverged; run cd: diverged; run ef: diverged')"
    )
    path = write(notebooks / "poor.ipynb", "print('evidence')", fails, "print('never')")
    one = Execution(path, tmp_path / "out" / "poor.ipynb")
    execute_notebooks([one], workers=1)
    assert not one.changed
    cells = nbformat.read(one.output, as_version=4).cells
    first, ended, stamped = cells
    assert first.outputs[0].text == "evidence\n"
    (note,) = ended.outputs
    assert "No arm has a result" in note.data["text/html"]
    assert "run ab &lt;1&gt;: diverged (and 2 more)." in note.data["text/html"]
    assert ended.metadata["tags"] == ["remove-input"]
    assert "How this page was made" in stamped.source
    assert not json.loads(one.output.with_suffix(".provenance.json").read_text())["failed"]


#: Executes a notebook as `cxrstudy run` does; spawned workers import this file again.
SCRIPT = """
import signal
from pathlib import Path
from cxrstudy.pages.batch_execution import execute_notebooks
from cxrstudy.pages.execution import Execution
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

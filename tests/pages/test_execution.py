"""Execution: notebooks through papermill, several at once, and a failure that says where it is."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

from cxrstudy.pages.execution import (
    Execution,
    NotebookError,
    execute_notebooks,
    executions,
    folder_of,
    notebook_names,
)
from tests.support.project import THIS, use

STUDY = '# parameters\nprofile = "quick"  # quick: a\ncohort = "phantom"  # phantom: b\n'
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


@pytest.mark.parametrize("runs", ["", "mine", "~/mine", "/mine"])
@pytest.mark.parametrize(
    ("given", "asked"),
    [
        ((), ("quick", "phantom", None)),
        (("PROFILE=standard", "SEEDS=5"), ("standard", "phantom", 5)),
    ],
)
def test_the_folder_is_that_of_the_makefile(monkeypatch, runs, given, asked):
    monkeypatch.setenv("CXRSTUDY_RUNS", runs)
    monkeypatch.chdir(THIS)
    command = ["make", "--dry-run", "--always-make", "book", *given]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (folder,) = re.findall(r"cp -rp (\S+) book/experiments", said)
    assert Path(folder).absolute() == folder_of(*asked)


def test_each_notebook_is_given_what_it_has_a_parameter_for(notebooks):
    folder = folder_of("quick", "open", 3)
    listed = executions(notebook_names(), "quick", "open", 3)
    assert [(each.notebook.stem, each.parameters) for each in listed] == [
        ("00_plain", {}),
        ("06_schemes", {"profile": "quick", "cohort": "open", "seeds": 3}),
        ("10_provenance", {"executed": "runs/executed/open-quick-3"}),
    ]
    assert [each.output for each in listed] == [folder / each.notebook.name for each in listed]


def test_a_folder_outside_the_project_is_given_whole(notebooks, tmp_path_factory, monkeypatch):
    runs = tmp_path_factory.mktemp("elsewhere")
    monkeypatch.setenv("CXRSTUDY_RUNS", str(runs))
    (reader,) = executions(["10_provenance"], "quick", "phantom", None)
    assert reader.parameters == {"executed": str(runs / "executed" / "phantom-quick")}


def test_seeds_are_the_notebooks_own_unless_given_and_only_what_is_asked_for_is_executed(notebooks):
    (only,) = executions(["06_schemes"], "quick", "phantom", None)
    assert only.parameters == {"profile": "quick", "cohort": "phantom"}


def test_notebooks_are_executed_at_the_same_time_without_a_clash(tmp_path, notebooks):
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    listed = []
    for name in ("a", "b"):
        source = MEET.format(folder=str(meeting), name=name)
        path = write(notebooks / f"{name}.ipynb", source)
        listed.append(Execution(path, tmp_path / "out" / path.name))
    execute_notebooks(listed, workers=2)
    for each in listed:
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
        "  jupyter lab 'out/bad.ipynb'",
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

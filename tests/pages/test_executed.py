"""Executed: content decides whether an executed notebook is still what its inputs give."""

import os
import shutil

import pytest

from cxrstudy.pages import executed
from tests.support.project import use

GIVEN = {"profile": "quick", "cohort": "phantom", "seeds": 1}


@pytest.fixture
def project(tmp_path, monkeypatch):
    folder = use(
        monkeypatch, tmp_path, "notebooks", "profiles", "claims", "data_manifests", "results"
    )
    (folder / "notebooks" / "01_one.ipynb").write_text("{}")
    monkeypatch.setattr(executed.experiment, "arms_hash", lambda: "arms")
    monkeypatch.setenv("CXRSTUDY_DATA", str(folder / "data"))
    return folder


def inputs(project, **changes):
    given = GIVEN | changes
    return executed.inputs_of(
        project / "notebooks" / "01_one.ipynb", given, executed.common_inputs()
    )


@pytest.fixture
def output(project):
    path = project / "runs" / "01_one.ipynb"
    path.parent.mkdir()
    path.write_text("executed")
    executed.note(path, inputs(project))
    return path


def write(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("x")


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (lambda p: (p / "notebooks" / "01_one.ipynb").write_text("{ }"), "notebook"),
        (lambda p: (p / "profiles" / "new.yaml").touch(), "profiles"),
        (lambda p: (p / "claims" / "below").mkdir(), "claims"),
        (lambda p: (p / "data_manifests" / "a.csv").write_text("x"), "data_manifests"),
        (lambda p: (p / "results" / "x").write_text("x"), "results"),
        (lambda p: (p / "data").mkdir(), "data"),
        (lambda p: (p / "notebooks" / "helper.py").write_text("x"), "beside"),
        (lambda p: write(p / "own" / "cohorts" / "mine.yaml"), "own"),
        (lambda p: write(p / "own" / "profiles" / "mine.yaml"), "own"),
        (lambda p: write(p / "own" / "mine.csv"), "own"),
    ],
)
def test_every_input_counts(project, output, change, name):
    assert executed.changed(output, inputs(project)) == []
    change(project)
    assert executed.changed(output, inputs(project)) == [name]


@pytest.mark.parametrize("name", ["profile", "cohort", "seeds"])
def test_every_parameter_counts_and_coming_back_changes_nothing(project, output, name):
    assert executed.changed(output, inputs(project, **{name: 7})) == ["parameters"]
    assert executed.changed(output, inputs(project)) == []


def test_code_arms_and_kernel_count(project, output, monkeypatch):
    monkeypatch.setattr(executed.experiment, "arms_hash", lambda: "others")
    monkeypatch.setattr(executed, "_kernel", lambda: {"python": "another"})
    monkeypatch.setattr(executed.places, "PACKAGE", project / "notebooks")
    assert executed.changed(output, inputs(project)) == ["arms", "code", "kernel"]


@pytest.mark.parametrize(
    ("variable", "value"), [("CXRSTUDY_ARITHMETIC", "native"), ("CXRSTUDY_DEVICE", "cuda")]
)
def test_the_arithmetic_counts_and_coming_back_changes_nothing(
    project, output, monkeypatch, variable, value
):
    with monkeypatch.context() as other:
        other.setenv(variable, value)
        assert executed.changed(output, inputs(project)) == ["kernel"]
    assert executed.changed(output, inputs(project)) == []


def test_times_and_hidden_files_do_not_count(project, output):
    write(project / "own" / "images" / "mine" / "one.png")
    (project / "profiles" / "._new.yaml").touch()
    for path in (project / "notebooks" / "01_one.ipynb", output):
        for when in (0, 2**33):
            os.utime(path, (when, when))
            assert executed.changed(output, inputs(project)) == []


def test_an_output_that_was_not_executed_here_does_not_count(project, output):
    copy = output.with_name("02_two.ipynb")
    shutil.copy(output, copy)
    assert executed.changed(copy, inputs(project)) == ["never executed"]
    output.write_text("of other settings")
    assert executed.changed(output, inputs(project)) == ["altered"]
    output.with_suffix(executed.INPUTS).write_text("[]")
    assert executed.changed(output, inputs(project)) == ["never executed"]


def test_what_reads_others_depends_on_them(project, output):
    reader = project / "notebooks" / "10_reader.ipynb"
    reader.write_text("{}")

    def read():
        given = {"executed": str(output.parent)}
        return executed.inputs_of(reader, given, executed.common_inputs())["executed"]

    before = read()
    output.with_name("10_reader.ipynb").write_text("itself")
    assert read() == before
    output.write_text("executed again")
    assert read() != before


def test_what_is_no_chapter_any_more_is_removed_whole(project, output):
    (output.parent / "02_gone.ipynb").touch()
    executed.note(output.parent / "02_gone.ipynb", {})
    (output.parent / "02_gone.provenance.json").touch()
    executed.remove_others(output.parent, ["01_one"])
    assert {path.name for path in output.parent.iterdir()} == {output.name, "01_one.inputs.json"}

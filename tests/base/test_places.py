"""Places: found when they are asked for, in the environment, around us, or in the package."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import pytest

from cxrstudy.base import places, processes
from cxrstudy.base.places import PlaceError
from tests.support.project import PARTS, THIS, use

MOVED = [("CXRSTUDY_DATA", places.data, "data"), ("CXRSTUDY_RUNS", places.runs, "runs")]
VARIABLES = ("CXRSTUDY_PROJECT", "CXRSTUDY_DATA", "CXRSTUDY_RUNS")


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch):
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def project(tmp_path):
    """A project of two folders, in a folder of its own."""
    for mark in places.MARKS:
        (tmp_path / "project" / mark).mkdir(parents=True)
    return tmp_path / "project"


# --- The project --------------------------------------------------------------------------------


def test_it_is_found_from_the_working_folder_upwards(project, monkeypatch):
    deep = project / "notebooks" / "mine"
    deep.mkdir(parents=True)
    for folder in (project, deep):
        monkeypatch.chdir(folder)
        assert places.root() == project


def test_the_nearest_one_counts(project, monkeypatch):
    inner = project / "copies" / "mine"
    for mark in places.MARKS:
        (inner / mark).mkdir(parents=True)
    monkeypatch.chdir(inner / "profiles")
    assert places.root() == inner


@pytest.mark.parametrize("mark", places.MARKS)
def test_a_folder_that_only_looks_like_one_is_not_taken(tmp_path, monkeypatch, mark):
    (tmp_path / mark).mkdir(parents=True)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path)
    assert places.root() == THIS


def test_outside_of_any_it_is_the_one_that_the_package_lies_in(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert places.root() == THIS
    assert places.runs() == THIS / "runs"


def test_the_variable_comes_first(project, tmp_path, monkeypatch):
    other = use(monkeypatch, tmp_path, "profiles")
    monkeypatch.chdir(project)
    assert places.root() == other
    monkeypatch.setenv("CXRSTUDY_PROJECT", " ")
    assert places.root() == project


@pytest.mark.parametrize("part", PARTS)
def test_its_folders_have_functions(project, monkeypatch, part):
    monkeypatch.chdir(project)
    place = getattr(places, part.removeprefix("data_"))
    assert place() == project / part


def test_a_variable_that_names_no_project_is_an_error_that_says_what_is_missing(
    project, monkeypatch
):
    shutil.rmtree(project / "data_manifests" / "cohorts")
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(project))
    with pytest.raises(PlaceError) as error:
        places.root()
    assert str(error.value).startswith(f"CXRSTUDY_PROJECT={project} names no project: a project")
    assert "data_manifests/cohorts/; name " in str(error.value)
    assert "unset the variable" in str(error.value)


def test_outside_of_any_an_installed_package_has_its_copy(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "cxrstudy"
    for mark in places.MARKS:
        (package / "project" / mark).mkdir(parents=True)
    (package / "base").mkdir()
    shutil.copy(places.__file__, package / "base")
    spec = spec_from_file_location("installed_places", package / "base" / "places.py")
    installed = module_from_spec(spec)
    spec.loader.exec_module(installed)
    monkeypatch.chdir(tmp_path)
    assert installed.root() == package / "project"
    assert installed.runs() == tmp_path / "runs"


def test_a_package_without_a_project_says_what_to_do(tmp_path, monkeypatch):
    """The package alone, copied out of its checkout."""
    (tmp_path / "cxrstudy").mkdir()
    shutil.copy(THIS / "cxrstudy" / "__init__.py", tmp_path / "cxrstudy")
    shutil.copytree(THIS / "cxrstudy" / "base", tmp_path / "cxrstudy" / "base")
    program = "from cxrstudy.base import places; places.root()"
    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=os.environ | {"PYTHONPATH": "."},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    last = ended.stderr.splitlines()[-1]
    assert "is not in a project" in last
    assert "name a project in CXRSTUDY_PROJECT" in last


# --- Data and runs ------------------------------------------------------------------------------


@pytest.mark.parametrize(("variable", "place", "name"), MOVED)
def test_large_things_lie_in_the_project_by_default(project, monkeypatch, variable, place, name):
    monkeypatch.chdir(project)
    assert place() == project / name
    monkeypatch.setenv(variable, "")
    assert place() == project / name


@pytest.mark.parametrize(("variable", "place", "name"), MOVED)
def test_a_variable_moves_one_place_and_not_the_others(
    project, tmp_path, monkeypatch, variable, place, name
):
    monkeypatch.chdir(project)
    monkeypatch.setenv(variable, str(tmp_path / "moved"))
    expected = {"data": project / "data", "runs": project / "runs", name: tmp_path / "moved"}
    assert {"data": places.data(), "runs": places.runs()} == expected
    assert places.root() == project


@pytest.mark.parametrize(("variable", "place", "name"), MOVED)
def test_homes_and_relative_paths_are_made_absolute_and_links_are_kept(
    project, tmp_path, monkeypatch, variable, place, name
):
    monkeypatch.chdir(project)
    home = tmp_path / "home of mine"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (tmp_path / "disk").mkdir()
    (project / name).symlink_to(tmp_path / "disk")
    assert place() == project / name
    for value, expected in {
        "../disk": tmp_path / "disk",
        "~/../disk": tmp_path / "disk",
        "~/my runs": home / "my runs",
        "my runs/x": project / "my runs" / "x",
        f"{name}/../y": tmp_path / "y",  # above the link's target, as for the operating system
        str(project / name): project / name,
    }.items():
        monkeypatch.setenv(variable, value)
        assert place() == expected


def test_within_a_command_they_are_absolute_and_afterwards_as_they_were(
    project, tmp_path, monkeypatch
):
    monkeypatch.chdir(project)
    monkeypatch.setenv("CXRSTUDY_RUNS", "my runs")
    with places.settled():
        monkeypatch.chdir(tmp_path)
        found = [os.environ[variable] for variable in VARIABLES]
        assert found == [str(project), str(project / "data"), str(project / "my runs")]
    assert os.environ["CXRSTUDY_RUNS"] == "my runs"
    assert "CXRSTUDY_PROJECT" not in os.environ


def test_the_working_folder_keeps_the_name_that_the_shell_gave_it(project, tmp_path, monkeypatch):
    (tmp_path / "link").symlink_to(project)
    monkeypatch.chdir(tmp_path / "link")
    monkeypatch.setenv("PWD", str(tmp_path / "link"))
    assert places.runs() == tmp_path / "link" / "runs"
    monkeypatch.setenv("PWD", str(tmp_path))  # of another process
    assert places.runs() == project / "runs"


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_relative_folder_is_refused_in_a_notebook(project, monkeypatch, variable):
    monkeypatch.chdir(project)
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(kernel=None))
    monkeypatch.setenv(variable, "there")
    place = dict(zip(VARIABLES, (places.root, places.data, places.runs), strict=True))[variable]
    with pytest.raises(PlaceError, match=rf"{variable}=there is relative.*whole path"):
        place()


def test_a_checkout_is_used_only_with_its_own_code(project, monkeypatch):
    """As after `cp -a`, when the command of the copy still starts the code of the first."""
    (project / "cxrstudy").mkdir()
    (project / "cxrstudy" / "__init__.py").touch()
    monkeypatch.chdir(project)
    with pytest.raises(PlaceError, match=r"code of its own.*runs the code in .*run `make book`"):
        places.root()
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(project))
    with pytest.raises(PlaceError, match="code of its own"):
        places.runs()


def test_hidden_files_of_other_systems_are_not_listed(tmp_path):
    for name in ("quick.yaml", "._quick.yaml", ".#quick.yaml", "notes.txt"):
        (tmp_path / name).write_bytes(b"\x00\x05\x16\x07")
    assert [path.name for path in places.visible(tmp_path, "*.yaml")] == ["quick.yaml"]


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("file", "is a file"),
        ("file/below", "is a file"),
        ("~nobody-of-this-name/runs", "home"),
        ("circle", "loop|names no project|too many levels"),
        ("s3://bucket/runs", "is an address"),
        (" /data", "no folder of this name"),
        ("runs ", "no folder of this name"),
        ("'runs'", "no folder of this name"),
        ('"/runs"', "no folder of this name"),
        ("$HOME/runs", "no folder of this name"),
    ],
)
def test_a_value_that_can_not_be_used_is_an_error_that_names_the_variable(
    tmp_path, monkeypatch, variable, value, why
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    monkeypatch.setenv(variable, value)
    place = dict(zip(VARIABLES, (places.root, places.data, places.runs), strict=True))[variable]
    said = rf"(?i){variable}={re.escape(value)} .*({why}).*; name "
    with pytest.raises(PlaceError, match=said):
        place()


@pytest.mark.parametrize("name", ["my runs", " runs", "runs ", "$runs", "'runs'"])
def test_a_folder_that_is_there_may_have_any_name(tmp_path, project, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).mkdir()
    monkeypatch.setenv("CXRSTUDY_RUNS", name)
    assert places.runs() == tmp_path / name


def test_a_working_folder_that_is_gone_is_said_to_be(tmp_path, project, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    with pytest.raises(PlaceError, match="working folder does not exist"):
        places.root()
    monkeypatch.setenv("CXRSTUDY_PROJECT", str(project))
    assert places.runs() == project / "runs"


# --- Other processes ----------------------------------------------------------------------------


def seen(folder: Path) -> list[str]:
    """Places of a process that works in another folder."""
    os.chdir(folder)
    return [str(place()) for place in (places.root, places.data, places.runs)]


def test_processes_find_what_the_one_that_starts_them_finds(project, tmp_path, monkeypatch):
    monkeypatch.chdir(project)
    monkeypatch.setenv("CXRSTUDY_RUNS", "mine")
    assert places.variables()["CXRSTUDY_RUNS"] == str(project / "mine")
    with processes.pool(1) as executor:
        found = executor.submit(seen, tmp_path).result()
    assert found == [str(project), str(project / "data"), str(project / "mine")]
    assert os.environ["CXRSTUDY_RUNS"] == "mine"

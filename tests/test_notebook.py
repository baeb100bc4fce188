"""Notebook: few names, and each that a cell uses shows by an example how it is used."""

import doctest
import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import cxrstudy
from cxrstudy import notebook
from tests.support.notebook_calls import called
from tests.support.some import some

ROOT = Path(__file__).parents[1]
CALLED = called(ROOT / "notebooks")
FLAGS = doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL


def modules_with_examples() -> list[str]:
    """Modules that have an example in a docstring: read as text, since some take torch."""
    found = []
    for module in pkgutil.walk_packages(cxrstudy.__path__, "cxrstudy."):
        path = ROOT / Path(*module.name.split("."))
        file = path / "__init__.py" if module.ispkg else path.with_suffix(".py")
        if ">>> " in file.read_text():
            found.append(module.name)
    return found


def test_a_notebook_gets_every_name_that_it_is_promised():
    names = {}
    exec("from cxrstudy.notebook import *", names)
    assert set(notebook.__all__) <= set(names)
    assert len(notebook.__all__) <= 26


def test_a_kernel_takes_no_library_that_most_chapters_do_not_use():
    heavy = "{'torch', 'sklearn', 'openpyxl', 'faiss', 'papermill'}"
    code = f"import sys, cxrstudy.notebook; print(*({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_surface_of_the_notebooks_holds_no_code_of_its_own():
    own = [item for item in vars(notebook).values() if inspect.isfunction(item)]
    assert all(item.__module__ != notebook.__name__ for item in some(own))


def test_cells_call_many_things_and_all_of_them_are_found():
    assert len(CALLED) > 60
    for name in ("statistics.estimation.estimates", "pages.tables.table", "study.study.Study"):
        assert f"cxrstudy.{name}" in CALLED


@pytest.mark.parametrize("name", CALLED)
def test_what_a_notebook_calls_has_an_example(name):
    assert ">>> " in (inspect.getdoc(CALLED[name]) or "")


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_do_what_they_say(
    name: str, small: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # Without radiographs, which tests of their own read where there are any.
    monkeypatch.setenv("CXRSTUDY_DATA", str(tmp_path))
    module = importlib.import_module(name)
    # As in a chapter after its first cells: arms that are trained.
    results = doctest.testmod(module, extraglobs={"arms": small.arms}, optionflags=FLAGS)
    assert results.attempted
    assert not results.failed

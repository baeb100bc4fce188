"""Extras: what is missing is named with what brings it."""

import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest
from packaging.requirements import Requirement

from cxrstudy.base import device, extras
from cxrstudy.base.extras import MissingExtra, advice, need
from tests.support.project import THIS


@pytest.fixture
def hide(monkeypatch):
    """Let a library that is installed not be found."""
    return lambda library: monkeypatch.setitem(sys.modules, library, None)


def test_the_libraries_of_training_are_those_that_pip_is_told_to_install():
    project = tomllib.loads((THIS / "pyproject.toml").read_text())["project"]
    listed = {Requirement(line).name for line in project["optional-dependencies"]["train"]}
    brought = packages_distributions()
    assert {brought[name][0] for name in extras.EXTRAS["train"]} == listed
    assert set(extras.EXTRAS) <= set(project["optional-dependencies"])


@pytest.mark.parametrize("extra", extras.EXTRAS)
def test_nothing_is_missing_where_all_is_installed(extra):
    need(extra)


def test_what_is_missing_is_named_with_the_extra_that_brings_it(hide):
    hide("papermill")
    with pytest.raises(MissingExtra) as error:
        need("book")
    assert str(error.value) == "papermill is not installed; pip install 'cxrstudy[book]'"


def test_a_failed_import_is_explained_where_an_extra_would_help(hide):
    hide("timm")
    with pytest.raises(ImportError) as error:
        import timm.models  # noqa: F401
    assert advice(error.value) == "timm is not installed; pip install 'cxrstudy[train]'"


@pytest.mark.parametrize("name", ["timm", "no_such_library", None])
def test_another_error_of_an_import_is_not_explained_away(name):
    assert advice(ImportError("cannot import name 'create'", name=name)) is None


def test_without_torch_a_driver_is_of_no_use(hide, monkeypatch):
    hide("torch")
    monkeypatch.setattr(device.shutil, "which", lambda program: f"/usr/bin/{program}")
    assert device.kind.__wrapped__() == "cpu"

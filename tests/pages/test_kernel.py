"""Kernel: what a notebook is executed with."""

import os
import tempfile
from pathlib import Path

from cxrstudy.base import places
from cxrstudy.pages.kernel import environment, options
from cxrstudy.verdicts.kept_evidence import VARIABLE


def test_a_kernel_keeps_the_filters_of_warnings_that_it_was_given(monkeypatch):
    monkeypatch.delenv("PYTHONWARNINGS", raising=False)
    ours = environment("empty")["PYTHONWARNINGS"]
    assert ours == "ignore::FutureWarning:torch.jit._script"
    monkeypatch.setenv("PYTHONWARNINGS", "error")
    assert environment("empty")["PYTHONWARNINGS"] == f"error,{ours}"


def test_a_kernel_reads_nothing_of_its_user(monkeypatch):
    monkeypatch.setenv("PYTHONSTARTUP", "mine.py")
    monkeypatch.setenv("JUPYTER_PATH", "mine")
    found = environment("empty")
    assert not {"PYTHONSTARTUP", "JUPYTER_PATH"} & set(found)
    assert found["IPYTHONDIR"] == "empty"


def test_what_a_kernel_computes_of_sealed_results_is_kept(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    assert environment("empty")[VARIABLE] == "1"


def test_a_kernel_of_a_checkout_imports_its_package_before_what_the_user_added(
    monkeypatch, tmp_path
):
    monkeypatch.setattr(places, "PACKAGE", tmp_path / "cxrstudy")
    monkeypatch.setattr(places, "variables", dict)
    monkeypatch.setenv("PYTHONPATH", "mine")
    assert environment("empty")["PYTHONPATH"] == "mine"
    (tmp_path / "pyproject.toml").touch()
    assert environment("empty")["PYTHONPATH"] == f"{tmp_path}{os.pathsep}mine"
    monkeypatch.delenv("PYTHONPATH")
    assert environment("empty")["PYTHONPATH"] == str(tmp_path)


def test_sockets_lie_in_the_first_folder_whose_name_is_short(monkeypatch, tmp_path):
    long = tmp_path / ("long" * 20)
    long.mkdir()
    with tempfile.TemporaryDirectory(dir="/tmp") as short, monkeypatch.context() as changed:
        changed.setattr(tempfile, "tempdir", str(long))
        changed.setenv("XDG_RUNTIME_DIR", short)
        assert _folder_of_sockets() == Path(short)
        changed.setenv("XDG_RUNTIME_DIR", str(long))
        assert _folder_of_sockets() == Path("/tmp")
        changed.setattr(tempfile, "tempdir", short)
        assert _folder_of_sockets() == Path(short)


def _folder_of_sockets() -> Path:
    with options() as chosen:
        manager = chosen["config"].KernelManager
        assert manager.transport == "ipc"
        return Path(manager.ip).parent.parent

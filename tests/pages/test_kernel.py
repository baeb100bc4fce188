"""Kernel: what a notebook is executed with."""

from cxrstudy.pages.kernel import environment
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

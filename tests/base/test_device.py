"""Device: what a record says of the machine is what the machine says of itself."""

import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cxrstudy.base import device

MEGABYTE = 2**20
on_linux = pytest.mark.skipif(
    not Path("/proc/self/clear_refs").exists(), reason="the peak can be reset on Linux only"
)


@pytest.fixture
def afresh():
    """Look at the machine again, and forget what was seen."""
    device.kind.cache_clear()
    yield
    device.kind.cache_clear()


@pytest.mark.usefixtures("afresh")
def test_without_an_nvidia_driver_runs_are_on_the_cpu(monkeypatch):
    monkeypatch.setattr(device.shutil, "which", lambda program: None)
    assert device.kind() == "cpu"


@pytest.mark.usefixtures("afresh")
@pytest.mark.parametrize(("usable", "expected"), [(True, "cuda"), (False, "cpu")])
def test_with_a_driver_torch_decides(monkeypatch, usable, expected):
    import torch

    monkeypatch.setattr(device.shutil, "which", lambda program: f"/usr/bin/{program}")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: usable)
    assert device.kind() == expected


def test_asking_for_the_device_needs_no_torch_where_there_is_no_driver(tmp_path):
    program = "import sys, cxrstudy.base.device as d; print(d.kind(), 'torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": str(tmp_path), "PYTHONPATH": str(Path(device.__file__).parents[2])},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout.split() == ["cpu", "False"]


def test_precision_is_mixed_on_a_gpu_only():
    assert device.precision("cpu") == "float32"
    assert device.precision("cuda") == "bfloat16 mixed"


def test_the_processor_has_the_name_that_linux_gives_it(monkeypatch):
    text = (
        "processor\t: 0\nmodel name\t: Made: CPU @ 3 GHz\n\nprocessor\t: 1\nmodel name\t: Other\n"
    )
    monkeypatch.setattr(device, "_read", {"/proc/cpuinfo": text}.get)
    assert device.name("cpu") == "Made: CPU @ 3 GHz"


def test_elsewhere_the_processor_has_some_name(monkeypatch):
    monkeypatch.setattr(device, "_read", lambda path: "")
    monkeypatch.setattr(platform, "processor", lambda: "")
    assert device.name("cpu") == platform.machine()


@on_linux
def test_the_peak_holds_what_was_given_back_and_starts_anew_when_reset():
    device.reset_peak_memory("cpu")
    before = device.peak_memory_bytes("cpu")
    block = np.ones(200 * MEGABYTE, np.uint8)
    del block
    held = device.peak_memory_bytes("cpu")
    assert held - before > 150 * MEGABYTE
    device.reset_peak_memory("cpu")
    assert held - device.peak_memory_bytes("cpu") > 150 * MEGABYTE


def test_where_the_peak_cannot_be_reset_nothing_fails(monkeypatch, tmp_path):
    for unusable in (tmp_path / "no" / "such", tmp_path):
        monkeypatch.setattr(device, "_CLEAR_REFERENCES", unusable)
        device.reset_peak_memory("cpu")


@pytest.mark.parametrize(("system", "factor"), [("Linux", 1024), ("Darwin", 1)])
def test_without_proc_the_peak_is_that_of_the_process(monkeypatch, system, factor):
    class Usage:
        ru_maxrss = 7_000

    monkeypatch.setattr(device, "_read", lambda path: "")
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(device.resource, "getrusage", lambda who: Usage)
    assert device.peak_memory_bytes("cpu") == 7_000 * factor


def test_of_a_gpu_torch_says_the_name_and_the_memory(monkeypatch):
    import torch

    reset = []
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "Made GPU")
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda: reset.append("done"))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda: 7_000)
    assert device.name("cuda") == "Made GPU"
    assert device.peak_memory_bytes("cuda") == 7_000
    assert reset == []
    device.reset_peak_memory("cuda")
    assert reset == ["done"]

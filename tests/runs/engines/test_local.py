"""Local engine: how many processes, on what."""

import os

import pytest

from cxrstudy.base import device
from cxrstudy.runs.engines.local import gpus, local, workers


@pytest.fixture
def on(monkeypatch):
    """Pretend that this machine computes on a kind of processor."""
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    return lambda kind: monkeypatch.setattr(device, "kind", lambda: kind)


def test_there_is_a_worker_a_core_that_may_be_used(on, monkeypatch):
    on("cpu")
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 3, 5}, raising=False)
    assert workers() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert workers() == 7
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert workers() == 1


def test_there_is_a_worker_a_gpu(on, monkeypatch):
    on("cuda")
    assert workers() == 1  # torch sees none here
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "2, 5,7")
    assert gpus() == ("2", "5", "7")
    assert workers() == 3


def test_gpus_are_nobodys_business_on_a_cpu(on, monkeypatch):
    on("cpu")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    assert gpus() == ()


def test_each_process_sees_a_gpu_of_its_own(on, monkeypatch):
    """With made names: no machine of several GPUs was at hand."""
    on("cuda")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "made-a,made-b")
    seen = "(__import__('time').sleep(0.5), __import__('os').environ['CUDA_VISIBLE_DEVICES'])[1]"
    with local(2) as executor:
        found = {future.result() for future in [executor.submit(eval, seen) for _ in range(8)]}
    assert found == {"made-a", "made-b"}
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "made-a,made-b"


def test_without_gpus_the_variable_is_left_alone(on, monkeypatch):
    on("cpu")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    with local(1) as executor:
        assert executor.submit(os.getenv, "CUDA_VISIBLE_DEVICES").result() == "0,1"

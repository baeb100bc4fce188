"""Local engine: processes of this machine."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from cxrstudy.base import device, processes


def workers() -> int:
    """Processes that pay off: one a core that this process may use, or one a GPU.

    Each computes on one thread: only then are sums added in one order, and bits the same wherever a
    run is computed. It is the fastest, too: on two cores, two processes of one thread see 2.0 times
    as many images a second as one, one process of two threads 1.1 times, and two of two 1.7 times
    (``benchmarks/threads.py``, the phantoms' quick network). ``CXRSTUDY_ENGINE=local:COUNT`` sets
    another number.
    """
    return max(1, len(gpus())) if device.kind() == "cuda" else _cores()


def gpus() -> tuple[str, ...]:
    """Names, as ``CUDA_VISIBLE_DEVICES`` takes them, of the GPUs that this process may use.

    Machines with several GPUs were not at hand: that part is tested with made names only.
    """
    if device.kind() != "cuda":
        return ()
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named:
        return tuple(name.strip() for name in named.split(","))
    import torch  # device.kind() has imported it

    return tuple(str(number) for number in range(torch.cuda.device_count()))


@contextmanager
def local(count: int) -> Iterator[Executor]:
    """Spawned local processes: no state is inherited, so that a run's bits don't depend on it.

    Where there are several GPUs, each process gets one for itself.
    """
    context = multiprocessing.get_context("spawn")
    devices, names = context.SimpleQueue(), gpus()
    for number in range(count if names else 0):
        devices.put(names[number % len(names)])
    take = (_take_gpu, (devices,)) if names else ()
    with processes.pool(count, *take) as executor:
        yield executor


def _take_gpu(devices: Any) -> None:
    """Leave one GPU visible; torch, which looks once, is not imported yet."""
    os.environ["CUDA_VISIBLE_DEVICES"] = devices.get()


def _cores() -> int:
    # A container or a scheduler may leave a process fewer cores than the machine has.
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1

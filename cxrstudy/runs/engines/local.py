"""Local engine: processes of this machine."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from cxrstudy.base import device, processes, script
from cxrstudy.base.cores import usable_processes


def workers() -> int:
    """Default number of processes: one per core that this process may use, or one per GPU.

    The quotas of containers count, and their memory: :mod:`cxrstudy.base.cores`.

    Each process uses one thread. Sums are then added in a fixed order, and a run gives the same
    bits in any process. This is also the fastest choice on two cores. Images per second, relative
    to one process with one thread: 2.0 for two processes with one thread, 1.1 for one process with
    two threads, 1.7 for two processes with two threads (``benchmarks/threads.py``, the quick
    network for phantoms). ``CXRSTUDY_ENGINE=local:COUNT`` sets another number.
    """
    return max(1, len(gpus())) if device.kind() == "cuda" else usable_processes()


def gpus() -> tuple[str, ...]:
    """Names of the GPUs that this process may use, in the form of ``CUDA_VISIBLE_DEVICES``.

    No machine with several GPUs was available: this case is tested with invented names only.
    """
    if device.kind() != "cuda":
        return ()
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named:
        return tuple(name.strip() for name in named.split(","))
    import torch  # no cost: device.kind() has imported it

    return tuple(str(number) for number in range(torch.cuda.device_count()))


@contextmanager
def local(count: int) -> Iterator[Executor]:
    """Open a pool of spawned local processes: they inherit no state that could change a result.

    If there are several GPUs, they are divided among the processes.
    """
    context = multiprocessing.get_context("spawn")
    devices, names = context.SimpleQueue(), gpus()
    for number in range(count if names else 0):
        devices.put(names[number % len(names)])
    take = (_take_gpu, (devices,)) if names else ()
    with script.hidden(), processes.pool(count, *take) as executor:
        yield executor


def _take_gpu(devices: Any) -> None:
    """Make one GPU visible. This comes before the import of torch, which reads it only once."""
    os.environ["CUDA_VISIBLE_DEVICES"] = devices.get()

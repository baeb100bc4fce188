"""Device: the processor that a run is computed on, and the memory that it used."""

import contextlib
import platform
import resource
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Literal

DeviceKind = Literal["cpu", "cuda"]
_CLEAR_REFERENCES = Path("/proc/self/clear_refs")


@lru_cache
def kind() -> DeviceKind:
    """``cuda`` if torch can use an NVIDIA GPU, otherwise ``cpu``.

    Torch is imported only if there could be a GPU, because planning must work without torch.
    """
    if shutil.which("nvidia-smi") is None:
        return "cpu"
    try:
        import torch
    except ModuleNotFoundError:  # nothing can be trained without torch
        return "cpu"
    return "cuda" if torch.cuda.is_available() else "cpu"


def precision(device: DeviceKind) -> str:
    """Floating-point format of training; not bfloat16 on a CPU, where it is mostly emulated."""
    return "bfloat16 mixed" if device == "cuda" else "float32"


def name(device: DeviceKind) -> str:
    """Name of the processor, for the record."""
    if device == "cuda":
        import torch

        return str(torch.cuda.get_device_name())
    models = [
        line.split(":", 1)[1].strip()
        for line in _read("/proc/cpuinfo").splitlines()
        if line.startswith("model name")
    ]
    return models[0] if models else platform.processor() or platform.machine()


def reset_peak_memory(device: DeviceKind) -> None:
    """Restart the measurement of the peak, if the system allows it."""
    if device == "cuda":
        import torch

        torch.cuda.reset_peak_memory_stats()
    else:
        with contextlib.suppress(OSError):
            _CLEAR_REFERENCES.write_text("5", encoding="utf-8")


def peak_memory_bytes(device: DeviceKind) -> int:
    """Peak of the GPU's allocated memory, or of the process's resident memory, in bytes.

    Without Linux's ``/proc`` this is the peak since the start of the process, not since the reset.
    """
    if device == "cuda":
        import torch

        return int(torch.cuda.max_memory_allocated())
    for line in _read("/proc/self/status").splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    unit = 1 if platform.system() == "Darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def _read(path: str) -> str:
    file = Path(path)
    return file.read_text(encoding="utf-8") if file.exists() else ""

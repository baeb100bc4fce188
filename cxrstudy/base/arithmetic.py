"""Arithmetic: which instructions a result is computed with, and how to hold libraries to old ones.

Libraries use the newest instructions that a processor has. Sums are then added in another order, so
the same run gives other last bits on another processor. The environment variable
``CXRSTUDY_ARITHMETIC`` chooses:

==========  =======================================================================================
``held``    no library uses more than AVX2, which x86-64 processors have since about 2013; the
            default: a run gives the same bits on all of them
``native``  the newest instructions; faster for large networks (``benchmarks/held.csv``)
==========  =======================================================================================

Other processors have nothing to hold, and compute natively. The kind of arithmetic is part of the
id of a run and of its record. Libraries read their variables when they are imported, so
``cxrstudy`` sets them when it is imported; processes that it starts, workers and kernels, inherit
them. Where numpy or torch was imported before, the process itself is native, and those that it
starts are held.
"""

import os
import platform
import sys
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal, cast, get_args

from cxrstudy.base.device import DeviceKind, precision

Arithmetic = Literal["native", "held"]

#: Environment variable that chooses.
VARIABLE = "CXRSTUDY_ARITHMETIC"

#: What holds each library to AVX2, besides numpy; read when it is imported.
HELD = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "COMPATIBLE",
    "OPENBLAS_CORETYPE": "Haswell",
}
#: The same for numpy, whose names of instructions changed with the version.
NUMPY, CHANGED = "NPY_DISABLE_CPU_FEATURES", (2, 4)
NEWER = "X86_V4 AVX512_ICL AVX512_SPR"
NEWER_BEFORE = "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
#: Processors that can be held.
X86 = ("x86_64", "AMD64")


#: Libraries that were imported before they could be held.
_imported_before: set[str] = set()


class ArithmeticError(RuntimeError):
    """The kind of arithmetic is unknown; the message says which there are."""


def chosen() -> Arithmetic:
    """The kind of arithmetic of the processes that are started from here, by the environment.

    Raises
    ------
    ArithmeticError
        There is no such kind.
    """
    wish = os.environ.get(VARIABLE) or "held"
    if wish not in get_args(Arithmetic):
        raise ArithmeticError(f"{VARIABLE} must be native or held, not {wish!r}")
    return cast(Arithmetic, wish) if platform.machine() in X86 else "native"


def prepare() -> None:
    """Hold the libraries, unless native is chosen; called before any of them is imported."""
    if chosen() == "native":
        return
    wanted = HELD | {NUMPY: _newer_than_avx2()}
    set_before = all(os.environ.get(name) == value for name, value in wanted.items())
    if not set_before:
        _imported_before.update(name for name in ("numpy", "torch") if name in sys.modules)
    os.environ.update(wanted)


def here() -> Arithmetic:
    """The kind of arithmetic of this process."""
    return "native" if _imported_before else chosen()


def check(wanted: Arithmetic | None, who: str) -> None:
    """Check that runs are computed as a profile asks, if it asks for a kind.

    Raises
    ------
    ArithmeticError
        They are not; the message says how to start it.
    """
    if wanted and wanted != chosen():
        raise ArithmeticError(
            f"{who} asks for {wanted} arithmetic, and this process computes {chosen()}: start it "
            f"again with {VARIABLE}={wanted}"
        )


def _newer_than_avx2() -> str:
    try:
        major, minor = map(int, version("numpy").split(".")[:2])
    except (PackageNotFoundError, ValueError):
        return NEWER
    return NEWER if (major, minor) >= CHANGED else NEWER_BEFORE


def instructions(kind: Arithmetic | None = None) -> str:
    """The newest vector instructions that libraries use: AVX-512, AVX2 or another name.

    Parameters
    ----------
    kind
        Kind of arithmetic, by default the one that is chosen.
    """
    flags = _flags()
    newest = {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= flags
    if (kind or chosen()) == "native" and newest:
        return "AVX-512"
    if {"avx2", "fma"} <= flags:
        return "AVX2"
    return platform.machine() or "unknown"


def facts(device: DeviceKind, kind: Arithmetic | None = None) -> list[str]:
    """The arithmetic of a run, for its id: processor, precision, instructions, kind, threads.

    Parameters
    ----------
    device
        Kind of device.
    kind
        Kind of arithmetic, by default the one that is chosen.
    """
    if device == "cuda":
        return [device, precision(device)]
    wanted = kind or chosen()
    return [device, precision(device), instructions(wanted), wanted, "1 thread"]


@lru_cache
def _flags() -> set[str]:
    """Features of the processor, from Linux; empty elsewhere."""
    file = Path("/proc/cpuinfo")
    if not file.exists():
        return set()
    lines = (
        line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("flags")
    )
    return set(next(lines, "").partition(":")[2].split())

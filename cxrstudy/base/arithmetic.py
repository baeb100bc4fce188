"""Arithmetic: which instructions a result is computed with, and how to hold libraries to old ones.

Libraries use the newest instructions that a processor has. Sums are then added in another order, so
the same run gives other last bits on another processor. The environment variable
``CXRSTUDY_ARITHMETIC`` chooses:

==========  =======================================================================================
``native``  the newest instructions; the default, and the fastest
``held``    no library uses more than AVX2, which x86-64 processors have since about 2013
==========  =======================================================================================

``held`` makes more parts of a computation equal on different processors, but not all: see the page
on repeating. The kind of arithmetic is part of the id of a run and of its record. It must be chosen
before numpy and torch are imported, so ``cxrstudy`` sets the libraries' variables when it is
imported; processes that it starts, kernels too, inherit them.
"""

import os
import platform
import sys
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast, get_args

from cxrstudy.base.device import DeviceKind, precision

Arithmetic = Literal["native", "held"]

#: Environment variable that chooses.
VARIABLE = "CXRSTUDY_ARITHMETIC"

#: What holds each library to AVX2; read when it is imported.
HELD = {
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_CBWR": "COMPATIBLE",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Haswell",
}


class ArithmeticError(RuntimeError):
    """The kind of arithmetic is unknown, or chosen too late; the message says what to do."""


def chosen() -> Arithmetic:
    """The kind of arithmetic that the environment chooses.

    Raises
    ------
    ArithmeticError
        There is no such kind.
    """
    wish = os.environ.get(VARIABLE) or "native"
    if wish not in get_args(Arithmetic):
        raise ArithmeticError(f"{VARIABLE} must be native or held, not {wish!r}")
    return cast(Arithmetic, wish)


def prepare() -> None:
    """Hold the libraries, if that is chosen; called before any of them is imported.

    Raises
    ------
    ArithmeticError
        It is chosen, and numpy or torch is imported already without it.
    """
    if chosen() == "native":
        return
    set_before = all(os.environ.get(name) == value for name, value in HELD.items())
    late = [name for name in ("numpy", "torch") if name in sys.modules]
    if late and not set_before:
        raise ArithmeticError(
            f"{VARIABLE}=held comes too late: {late[0]} is imported already; import cxrstudy first"
        )
    os.environ.update(HELD)


def check(wanted: Arithmetic, who: str) -> None:
    """Check that this process computes as a profile asks.

    Raises
    ------
    ArithmeticError
        It does not; the message says how to start it.
    """
    if wanted != chosen():
        raise ArithmeticError(
            f"{who} asks for {wanted} arithmetic, and this process computes {chosen()}: start it "
            f"again with {VARIABLE}={wanted}"
        )


@lru_cache
def instructions() -> str:
    """The newest vector instructions that libraries use here: AVX-512, AVX2 or another name."""
    flags = _flags()
    if chosen() == "native" and {"avx512f", "avx512dq", "avx512bw", "avx512vl"} <= flags:
        return "AVX-512"
    if {"avx2", "fma"} <= flags:
        return "AVX2"
    return platform.machine() or "unknown"


def facts(kind: DeviceKind) -> list[str]:
    """The arithmetic of a run, for its id: processor, precision, instructions, kind, threads."""
    if kind == "cuda":
        return [kind, precision(kind)]
    return [kind, precision(kind), instructions(), chosen(), "1 thread"]


def _flags() -> set[str]:
    """Features of the processor, from Linux; empty elsewhere."""
    file = Path("/proc/cpuinfo")
    if not file.exists():
        return set()
    lines = (
        line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("flags")
    )
    return set(next(lines, "").partition(":")[2].split())

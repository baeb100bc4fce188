"""Limits of time for processes that are forked, and what they write."""

import contextlib
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def raising() -> Iterator[None]:
    """Let `within` fail the test that takes longer."""

    def fail(*_: object) -> None:
        pytest.fail("it takes too long for a witness", pytrace=False)

    before = signal.signal(signal.SIGPROF, fail)
    yield
    signal.signal(signal.SIGPROF, before)


def within(seconds: float) -> None:
    """Fail the test that runs now after so many seconds of the processor; 0 takes that back."""
    signal.setitimer(signal.ITIMER_PROF, seconds)


def forked(task: Callable[[], int], *, seconds: float) -> tuple[int | None, float]:
    """Do something in a child of this process, which says nothing.

    Parameters
    ----------
    task
        What to do; what it returns is the child's status.
    seconds
        Of the processor; ten times as many may go by.

    Returns
    -------
    The child's status, or None where it took too long, and the seconds of the processor.
    """
    before = _spent()
    child = os.fork()
    if not child:
        _be_child(task, seconds)
    status = _wait(child, 30 + 10 * seconds)
    return status, _spent() - before


def _spent() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _be_child(task: Callable[[], int], seconds: float) -> None:
    status = 1
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        whole = int(seconds) + 1
        used = int(time.process_time())
        resource.setrlimit(resource.RLIMIT_CPU, (used + whole, used + whole + 5))
        status = task()
    finally:
        os._exit(status)


def _wait(child: int, limit: float) -> int | None:
    until = time.monotonic() + limit
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            _end_group(child)
            code = os.waitstatus_to_exitcode(status)
            return None if code in (-signal.SIGXCPU, -signal.SIGKILL) else code
        time.sleep(0.02)
    _end_group(child)
    os.waitpid(child, 0)
    return None


def _end_group(child: int) -> None:
    """What a faulty child started ends with it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


def write_whole(path: Path, text: str) -> None:
    """Write a file, or nothing."""
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    beside.write_text(text, "utf-8")
    beside.replace(path)

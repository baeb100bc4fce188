"""Processes: worker processes that end when the process that started them ends, for any reason.

A worker process of the standard library survives when its parent is killed. After an interruption
it finishes its task, which may take hours. Here, each worker watches one end of a pipe. The
operating system closes the other end when the parent dies; the parent closes it when it is
interrupted. Workers may be stopped at any moment, because records and checkpoints are written
completely or not at all.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from cxrstudy.base import places

_T = TypeVar("_T")


@contextmanager
def pool(
    count: int, begin: Callable[..., None] | None = None, arguments: tuple[Any, ...] = ()
) -> Iterator[ProcessPoolExecutor]:
    """Open a pool of spawned processes: they inherit no state that a result could depend on.

    Each process uses the same folders as this process. It first calls ``begin`` with the arguments,
    if ``begin`` is given.

    After an error, running tasks are finished and waiting ones are dropped. After an interruption,
    or anything else that is not an :class:`Exception`, the processes end at once.
    """
    context = multiprocessing.get_context("spawn")
    variables = places.variables()
    watched, line = context.Pipe(duplex=False)
    with (
        watched,
        line,
        _Pool(count, context, hold, (watched, variables, begin, arguments)) as executor,
    ):
        try:
            with _finishing(executor):
                yield executor
        except BaseException as error:
            if not isinstance(error, Exception):
                line.close()  # now all processes end, so that closing the executor does not wait
            raise


class _Pool(ProcessPoolExecutor):
    """A pool whose processes ignore interruptions from their start."""

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Submit a task; start a process if needed."""
        if not hasattr(signal, "pthread_sigmask"):  # on Windows
            return super().submit(fn, *args, **kwargs)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # processes inherit it
        try:
            return super().submit(fn, *args, **kwargs)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _finishing(executor: ProcessPoolExecutor) -> Iterator[None]:
    try:
        yield
    except Exception:
        executor.shutdown(cancel_futures=True)
        raise


def hold(
    lifeline: Connection,
    variables: dict[str, str],
    begin: Callable[..., None] | None = None,
    arguments: tuple[Any, ...] = (),
) -> None:
    """Prepare a worker process, which ends when the other end of the pipe closes.

    It ignores interruptions, because the parent handles them. Environment variables from the parent
    name the folders.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(variables)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    if begin is not None:
        begin(*arguments)


def _end_with(lifeline: Connection) -> None:
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(1)

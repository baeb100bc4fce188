"""Processes: worker processes that end when the process that started them ends, for any reason.

A worker of the standard library survives when its parent is killed, and after an interruption it
finishes its task, which may take hours. Here each worker watches one end of a pipe. The operating
system closes the other end when the parent dies; the parent closes it when it is interrupted.
Workers may be ended at any moment, because records and checkpoints are written whole or not at all.
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
    """Spawned processes: they inherit no state, so that the result of a run can't depend on it.

    Each finds the same places as this process, and first calls ``begin`` with the arguments, if it
    is given.

    After an error, running tasks are finished and the rest is dropped. After an interruption, or
    anything else that is not an :class:`Exception`, the processes end at once.
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
                line.close()  # leaving the executor then only waits for processes that end
            raise


class _Pool(ProcessPoolExecutor):
    """A pool whose processes ignore interruptions from their first instruction on."""

    def submit(self, fn: Callable[..., _T], /, *args: Any, **kwargs: Any) -> Future[_T]:
        """Submit a task; start a process if needed."""
        if not hasattr(signal, "pthread_sigmask"):  # on Windows
            return super().submit(fn, *args, **kwargs)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # is inherited
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
    """Begin a process that ends when the other end of the pipe closes.

    The parent answers interruptions, and says by environment variables where things are.
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

"""Map worker: one thread that works on the latest request; earlier requests are cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable

Report = Callable[[float], None]


class Cancelled(Exception):
    """Work was cancelled; raised inside the work when it next reports its progress."""


class MapWorker:
    """Runs one task at a time in its own thread, so that it can be cancelled.

    Parameters
    ----------
    failed
        Called with any exception of a task, except :class:`Cancelled`.
    """

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def submit(self, work: Callable[[Report], None]) -> None:
        """Cancel the current task and start this one; ``work`` reports a fraction from 0 to 1."""
        self.cancel()
        self._stop = stop = threading.Event()
        # A daemon, so that closing a notebook does not wait for a slow map.
        self._thread = threading.Thread(target=self._do, args=(work, stop), daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Cancel the current task."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the latest task is done."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _do(self, work: Callable[[Report], None], stop: threading.Event) -> None:
        def report(share: float) -> None:
            if stop.is_set():
                raise Cancelled

        with self._turn:
            try:
                report(0)  # cancelled before it began
                work(report)
            except Cancelled:
                return
            except Exception as error:  # any error of a model or a method is shown to the user
                if not stop.is_set():
                    self._failed(error)

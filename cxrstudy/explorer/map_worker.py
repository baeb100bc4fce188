"""Map worker: one thread that works on the latest request; earlier requests are cancelled."""

from __future__ import annotations

import threading
from collections.abc import Callable

Report = Callable[[float], None]
Failed = Callable[[Exception], None]


class Cancelled(Exception):
    """Work was cancelled; raised inside the work when it next reports its progress."""


class MapWorker:
    """Runs one task at a time in its own thread, so that it can be cancelled."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def submit(self, work: Callable[[Report], None], failed: Failed) -> None:
        """Cancel the current task and start another one.

        Parameters
        ----------
        work
            The task; it is given a function to which it reports a fraction from 0 to 1.
        failed
            Called with any exception of the task, except :class:`Cancelled`.
        """
        self.cancel()
        self._stop = stop = threading.Event()
        # A daemon, so that closing a notebook does not wait for a slow map.
        self._thread = threading.Thread(target=self._do, args=(work, failed, stop), daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Cancel the current task."""
        self._stop.set()

    @property
    def works(self) -> bool:
        """Whether there is a task that was not cancelled."""
        return self._thread is not None and self._thread.is_alive() and not self._stop.is_set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the latest task is done."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _do(self, work: Callable[[Report], None], failed: Failed, stop: threading.Event) -> None:
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
                    failed(error)

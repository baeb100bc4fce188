"""MapWorker: one thread that does the latest thing asked for; what was asked before is given up."""

from __future__ import annotations

import threading
from collections.abc import Callable

Report = Callable[[float], None]


class Cancelled(Exception):
    """Work was given up: raised inside it when it next reports how far it is."""


class MapWorker:
    """Does one piece of work at a time, off the kernel's own thread, so that it can be cancelled.

    Parameters
    ----------
    failed
        Called with whatever work raises, other than :class:`Cancelled`.
    """

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._turn = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def submit(self, work: Callable[[Report], None]) -> None:
        """Give up what is being done, and do this; ``work`` reports a share from 0 to 1."""
        self.cancel()
        self._stop = stop = threading.Event()
        # A daemon: a notebook that is closed does not wait for a slow map.
        self._thread = threading.Thread(target=self._do, args=(work, stop), daemon=True)
        self._thread.start()

    def cancel(self) -> None:
        """Give up what is being done."""
        self._stop.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the latest work is done."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _do(self, work: Callable[[Report], None], stop: threading.Event) -> None:
        def report(share: float) -> None:
            if stop.is_set():
                raise Cancelled

        with self._turn:
            try:
                report(0)  # given up before it began
                work(report)
            except Cancelled:
                return
            except Exception as error:  # whatever a model or a method raises is shown, in words
                if not stop.is_set():
                    self._failed(error)

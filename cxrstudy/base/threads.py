"""Threads: process many files at the same time, with a progress bar; results keep their order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cxrstudy.base.progress import progress

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def each(
    work: Callable[[_Item], _Result],
    items: Sequence[_Item],
    workers: int,
    what: str,
    ended: threading.Event | None = None,
) -> Iterator[_Result]:
    """Apply a function to items in threads, with a progress bar.

    Parameters
    ----------
    work
        Function of one item; called in any thread.
    items
        Arguments of the function, usually one per file.
    workers
        Number of threads.
    what
        Name of the work, for the progress bar.
    ended
        Event that is set at the end, also after an interruption; the function may check it.

    Yields
    ------
    The results, in the order of the items.
    """
    if not items:
        return
    with ThreadPoolExecutor(workers) as pool, progress(len(items), what, "file") as bar:
        try:
            for result in pool.map(work, items):
                bar.update()
                yield result
        finally:
            if ended:
                ended.set()

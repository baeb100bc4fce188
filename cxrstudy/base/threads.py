"""Work on files in threads, with progress, results in order."""

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
    """Work on items in threads, with progress.

    Parameters
    ----------
    work
        What is done with an item, in any thread.
    items
        One a file.
    workers
        Threads.
    what
        What the progress says is being done.
    ended
        Set at the end, also when it is an interrupt; threads may look at it.

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

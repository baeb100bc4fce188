"""Script: worker processes do not run the user's script again.

A worker process of the standard library first runs the script that started it, under another name.
A script without ``if __name__ == "__main__":`` would then start workers of its own, and end with an
error that says nothing of it. No worker of ours needs the script: what it computes comes from
modules. So the script is hidden while workers start.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_MISSING = object()


@contextmanager
def hidden() -> Iterator[None]:
    """Hide the file of the script that runs, so that processes started meanwhile don't run it.

    What runs as a module (``python -m``) and what runs in a kernel is left as it is.
    """
    main = sys.modules["__main__"]
    if getattr(main, "__spec__", None) is not None:
        yield
        return
    file = main.__dict__.pop("__file__", _MISSING)
    try:
        yield
    finally:
        if file is not _MISSING:
            main.__dict__["__file__"] = file

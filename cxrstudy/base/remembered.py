"""Remembered: answers that take seconds, kept on the disk under the hash of what they depend on.

An answer is plain data. The name of its file holds the SHA-256 of everything that the answer
depends on, so it is never out of date. The file begins with the SHA-256 of its name and of the
rest, so a damaged one, or one that was kept for something else, is computed again. The folder
``remembered`` lies beside the store. It may be deleted at any time, and where it can't be written
to, nothing is remembered.
"""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.atomic import make_folder, whole_file
from cxrstudy.base.identity import canonical, fingerprint

#: Seconds after which an answer that nobody asked for again is removed.
KEPT = 30 * 24 * 3600
_DAY = 24 * 3600
#: Name of the folder, beside a store.
FOLDER = "remembered"


def folder() -> Path:
    """Folder of the answers."""
    return places.runs() / FOLDER


def remembered(what: str, inputs: Callable[[], Any], answer: Callable[[], Any]) -> Any:
    """Return an answer that was found before from equal inputs, or find it and keep it.

    Parameters
    ----------
    what
        Kind of the answer, for the name of its file.
    inputs
        Returns everything that the answer depends on, as plain data. It is called again after the
        answer was found; an answer whose inputs changed meanwhile is not kept.
    answer
        Finds the answer: plain data that JSON can hold, not None. Its errors are not kept.

    Examples
    --------
    >>> remembered("sum", lambda: [1, 2], lambda: 3)
    3
    """
    known = recall(what, inputs)
    if known is not None:
        return known
    before = canonical(inputs())
    text = json.dumps(answer())
    if canonical(inputs()) == before:
        with suppress(OSError, places.PlaceError):
            keep(_place(what, before), text)
    return json.loads(text)


def recall(what: str, inputs: Callable[[], Any]) -> Any:
    """Return an answer that was found before, or None; see :func:`remembered`."""
    try:
        text = kept(_place(what, canonical(inputs())))
    except places.PlaceError:
        return None
    return None if text is None else json.loads(text)


def _place(what: str, inputs: str) -> Path:
    return folder() / f"{what}-{fingerprint(inputs)}.json"


def kept(path: Path) -> str | None:
    """Text that was kept; None if there is none, or it is damaged."""
    try:
        seal, _, text = path.read_text(encoding="utf-8").partition("\n")
        if seal != _seal(path, text):
            return None
        if time.time() - path.stat().st_mtime > _DAY:
            with suppress(OSError):
                os.utime(path)
        return text
    except (OSError, UnicodeDecodeError):
        return None


def keep(path: Path, text: str) -> None:
    """Keep a text, sealed with its name, and remove what nobody asked for in a long time."""
    make_folder(path.parent)
    with whole_file(path) as unfinished:
        unfinished.write_text(f"{_seal(path, text)}\n{text}", encoding="utf-8")
    for other in path.parent.iterdir():
        with suppress(OSError):
            if time.time() - other.stat().st_mtime > KEPT:
                other.unlink()


def _seal(path: Path, text: str) -> str:
    return fingerprint(f"{path.name}\n{text}")

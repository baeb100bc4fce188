"""Atomic: files and folders that are whole or not there, also after a kill or a power failure.

Something is written under another name in the same folder, forced to the disk, and renamed at the
end. Each writer has a name of its own, so several may write the same thing at once. What a killed
process leaves ends with :data:`UNFINISHED` and is never read.
"""

import glob
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Ending of what is being written.
UNFINISHED = ".unfinished"


def unfinished_name(target: Path) -> Path:
    """Name, in the same folder, under which something is written before it has its own name."""
    return target.with_name(f".{target.name.lstrip('.')}.{uuid.uuid4().hex}{UNFINISHED}")


def unfinished_of(target: Path) -> list[Path]:
    """Temporary copies of a file or folder: still being written, or left unfinished."""
    name = glob.escape(target.name.lstrip("."))
    return sorted(target.parent.glob(f".{name}.*{UNFINISHED}"))


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Give a name to write a file under, and move it to its place if nothing went wrong.

    Of two that write the same file the later one replaces the earlier one.

    Parameters
    ----------
    target
        Where the file shall be; its folder exists.
    """
    unfinished = unfinished_name(target)
    try:
        yield unfinished
        flush(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def write_file(target: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    with whole_file(target) as unfinished:
        unfinished.write_bytes(content)


def write_folder(
    target: Path, fill: Callable[[Path], None], is_whole: Callable[[Path], bool]
) -> None:
    """Write a folder whole or not at all.

    Parameters
    ----------
    target
        Where the folder shall be; the folder around it is made when missing.
    fill
        Writes the files into the folder that it is given.
    is_whole
        Whether what is already in the place is whole. It then stays: it has the same content.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = unfinished_name(target)
    unfinished.mkdir()
    try:
        fill(unfinished)
        for path in unfinished.iterdir():
            flush(path)
        _move(unfinished, target, is_whole)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def flush(path: Path) -> None:
    """Have a file on the disk before it has its name, should the power fail."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


def _move(unfinished: Path, target: Path, is_whole: Callable[[Path], bool]) -> None:
    try:
        unfinished.rename(target)
    except OSError:
        if is_whole(target):
            return
        shutil.rmtree(target)  # left by an interrupted deletion
        unfinished.rename(target)

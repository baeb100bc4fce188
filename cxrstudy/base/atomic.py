"""Atomic: write files and folders completely or not at all, also after a kill or a power failure.

A file or folder is written under a temporary name in the same folder, flushed to the disk, and
renamed at the end. Each writer uses its own temporary name, so several may write the same file at
once. The temporary files of a killed process end with :data:`UNFINISHED` and are never read.
"""

import glob
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: Ending of temporary names.
UNFINISHED = ".unfinished"


def unfinished_name(target: Path) -> Path:
    """Make a temporary name in the folder of a file or folder."""
    return target.with_name(f".{target.name.lstrip('.')}.{uuid.uuid4().hex}{UNFINISHED}")


def unfinished_of(target: Path) -> list[Path]:
    """Temporary files or folders of a target, of running and of killed processes."""
    name = glob.escape(target.name.lstrip("."))
    return sorted(target.parent.glob(f".{name}.*{UNFINISHED}"))


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Yield a temporary path to write to, and rename it to the target if no error occurred.

    If two processes write the same file, the later one replaces the earlier one.

    Parameters
    ----------
    target
        Path of the file; its folder must exist.
    """
    unfinished = unfinished_name(target)
    try:
        yield unfinished
        flush(unfinished)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def write_file(target: Path, content: bytes) -> None:
    """Write a file completely or not at all."""
    with whole_file(target) as unfinished:
        unfinished.write_bytes(content)


def write_folder(
    target: Path, fill: Callable[[Path], None], is_whole: Callable[[Path], bool]
) -> None:
    """Write a folder completely or not at all.

    Parameters
    ----------
    target
        Path of the folder; its parent is created if missing.
    fill
        Function that writes the files into a given folder.
    is_whole
        Whether an existing target is complete. It is then kept, because it has the same content.
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
    """Force a file to the disk, so that it survives a power failure."""
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

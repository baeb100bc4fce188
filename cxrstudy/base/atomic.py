"""Atomic: write files and folders completely or not at all, also after a kill or a power failure.

A file or folder is written under a temporary name in the same folder, flushed to the disk, and
renamed at the end. Each writer uses its own temporary name, so several may write the same file at
once. The temporary files of a killed process end with :data:`UNFINISHED` and are never read.

Folders may be shared by several hosts and users. A temporary name says which host wrote it, because
locks do not reach other hosts on every file system: what another host writes is left alone. What is
written gets the permissions of the folder that it is written into, so that a group can share it.
"""

import glob
import os
import platform
import shutil
import stat
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile

#: Ending of temporary names.
UNFINISHED = ".unfinished"
#: Age in seconds after which a temporary file of another host counts as abandoned.
STALE_AFTER = 24 * 3600
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@cache
def host_mark() -> str:
    """Twelve characters that stand for this host since its start; other containers have others."""
    boot = _BOOT.read_text(encoding="utf-8").strip() if _BOOT.is_file() else ""
    return sha256(f"{platform.node()} {boot}".encode()).hexdigest()[:12]


def unfinished_name(target: Path) -> Path:
    """Make a temporary name in the folder of a file or folder, with the mark of this host."""
    unique = host_mark() + uuid.uuid4().hex[:20]
    return target.with_name(f".{target.name.lstrip('.')}.{unique}{UNFINISHED}")


def unfinished_of(target: Path) -> list[Path]:
    """Temporary files or folders of a target that no other host can be writing."""
    name = glob.escape(target.name.lstrip("."))
    found = sorted(target.parent.glob(f".{name}.*{UNFINISHED}"))
    return [path for path in found if not is_written_elsewhere(path)]


def is_written_elsewhere(unfinished: Path) -> bool:
    """Whether another host may be writing a temporary file: its mark, and less than a day old."""
    unique = unfinished.name.removesuffix(UNFINISHED).rpartition(".")[2]
    return not unique.startswith(host_mark()) and not is_old(unfinished)


def is_old(path: Path) -> bool:
    """Whether nothing in a file or folder was written for a day."""
    parts = [path, *path.rglob("*")] if path.is_dir() else [path]
    times = []
    for part in parts:
        with suppress(FileNotFoundError):
            times.append(part.stat().st_mtime)
    return bool(times) and now_in(path.parent) - max(times) > STALE_AFTER


def now_in(folder: Path) -> float:
    """Time by the clock that dates the files of a folder, which may be that of another host.

    A host whose own clock is a day ahead would else count as abandoned what others write.
    """
    try:
        with TemporaryFile(dir=folder) as stream:
            return os.fstat(stream.fileno()).st_mtime
    except OSError:  # may not be written to; then nothing there can be removed either
        return time.time()


def make_folder(folder: Path) -> None:
    """Make a folder and its parents, each with the permissions of the folder that it lies in."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        share(each)


def share(path: Path) -> None:
    """Give a file or folder the permissions for group and others of the folder that it lies in."""
    above = stat.S_IMODE(path.parent.stat().st_mode)
    theirs = above & 0o077 if path.is_dir() else above & 0o066
    group = above & stat.S_ISGID if path.is_dir() else 0
    with suppress(OSError):  # not ours, or a file system without permissions
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~0o077 | theirs | group)


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
        share(unfinished)
        unfinished.replace(target)
    except OSError as error:
        if error.filename is None:  # of a write to an open file: a full disk
            error.filename = str(target)
        raise
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
    make_folder(target.parent)
    unfinished = unfinished_name(target)
    unfinished.mkdir()
    share(unfinished)
    try:
        fill(unfinished)
        for path in unfinished.iterdir():
            flush(path)
            share(path)
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

"""Lock: only one process at a time computes a run, even if several processes use the same store.

It is a lock of the operating system, on a file beside the record. The operating system releases it
when the process that holds it ends, also if that process was killed. A lock file that is not locked
has no meaning. The process that holds the lock removes the file at the end.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

#: Suffix of lock files.
SUFFIX = ".lock"
#: Seconds between two attempts while waiting.
_PATIENCE = 0.2


class LockError(RuntimeError):
    """A lock can't be acquired; the message names its file."""


class Busy(LockError):
    """Another process computes the run; the message names the lock file."""


def path_of(records: Path, run: str) -> Path:
    """Lock file of a run."""
    return records / f".{run}{SUFFIX}"


@contextmanager
def held(records: Path, run: str) -> Iterator[None]:
    """Hold a run's lock; wait for another process that holds it.

    Parameters
    ----------
    records
        Folder of the store; it must exist.
    run
        Id.

    Raises
    ------
    LockError
        The file can't be made or locked: the store is read-only, or on a file system without locks.
    """
    path = path_of(records, run)
    lock = _lock_of(path)
    try:
        _acquire(lock, path)
    except Busy:
        _say_once(records)
        lock.acquire()
    with _releasing(lock, path):
        yield


@contextmanager
def held_at_once(records: Path, run: str) -> Iterator[None]:
    """Hold a run's lock, or raise an error if another process holds it.

    Raises
    ------
    Busy
        Another process holds it.
    LockError
        As :func:`held`.
    """
    path = path_of(records, run)
    lock = _lock_of(path)
    _acquire(lock, path)
    with _releasing(lock, path):
        yield


def is_held(records: Path, run: str) -> bool:
    """Whether a process is computing the run."""
    if not path_of(records, run).is_file():
        return False
    try:
        with held_at_once(records, run):
            return False
    except Busy:
        return True
    except LockError:  # a read-only store
        return False


def running(records: Path) -> list[str]:
    """Ids of the runs that are being computed."""
    runs = [path.name[1 : -len(SUFFIX)] for path in sorted(records.glob(f".*{SUFFIX}"))]
    return [run for run in runs if is_held(records, run)]


def _lock_of(path: Path) -> FileLock:
    # A lock that is only a file would outlive its holder.
    return FileLock(path, poll_interval=_PATIENCE, fallback_to_soft=False)


def _acquire(lock: FileLock, path: Path) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Busy(f"{path}: another process computes this run") from None
    except (OSError, NotImplementedError) as error:
        raise LockError(
            f"{path}: can't be locked ({error}); the store must be writable, on a file system with "
            "locks: name a folder on another one in CXRSTUDY_RUNS"
        ) from error


@contextmanager
def _releasing(lock: FileLock, path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        # Before the release: a waiting process then sees that the file is gone, and makes another.
        with suppress(OSError):
            path.unlink()
        lock.release()


@cache
def _say_once(records: Path) -> None:
    """Print the reason for the wait, once per process."""
    sys.stderr.write(f"{records}: waiting for another process that computes runs of this study\n")
    sys.stderr.flush()

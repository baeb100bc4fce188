"""Lock: only one process at a time computes a run, even if several processes use the same store.

It is a lock of the operating system, on a file beside the record. The operating system releases it
when the process that holds it ends, also if that process was killed. A lock file that is not locked
has no meaning. The process that holds the lock removes the file at the end.

The store may be shared. The file gets the permissions of the store, so that others can see whether
it is locked. It also holds the mark of its host: on file systems whose locks do not reach other
hosts, a file of another host that was touched within a day counts as locked.
"""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from filelock import FileLock, Timeout

from cxrstudy.base.atomic import host_mark, is_old

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
        with suppress(OSError):
            path.write_text(host_mark(), encoding="utf-8")
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
    """Whether a process is computing the run, of any user and host, as far as can be seen.

    A lock file that may not be opened counts as held.
    """
    path = path_of(records, run)
    if not path.is_file():
        return False
    return not can_take(path) or _is_of_another_host(path)


def can_take(path: Path) -> bool:
    """Whether a lock file could be locked now; it is not changed, and need not be writable."""
    try:
        import fcntl
    except ImportError:  # Windows
        return _can_take_for_writing(path)
    try:
        opened = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(opened)
    return True


def _can_take_for_writing(path: Path) -> bool:
    lock = _lock_of(path)
    try:
        _acquire(lock, path)
    except LockError:
        return False
    lock.release()
    return True


def _is_of_another_host(path: Path) -> bool:
    """Whether another host made the file within a day."""
    try:
        mark = path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return True
    checkpoint = path.with_suffix(".checkpoint")  # written during a long training
    recent = any(each.exists() and not is_old(each) for each in (path, checkpoint))
    return bool(mark) and mark != host_mark() and recent


def running(records: Path) -> list[str]:
    """Ids of the runs that are being computed."""
    runs = [path.name[1 : -len(SUFFIX)] for path in sorted(records.glob(f".*{SUFFIX}"))]
    runs = [run for run in runs if not run.startswith(_PROBE)]
    return [run for run in runs if is_held(records, run)]


def _lock_of(path: Path) -> FileLock:
    # A lock that is only a file would outlive its holder.
    try:
        above = stat.S_IMODE(path.parent.stat().st_mode)
    except OSError:
        above = 0o755
    mode = 0o600 | above & 0o066
    return FileLock(path, poll_interval=_PATIENCE, fallback_to_soft=False, mode=mode)


def _acquire(lock: FileLock, path: Path) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise Busy(f"{path}: another process computes this run") from None
    except (OSError, NotImplementedError) as error:
        raise LockError(f"{path}: can't be locked ({error}); {_advice(path, error)}") from error
    with suppress(OSError):
        path.write_text(host_mark(), encoding="utf-8")


def _advice(path: Path, error: Exception) -> str:
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM, errno.EROFS) and path.exists():
        return (
            f"another user made it (user {path.stat().st_uid}); ask for write permission of your "
            "group on the store, or name a store of your own in CXRSTUDY_RUNS"
        )
    if number in (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP) or number is None:
        return "the file system has no locks: name a folder on another one in CXRSTUDY_RUNS"
    return "the store must be writable: name another folder in CXRSTUDY_RUNS"


@contextmanager
def _releasing(lock: FileLock, path: Path) -> Iterator[None]:
    try:
        yield
    finally:
        # Before the release: a waiting process then sees that the file is gone, and makes another.
        with suppress(OSError):
            path.unlink()
        lock.release()


#: Name of the lock by which a planner tests whether its locks reach the hosts that compute.
_PROBE = "probe"


@contextmanager
def probe(records: Path) -> Iterator[Path]:
    """Hold a lock, within, that other hosts can try with :func:`can_take`.

    Yields
    ------
    The lock file. A host that can take it has locks that do not reach this one.
    """
    # Nothing is made before the hosts are known to be fit.
    folder = next(each for each in (records, *records.parents) if each.is_dir())
    name = f"{_PROBE}-{host_mark()}-{os.getpid()}"
    with held(folder, name):
        yield path_of(folder, name)


@cache
def _say_once(records: Path) -> None:
    """Print the reason for the wait, once per process."""
    sys.stderr.write(f"{records}: waiting for another process that computes runs of this study\n")
    sys.stderr.flush()

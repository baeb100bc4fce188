"""Prune: remove runs that no plan needs any more, and partial files of killed processes.

What these are is found by :mod:`cxrstudy.study.removable`; here it is removed whole, or not at all.
"""

import errno
import os
import shutil
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from cxrstudy.runs import lock, store
from cxrstudy.runs.store import StoreError
from cxrstudy.study.removable import Sweep, survey


def prune(records: Path, runs: Collection[str], may_empty: bool = False) -> Sweep:
    """Remove what :func:`survey` finds, except runs that a process is computing.

    Parameters
    ----------
    records, runs
        See :func:`survey`.
    may_empty
        Whether every record may be removed. This is refused otherwise, because it is more often a
        wrong store, project or version than a wish.

    Raises
    ------
    StoreError
        There is no store; no record would stay; or a run that is not planned is in progress, and
        may need records that would be removed.
    """
    found = survey(records, runs)
    gone = [item for item in found.removable if item.path.parent == records and item.path.is_dir()]
    empties = not found.kept and any(store.is_there(records, item.path.name) for item in gone)
    if empties and not may_empty:
        raise StoreError(
            f"{records}: no record would stay, so nothing was removed; is this the store of "
            "this project and version? To remove all records, add --all"
        )
    _refuse_while_strangers_run(records, runs)
    removed, refused = [], []
    for item in found.removable:
        try:
            removed += [item] if _remove(records, item.path) else []
        except OSError as error:
            reason = f"{error.strerror or error}{store.owner(item.path)}"
            refused.append(f"{item.path}: could not be removed ({reason})")
    return replace(found, removed=tuple(removed), refused=tuple(refused))


def _refuse_while_strangers_run(records: Path, runs: Collection[str]) -> None:
    strangers = [run for run in lock.running(records) if run not in runs]
    if strangers:
        raise StoreError(
            f"{lock.path_of(records, strangers[0])}: this run is being computed and is not "
            "among the runs to keep; its parents might be removed. Wait until it ends, or stop it"
        )


def _remove(records: Path, path: Path) -> bool:
    """Remove a file or folder, unless its run is being computed; return whether it was removed."""
    run = path.name.lstrip(".")[:64]
    try:
        if path.parent != records or "-" in run:  # no run is written under such a name
            return _removed(path)
        with lock.held_at_once(records, run):
            return _removed(path)
    except lock.Busy:
        return False


def _removed(path: Path) -> bool:
    """Remove a file or folder whole; if that is not possible, leave it as it was.

    Raises
    ------
    OSError
        It can't be removed, and is in its place as before.
    """
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return True
    for folder in (path, *(each for each in path.rglob("*") if each.is_dir())):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(folder))
    before = set(path.rglob("*"))
    # Renamed first, so that nobody reads a record that is partly removed.
    aside = path.with_name(f".{path.name.lstrip('.')[:12]}-pruned{os.getpid()}")
    path.rename(aside)
    try:
        shutil.rmtree(aside)
    except OSError:
        if len(before) == sum(1 for _ in aside.rglob("*")):  # nothing was removed
            aside.rename(path)
        raise
    return True

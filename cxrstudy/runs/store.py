"""Store: a folder of records, with one folder per run, named by the run's id.

A record is written under a temporary name and renamed when it is complete, so every record in the
store is complete. ``run.json`` holds the SHA-256 of each file of the record, and of itself.
"""

import json
import shutil
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from cxrstudy.base.atomic import make_folder, unfinished_of, write_folder
from cxrstudy.base.identity import canonical, file_sha256, fingerprint
from cxrstudy.base.schema import why_wrong
from cxrstudy.runs.find import StoreError, find
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, RUN, SCORES, Record, id_of

__all__ = [
    "BROKEN", "StoreError", "checked", "checkpoint_path", "find", "has", "is_there", "owner",
    "read", "read_epochs", "remove_partial", "set_aside", "why_broken", "write", "writing",
]  # fmt: skip

#: Ending of the names of broken records that were set aside.
BROKEN = ".broken"


def has(store: Path, run: str) -> bool:
    """Whether the run is recorded, and its record can be read and has all of its files."""
    return is_there(store, run) and not why_broken(store, run)


def is_there(store: Path, run: str) -> bool:
    """Whether there is a record of the run, also a broken one."""
    return (store / run / RUN).is_file()


def why_broken(store: Path, run: str) -> str:
    """Why a record can't be used; empty if it can, as far as a look at its facts shows.

    The SHA-256 of its other files are checked when they are read, and by ``cxrstudy store check``.
    """
    path = store / run / RUN
    try:
        found = path.stat()
    except OSError as error:
        return f"{path}: {error.strerror}"
    why, files = _looked_at(store, run, (found.st_mtime_ns, found.st_size, found.st_ino))
    missing = [name for name in files if not (store / run / name).is_file()]
    return f"{store / run / missing[0]}: missing" if missing else why


@lru_cache(maxsize=10_000)
def _looked_at(store: Path, run: str, version: tuple[int, int, int]) -> tuple[str, tuple[str, ...]]:
    """Why a record can't be read, and its files; remembered for a version of ``run.json``."""
    try:
        return "", tuple(read(store, run).files)
    except StoreError as error:
        return str(error), ()


def set_aside(store: Path, run: str) -> None:
    """Move a broken record out of the way, so that its run is computed again; keep its files.

    The caller must hold the run's lock.

    Raises
    ------
    StoreError
        The record can't be moved.
    """
    if not is_there(store, run) or has(store, run):
        return
    aside = store / f".{run}.{uuid.uuid4().hex[:8]}{BROKEN}"
    with writing(store / run):
        (store / run).rename(aside)
    sys.stderr.write(f"{store / run}: broken; moved to {aside.name}, and computed again\n")


def write(store: Path, run: str, fill: Callable[[Path], None]) -> None:
    """Write a record completely or not at all.

    Parameters
    ----------
    store
        Folder of the store; created if missing.
    run
        Id.
    fill
        Function that writes the record's files into a given folder.

    Raises
    ------
    StoreError
        The disk is full, or the store can't be written to. Existing records are untouched.
    """
    with writing(store / run):
        write_folder(store / run, _sealing(fill), lambda _: has(store, run))


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Convert an operating system's error while writing to one that names the file or folder.

    Raises
    ------
    StoreError
        The disk is full, or the store can't be written to.
    """
    try:
        yield
    except OSError as error:
        named, reason = getattr(error, "filename", None), getattr(error, "strerror", None)
        raise StoreError(
            f"{named or path}: could not be written ({reason or error}); existing records "
            "are untouched. Free some space, or name another folder in CXRSTUDY_RUNS, and run the "
            "same command again"
        ) from error


def read(store: Path, run: str) -> Record:
    """Read the facts of a run.

    Raises
    ------
    StoreError
        The run is not recorded, its file is broken, or its id does not match its contents.
    """
    path = store / run / RUN
    if not path.is_file():
        raise StoreError(f"{path}: no such record; run the notebook that makes it")
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        record, sealed = Record.model_validate(facts), _is_as_sealed(facts)
    except ValueError as error:  # not text, not JSON, or not a record
        raise StoreError(
            f"{path}: broken ({why_wrong(error)}); run the study again to make it anew"
        ) from None
    except OSError as error:
        raise StoreError(f"{path}: can't be read ({error.strerror}{owner(path)})") from None
    if record.id != run or id_of(record.identity) != run:
        raise StoreError(f"{path}: altered, its id does not match its contents")
    if not sealed:
        raise StoreError(f"{path}: altered since it was written; run the study again to make it")
    record.files.pop(RUN, None)
    return record


def owner(path: Path) -> str:
    """Name the owner of a file, as an ending of a message; empty if it can't be found."""
    try:
        return f"; it belongs to {path.owner()}"
    except (OSError, KeyError, NotImplementedError):
        return _number_of_owner(path)


def _number_of_owner(path: Path) -> str:
    try:
        return f"; it belongs to user {path.stat().st_uid}"
    except OSError:
        return ""


def read_epochs(store: Path, run: str) -> pd.DataFrame:
    """Read the table of validations during training: one row per validation.

    Raises
    ------
    StoreError
        The file is missing or altered.
    """
    return pd.read_csv(checked(store, run, EPOCHS))


def checked(store: Path, run: str, name: str) -> Path:
    """Path of a file of a record, after its SHA-256 was checked.

    Raises
    ------
    StoreError
        The file is missing or altered.
    """
    path = store / run / name
    check_file(path, read(store, run).files.get(name))
    return path


def check_file(path: Path, expected: str | None) -> None:
    """Check the SHA-256 of a file of a record.

    Raises
    ------
    StoreError
        The file is missing or altered.
    """
    if not path.is_file() or file_sha256(path) != expected:
        raise StoreError(f"{path}: missing or altered since it was written; delete its folder")


def checkpoint_path(store: Path, run: str) -> Path:
    """Checkpoint file of an unfinished run."""
    make_folder(store)
    return store / f".{run}.checkpoint"


def remove_partial(store: Path, run: str) -> None:
    """Remove the partial records and checkpoints of a run whose process was killed.

    The caller must hold the run's lock. What another host writes is left alone, because the lock
    may not reach it.
    """
    for path in (*unfinished_of(store / run), *unfinished_of(checkpoint_path(store, run))):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def _sealing(fill: Callable[[Path], None]) -> Callable[[Path], None]:
    def fill_and_seal(folder: Path) -> None:
        fill(folder)
        _seal(folder / RUN)

    return fill_and_seal


def _seal(path: Path) -> None:
    """Add to a record the SHA-256 of the rest, so that changes are detected."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts["files"][RUN] = fingerprint(canonical(facts))
    path.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _is_as_sealed(facts: dict[str, Any]) -> bool:
    """Whether the content of ``run.json`` has its recorded SHA-256."""
    files = dict(facts["files"])
    seal = files.pop(RUN, None)
    if seal is None:  # written before records were sealed
        return set(files) <= {SCORES, EPOCHS, BACKBONE, HEAD}
    return bool(seal == fingerprint(canonical(facts | {"files": files})))

"""Store check: list the content of a store, and find changed, missing and abandoned files.

A process may be killed at any moment. Its partial files stay on the disk; they do no harm and are
never read. This module finds them and tells them apart from work in progress.
:mod:`cxrstudy.study.prune` removes them.
"""

import hashlib
import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from cxrstudy.base import processes
from cxrstudy.base.atomic import UNFINISHED, is_old, is_written_elsewhere
from cxrstudy.base.cores import usable_cores
from cxrstudy.base.progress import progress
from cxrstudy.pixels import pixel_file
from cxrstudy.runs import lock, maps, no_result, scoring_record, store
from cxrstudy.runs.maps import MapsError
from cxrstudy.runs.record import BACKBONE, EPOCHS, RUN, SCORES
from cxrstudy.runs.store import StoreError

#: Entries that one process checks sooner than others could start, and entries of one task.
FEW, BLOCK = 1_000, 100

FindingKind = Literal[
    "altered", "no parent", "unknown", "leftover", "unfinished", "diverged", "running"
]

#: Required files of a record.
_NEEDED = {SCORES, EPOCHS, BACKBONE}
_ID = re.compile(r"[0-9a-f]{64}")
_CHECKPOINT = re.compile(r"\.([0-9a-f]{64})\.checkpoint")
_DIVERGED = re.compile(r"\.([0-9a-f]{64})\.diverged")
_PARTIAL = re.compile(
    rf"\.([0-9a-f]{{64}})(?:\.checkpoint|\.diverged)?\.[0-9a-f]{{32}}{re.escape(UNFINISHED)}"
    r"|\.([0-9a-f]{12})-pruned\d+"
)


@dataclass(frozen=True)
class Finding:
    """A finding about a store.

    Attributes
    ----------
    kind
        ``altered``, ``no parent``, ``unknown`` and ``leftover`` are problems. An ``unfinished`` run
        continues when its study is started again; a ``diverged`` one is not trained again; a
        ``running`` one is being computed.
    path
        File or folder.
    detail
        What is wrong, and what to do.
    """

    kind: FindingKind
    path: Path
    detail: str

    @property
    def problem(self) -> bool:
        """Whether the user must do something."""
        return self.kind not in ("unfinished", "diverged", "running")


def check(records: Path) -> list[Finding]:
    """Check hashes, ids and parents in a store, maps and pixels beside it, and find leftover files.

    Raises
    ------
    StoreError
        There is no store.
    """
    if not records.is_dir():
        raise StoreError(f"{records}: no such store; name the folder of the store in CXRSTUDY_RUNS")
    entries = sorted(records.iterdir())
    running = lock.running(records)  # after the listing, so that every listed run in progress is in
    found = [Finding("running", lock.path_of(records, run), "being computed") for run in running]
    for findings in _look_at_all(records, entries, running):
        found += findings
    for scoring in scoring_record.names(records):
        found += _look_at_scoring(records, scoring)
    for made in maps.names(maps.folder_of(records)):
        found += _look_at_maps(maps.folder_of(records), made)
    for file in progress(sorted((records.parent / "pixels").glob("*.npy")), "checking", "pixels"):
        if said := pixel_file.damage(file):
            advice = f"{said}; delete it, the next run draws it anew"
            found.append(Finding("altered", file, advice))
    return found + [_leftover(path) for path in _abandoned_beside(records)]


def runs_of(records: Path) -> list[str]:
    """Ids of all folders that are named like a record, also of broken ones."""
    return [path.name for path in sorted(records.iterdir()) if _ID.fullmatch(path.name)]


def unfinished(records: Path) -> dict[str, Path]:
    """Run id to checkpoint, for runs that are not recorded."""
    found = {m[1]: path for path in records.iterdir() if (m := _CHECKPOINT.fullmatch(path.name))}
    return {run: path for run, path in found.items() if not store.is_there(records, run)}


def diverged(records: Path) -> dict[str, Path]:
    """Run id to the note that its training diverged."""
    return {m[1]: path for path in records.iterdir() if (m := _DIVERGED.fullmatch(path.name))}


def leftovers(records: Path) -> list[Path]:
    """Files of killed processes that nothing will use, without those of runs in progress."""
    entries = sorted(records.iterdir())
    running = lock.running(records)
    left = [entry for entry in entries if _is_left(records, entry, running)]
    return left + _abandoned_beside(records)


def abandoned(folder: Path) -> list[Path]:
    """Unfinished files and folders that were last written more than a day ago."""
    return [path for path in sorted(folder.glob(f".*{UNFINISHED}")) if is_old(path)]


def _abandoned_beside(records: Path) -> list[Path]:
    """Abandoned files of pixels and of scoring records, which have no lock."""
    folders = (records.parent / "pixels", scoring_record.folder_of(records))
    return [path for folder in folders for path in abandoned(folder)]


def _look_at_all(records: Path, entries: list[Path], running: list[str]) -> Iterator[list[Finding]]:
    """Look at the entries of a store, with all cores if there are many."""
    with ExitStack() as stack:
        bar = stack.enter_context(progress(total=len(entries), what="checking", unit="entry"))
        cores = usable_cores()
        if len(entries) < FEW or cores == 1:
            parts = (_look(records, entry, running) for entry in entries)
            for part in parts:
                bar.update()
                yield part
            return
        executor = stack.enter_context(processes.pool(cores))
        blocks = [entries[at : at + BLOCK] for at in range(0, len(entries), BLOCK)]
        tasks = [executor.submit(_look_at_block, records, block, running) for block in blocks]
        for task, block in zip(tasks, blocks, strict=True):
            part = task.result()
            bar.update(len(block))
            yield part


def _look_at_block(records: Path, block: list[Path], running: list[str]) -> list[Finding]:
    return [finding for entry in block for finding in _look(records, entry, running)]


def _look(records: Path, entry: Path, running: list[str]) -> list[Finding]:
    if _ID.fullmatch(entry.name) and store.is_there(records, entry.name):
        return list(_look_at_record(records, entry.name))
    if _is_left(records, entry, running):
        return [_leftover(entry)]
    checkpoint = _CHECKPOINT.fullmatch(entry.name)
    if checkpoint and entry.exists():
        return [] if checkpoint[1] in running else [_look_at_checkpoint(entry)]
    if _PARTIAL.fullmatch(entry.name) or entry.suffix == lock.SUFFIX or not entry.exists():
        return []
    if diverged := _DIVERGED.fullmatch(entry.name):
        return [Finding("diverged", entry, no_result.why_diverged(records, diverged[1]))]
    if entry.name.endswith(store.BROKEN):
        advice = "a broken record that was set aside; delete it if you do not need it"
        return [Finding("unknown", entry, advice)]
    return [Finding("unknown", entry, "is not part of a store; move it elsewhere")]


def _look_at_record(records: Path, run: str) -> Iterator[Finding]:
    folder = records / run
    try:
        record = store.read(records, run)
    except StoreError as error:
        yield _altered(folder / RUN, error)
        return
    for name in sorted(_NEEDED | set(record.files)):
        try:
            store.check_file(folder / name, record.files.get(name))
        except (StoreError, OSError) as error:
            yield _altered(folder / name, error)
    for path in sorted(folder.iterdir()):
        if path.name not in {RUN, *record.files}:
            yield Finding("unknown", path, "is not part of the record; move it elsewhere")
    if record.parent and not store.is_there(records, record.parent):
        detail = f"its parent {record.parent[:12]} is not recorded; run the study again to make it"
        yield Finding("no parent", folder, detail)


def _look_at_scoring(records: Path, scoring: str) -> Iterator[Finding]:
    folder = scoring_record.folder_of(records) / scoring
    try:
        run = scoring_record.read(records, scoring).identity["run"]
        scoring_record.read_scores(records, scoring)
    except StoreError as error:
        yield _altered(folder, error)
        return
    if not store.is_there(records, run):
        detail = f"its run {run[:12]} is not recorded; run the study again to make it"
        yield Finding("no parent", folder, detail)


def _look_at_maps(folder: Path, name: str) -> Iterator[Finding]:
    try:
        maps.checked(folder, name)
    except MapsError as error:
        yield _altered(folder / name, error)


def _look_at_checkpoint(path: Path) -> Finding:
    # checkpoint.read is not used here, because it imports torch, which takes seconds.
    content = path.read_bytes()
    if hashlib.sha256(content[64:]).hexdigest().encode() != content[:64]:
        advice = "truncated or altered; delete it to train the stage from its beginning"
        return Finding("altered", path, advice)
    return Finding("unfinished", path, "its run continues from here when it is started again")


def _is_left(records: Path, entry: Path, running: list[str]) -> bool:
    """Whether nothing will use an entry. One that has disappeared meanwhile was in use."""
    checkpoint, partial = _CHECKPOINT.fullmatch(entry.name), _PARTIAL.fullmatch(entry.name)
    diverged = _DIVERGED.fullmatch(entry.name)
    if _ID.fullmatch(entry.name):
        return entry.is_dir() and not store.is_there(records, entry.name)
    if of_run := checkpoint or diverged:
        run = of_run[1]
        return run not in running and store.is_there(records, run) and entry.exists()
    if partial:
        if entry.name.endswith(UNFINISHED) and is_written_elsewhere(entry):
            return False
        beginning = partial[1] or partial[2]
        return not any(run.startswith(beginning) for run in running) and entry.exists()
    return False


def _leftover(path: Path) -> Finding:
    advice = "left by a killed process, never read; `cxrstudy store prune --delete` removes it"
    return Finding("leftover", path, advice)


def _altered(path: Path, error: Exception) -> Finding:
    return Finding("altered", path, str(error).removeprefix(f"{path}: "))

"""No result: which planned runs are not trained, and why.

A run is not trained if a run that its chain goes through has no result
(:mod:`cxrstudy.runs.outcome`), or if its own training diverged before: the same bits would diverge
in the same step again. Nothing is recorded of such a run. Why it is not trained follows from the
records of the runs before it, and from the note that a diverged training leaves in the store.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Protocol

from cxrstudy.base.atomic import write_file
from cxrstudy.runs import store

#: Ending of the name of a note about a training that diverged.
DIVERGED = ".diverged"


class NoResultError(RuntimeError):
    """None of the arms that were asked for has a result; the message says why."""


class InChain(Protocol):
    """What is asked of a planned run."""

    @property
    def id(self) -> str:
        """Id of the run."""

    @property
    def parent(self) -> str | None:
        """Id of the run that it starts from."""


def note_path(records: Path, run: str) -> Path:
    """File of the note about a run whose training diverged."""
    return records / f".{run}{DIVERGED}"


def leave_note(records: Path, run: str, chain: str, why: str) -> None:
    """Note that a training diverged: its chain, and in one sentence why.

    Raises
    ------
    StoreError
        The store can't be written to.
    """
    path = note_path(records, run)
    with store.writing(path):
        write_file(path, f"{chain}\n{why}\n".encode())


def why_diverged(records: Path, run: str) -> str:
    """What the note about a run says, and how to try it again; empty if there is no note."""
    path = note_path(records, run)
    if store.is_there(records, run) or not path.is_file():
        return ""
    said = path.read_text(encoding="utf-8").partition("\n")[2].strip()
    return f"{said}. It is not tried again; delete {path} to do so"


def _why_no_result(records: Path, run: str) -> str:
    """Why a run has no result, with its id and chain; empty if it has one, or if nothing is known.

    Raises
    ------
    StoreError
        Its record is altered.
    """
    noted = note_path(records, run)
    if store.has(records, run):
        record = store.read(records, run)
        chain, why = record.chain, "; ".join(record.outcome.failures)
    elif noted.is_file():
        chain, _, why = noted.read_text(encoding="utf-8").strip().partition("\n")
    else:
        return ""
    return f"run {run[:12]} ({chain}), has no result: {why}" if why else ""


def not_run(runs: Iterable[InChain], records: Path) -> dict[str, str]:
    """Runs that are not trained because a run before them has no result, and why.

    Parameters
    ----------
    runs
        Planned runs, parents first.
    records
        Folder of the store.

    Returns
    -------
    Id to a sentence. A run that an earlier version trained all the same is among them.
    """
    found: dict[str, str] = {}
    for run in runs:
        if run.parent and (why := why_not_run(run.parent, found, records)):
            found[run.id] = why
    return found


def why_not_run(parent: str, others: Mapping[str, str], records: Path) -> str:
    """Why a run with this parent is not trained; empty if it may be.

    Parameters
    ----------
    parent
        Id of the parent.
    others
        Runs that are not trained, and why.
    records
        Folder of the store.
    """
    if parent in others:
        return others[parent].replace("its parent, ", "an earlier parent, ", 1)
    why = _why_no_result(records, parent)
    return f"not run: its parent, {why}" if why else ""

"""Provenance: the runs that a page is based on, stored inside the executed notebook."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from cxrstudy.base import places
from cxrstudy.base.notebooks import NotebookFileError, chapter, read_notebook
from cxrstudy.base.repository import Repository, RepositoryError, open_repository
from cxrstudy.base.schema import why_wrong
from cxrstudy.base.words import counted
from cxrstudy.runs.record import Record
from cxrstudy.training.plateau import UNKNOWN

#: Key in the metadata of a cell's output under which the records of a page are stored.
RUNS = "cxrstudy_runs"


def table_of(records: Sequence[Record]) -> pd.DataFrame:
    """Tabulate records, one row per run. Ids are shortened; commands accept them so.

    ``failed`` says why a training is no result (:mod:`cxrstudy.runs.outcome`); empty for others.
    """
    return pd.DataFrame(
        [
            {
                "run": record.id[:12],
                "parent": (record.parent or "")[:12],
                "stage": record.chain,
                "seed": record.identity["stage"]["seed"],
                "samples_seen": record.samples_seen,
                "plateau": _end_of(record),
                "seconds": sum(record.seconds.values()),
                "MiB": record.peak_memory_bytes / 2**20,
                "device": record.device,
                # Names of labels as people read them.
                "failed": "; ".join(record.outcome.failures).replace("_", " "),
                "finished": record.finished,
            }
            for record in records
        ]
    )


def _end_of(record: Record) -> str:
    """How a training ended, in words.

    One that did not move is not called one at its plateau: it may have been too short to move.
    """
    found = record.plateau
    if found is None:
        return UNKNOWN
    if did_not_move(record):
        steps = counted(record.identity["stage"]["steps"], "step")
        return f"did not move in the last third of {steps}"
    return found.said


def did_not_move(record: Record) -> bool:
    """Whether a training counts as at a plateau only because nothing changed at its end."""
    found = record.plateau
    return bool(found and found.reached and not found.rise and not found.fall)


def output_of(records: Sequence[Record]) -> list[dict[str, object]]:
    """Convert records to plain values, which a notebook stores under :data:`RUNS`."""
    return [json.loads(record.model_dump_json()) for record in records]


def read_executed(folder: Path) -> dict[str, list[Record]]:
    """Read the records that are stored in executed notebooks.

    Parameters
    ----------
    folder
        Folder of executed notebooks; a relative one lies in the project, also in JupyterLab.

    Returns
    -------
    Notebook's name to its records; notebooks without any are left out.

    Raises
    ------
    FileNotFoundError
        There is no notebook in the folder.

    Examples
    --------
    >>> from pathlib import Path
    >>> read_executed(Path("nowhere"))
    Traceback (most recent call last):
    FileNotFoundError: ...nowhere: no executed notebook; run make book
    """
    folder = places.in_project(folder)
    paths = places.visible(folder, "*.ipynb")
    if not paths:
        raise FileNotFoundError(f"{folder}: no executed notebook; run make book")
    found = {path.stem: carried(read_notebook(path), path) for path in paths}
    return {name: records for name, records in found.items() if records}


def costs(pages: Mapping[str, Sequence[Record]]) -> pd.DataFrame:
    """Tabulate runs, samples seen, seconds and the end of the last run, one row per page.

    Examples
    --------
    >>> from cxrstudy.notebook import provenance
    >>> pages = {"04_mixup": arms.records}  # or of provenance.read_executed(folder)
    >>> provenance.costs(pages).columns.tolist()
    ['page', 'cohort', 'runs', 'samples_seen', 'seconds', 'latest']
    """
    return pd.DataFrame(
        [
            {
                "page": chapter(page),
                "cohort": ", ".join(sorted({record.cohort for record in records})),
                "runs": len(records),
                "samples_seen": sum(record.samples_seen for record in records),
                "seconds": sum(sum(record.seconds.values()) for record in records),
                "latest": max(record.finished for record in records),
            }
            for page, records in pages.items()
        ]
    )


def runs_of(pages: Mapping[str, Sequence[Record]]) -> pd.DataFrame:
    """Tabulate the runs of all pages, each once.

    Examples
    --------
    >>> from cxrstudy.notebook import provenance
    >>> pages = {"04_mixup": arms.records}  # or of provenance.read_executed(folder)
    >>> provenance.runs_of(pages).columns.tolist()[:4]
    ['run', 'parent', 'stage', 'seed']
    """
    return table_of(_once(pages))


def environments(pages: Mapping[str, Sequence[Record]]) -> pd.DataFrame:
    """Tabulate versions, device and arithmetic, one row per combination; each run counts once.

    Examples
    --------
    >>> from cxrstudy.notebook import provenance
    >>> pages = {"04_mixup": arms.records}  # or of provenance.read_executed(folder)
    >>> provenance.environments(pages).columns.tolist()[-3:]
    ['device', 'arithmetic', 'runs']
    """
    rows = [
        record.identity["environment"]
        | {"device": record.device, "arithmetic": record.identity["arithmetic"][1]}
        for record in _once(pages)
    ]
    return pd.DataFrame(rows).value_counts().rename("runs").reset_index()


def _once(pages: Mapping[str, Sequence[Record]]) -> list[Record]:
    """The records of all pages; of a run that several pages share, the last."""
    return list({record.id: record for page in pages.values() for record in page}.values())


def carried(notebook: Any, path: Path) -> list[Record]:
    """Records that an executed notebook contains.

    Raises
    ------
    NotebookFileError
        They are not of this version; the message names the notebook's file.
    """
    told = [
        facts
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for facts in output.get("metadata", {}).get(RUNS, [])
    ]
    try:
        return [Record.model_validate(facts) for facts in told]
    except ValidationError as error:
        raise NotebookFileError(
            f"{path}: its records are not of this version ({why_wrong(error)}); execute it again"
        ) from None


def versions_of(records: Sequence[Record]) -> dict[str, str]:
    """Version of each library that the results of runs depend on; several if runs differ."""
    found: dict[str, set[str]] = {}
    for record in records:
        for name, version in record.identity["environment"].items():
            found.setdefault(name, set()).add(version)
    return {name: ", ".join(sorted(versions)) for name, versions in sorted(found.items())}


def checkout(folder: Path) -> tuple[str, bool]:
    """Commit of the project's folder, and whether files outside ``results/`` differ from it.

    Returns
    -------
    ``"none"`` and True if no commit contains the project; :func:`why_no_commit` says why.
    """
    try:
        repository = _repository_of(folder)
        return repository.head, repository.has_changes("results")
    except RepositoryError:
        return "none", True


def why_no_commit(folder: Path) -> str:
    """Reason why there is no commit of the project's folder, in git's words; empty if there is."""
    try:
        return _repository_of(folder).head[:0]
    except RepositoryError as error:
        return str(error)


def _repository_of(project: Path) -> Repository:
    """Open the project's repository; not one around it, which only happens to track a file in it.

    A project that was unpacked from an archive inside another repository has no commit.
    """
    repository = open_repository(project)
    if not repository.is_top and not repository.paths(repository.head, "profiles"):
        raise RepositoryError(f"{project} lies in a repository that does not track its profiles/")
    return repository

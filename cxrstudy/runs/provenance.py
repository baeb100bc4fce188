"""Provenance: the runs that a page is based on, stored inside the executed notebook."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd

from cxrstudy import __version__
from cxrstudy.base import device, numbers, places
from cxrstudy.base.coverage import environment
from cxrstudy.base.power_meter import UNMEASURED
from cxrstudy.runs.record import Record
from cxrstudy.training.plateau import UNKNOWN

#: Key in the metadata of a cell's output under which the records of a page are stored.
RUNS = "cxrstudy_runs"

#: Tag and key of the cell that :func:`stamp` adds.
STAMP = "provenance-stamp"


def table_of(records: Sequence[Record]) -> pd.DataFrame:
    """Tabulate records, one row per run. Ids are shortened; commands accept them so."""
    return pd.DataFrame(
        [
            {
                "run": record.id[:12],
                "parent": (record.parent or "")[:12],
                "stage": record.chain,
                "seed": record.identity["stage"]["seed"],
                "samples_seen": record.samples_seen,
                "plateau": record.plateau.said if record.plateau else UNKNOWN,
                "seconds": sum(record.seconds.values()),
                "MiB": record.peak_memory_bytes / 2**20,
                "device": record.device,
                "finished": record.finished,
            }
            for record in records
        ]
    )


def output_of(records: Sequence[Record]) -> list[dict[str, object]]:
    """Convert records to plain values, which a notebook stores under :data:`RUNS`."""
    return [json.loads(record.model_dump_json()) for record in records]


def read_executed(folder: Path) -> dict[str, list[Record]]:
    """Read the records that are stored in executed notebooks.

    Parameters
    ----------
    folder
        Folder of executed notebooks.

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
    FileNotFoundError: nowhere: no executed notebook; run make book
    """
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise FileNotFoundError(f"{folder}: no executed notebook; run make book")
    found = {path.stem: _carried(path) for path in paths}
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
                "page": page,
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
    records = {record.id: record for page in pages.values() for record in page}
    return table_of(list(records.values()))


def environments(pages: Mapping[str, Sequence[Record]]) -> pd.DataFrame:
    """Tabulate versions, device and arithmetic, one row per combination that occurs.

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
        for page in pages.values()
        for record in page
    ]
    return pd.DataFrame(rows).value_counts().rename("runs").reset_index()


def _carried(path: Path) -> list[Record]:
    notebook = nbformat.read(path, as_version=4)
    return [
        Record.model_validate(facts)
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for facts in output.get("metadata", {}).get(RUNS, [])
    ]


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
    ``"none"`` and True if git tracks nothing in the folder, or git is not installed.
    """
    try:
        commit = _git(folder, "rev-parse", "HEAD")
        if not _git(folder, "ls-files", "--", "."):  # a package installed inside another checkout
            return "none", True
        changes = _git(folder, "status", "--porcelain", "--", ".", ":(exclude)results")
    except (OSError, subprocess.CalledProcessError):
        return "none", True
    return commit, bool(changes)


def _git(folder: Path, *arguments: str) -> str:
    # Without optional locks, so that reading does not block a commit.
    command = ["git", "--no-optional-locks", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def stamp(executed: Path, electricity: object = UNMEASURED) -> Path:
    """Add a cell with its provenance to an executed notebook, and write it beside it as JSON.

    The cell gives command, commit, whether files differed from the commit, versions, device,
    seconds and electricity. A second call replaces the cell.

    Parameters
    ----------
    executed
        A notebook that papermill executed.
    electricity
        Joules that each part of the machine used in this time, from
        :class:`cxrstudy.base.power_meter.Meter`.

    Returns
    -------
    Path of the JSON: ``NAME.provenance.json``.

    Raises
    ------
    ValueError
        The notebook was not executed by papermill.
    """
    notebook = nbformat.read(executed, as_version=4)
    told = notebook.metadata.get("papermill")
    if not told:
        raise ValueError(f"{executed}: not executed by papermill; give a notebook that was")
    facts = _circumstances(told) | {
        "electricity_joules": electricity,
        "runs": [record.id for record in _carried(executed)],
    }
    beside = executed.with_suffix(".provenance.json")
    notebook.cells = [cell for cell in notebook.cells if STAMP not in cell.metadata.get("tags", [])]
    notebook.cells.append(_stamp_cell(facts, beside.name))
    nbformat.write(notebook, executed)
    beside.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n")
    return beside


def _circumstances(told: Mapping[str, Any]) -> dict[str, Any]:
    """Facts of an execution, from papermill's metadata and from the machine."""
    kind = device.kind()
    commit, uncommitted = checkout(places.root())
    given = [f"-p {name} {value}" for name, value in told.get("parameters", {}).items()]
    return {
        "command": " ".join(["papermill", told["input_path"], told["output_path"], *given]),
        "commit": commit,
        "uncommitted": uncommitted,
        "versions": {"cxrstudy": __version__, "papermill": told["version"]} | environment(),
        "device": device.name(kind),
        "cores": os.cpu_count() or 1,
        "started": told["start_time"],
        "seconds": round(told["duration"], 1) if told.get("duration") else None,
        "failed": bool(told.get("exception")),
    }


def _stamp_cell(facts: Mapping[str, Any], beside: str) -> Any:
    changed = ", with changes that are not in it" if facts["uncommitted"] else ""
    versions = ", ".join(f"{name} {version}" for name, version in facts["versions"].items())
    lines = [
        "## How this page was made",
        f"    {facts['command']}",
        f"- Commit: {facts['commit'][:12]}{changed}",
        f"- Versions: {versions}",
        f"- On: {facts['device']}, {facts['cores']} cores",
        f"- Took: {facts['seconds']} s, started {facts['started']}",
        f"- Electricity: {_joules(facts['electricity_joules'])}",
        f"- The same for programs: `{beside}`",
    ]
    text = "\n\n".join(lines[:2]) + "\n\n" + "\n".join(lines[2:])
    return nbformat.v4.new_markdown_cell(text, metadata={"tags": [STAMP], STAMP: dict(facts)})


def _joules(electricity: object) -> str:
    if not isinstance(electricity, Mapping):
        return str(electricity)
    return ", ".join(f"{numbers.count(used)} J by the {part}" for part, used in electricity.items())

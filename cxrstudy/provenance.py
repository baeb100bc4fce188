"""Provenance: which runs a page rests on, carried inside the executed notebook itself."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import nbformat
import pandas as pd

from cxrstudy.record import Record

#: Key in the metadata of a notebook's output under which the records of a page are stored.
RUNS = "cxrstudy_runs"


def table_of(records: Sequence[Record]) -> pd.DataFrame:
    """Tabulate records: a row a run, ids shortened to the length that commands accept."""
    return pd.DataFrame(
        [
            {
                "run": record.id[:12],
                "parent": (record.parent or "")[:12],
                "stage": record.chain,
                "seed": record.identity["stage"]["seed"],
                "image_steps": record.image_steps,
                "seconds": sum(record.seconds.values()),
                "MiB": record.peak_memory_bytes / 2**20,
                "device": record.device,
                "finished": record.finished,
            }
            for record in records
        ]
    )


def output_of(records: Sequence[Record]) -> list[dict[str, object]]:
    """Write records as plain values, to be stored in a notebook under :data:`RUNS`."""
    return [json.loads(record.model_dump_json()) for record in records]


def read_executed(folder: Path) -> dict[str, list[Record]]:
    """Read the records that executed notebooks carry.

    Parameters
    ----------
    folder
        Of executed notebooks.

    Returns
    -------
    Notebook's name to its records; notebooks without any are left out.

    Raises
    ------
    FileNotFoundError
        There is no notebook in the folder.
    """
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise FileNotFoundError(f"{folder}: no executed notebook; run make book")
    found = {path.stem: _carried(path) for path in paths}
    return {name: records for name, records in found.items() if records}


def costs(pages: Mapping[str, Sequence[Record]]) -> pd.DataFrame:
    """Tabulate, a row a page: runs, image-steps, seconds and the latest end of a run."""
    return pd.DataFrame(
        [
            {
                "page": page,
                "cohort": ", ".join(sorted({record.cohort for record in records})),
                "runs": len(records),
                "image_steps": sum(record.image_steps for record in records),
                "seconds": sum(sum(record.seconds.values()) for record in records),
                "latest": max(record.finished for record in records),
            }
            for page, records in pages.items()
        ]
    )


def runs_of(pages: Mapping[str, Sequence[Record]]) -> pd.DataFrame:
    """Tabulate every run of every page, each once."""
    records = {record.id: record for page in pages.values() for record in page}
    return table_of(list(records.values()))


def environments(pages: Mapping[str, Sequence[Record]]) -> pd.DataFrame:
    """Tabulate versions, device and arithmetic, a row a combination that occurs."""
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

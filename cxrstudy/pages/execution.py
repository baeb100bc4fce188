"""Execution: execute the notebooks of a study with papermill, into the folder of the book.

Several kernels at the same time communicate through socket files. With TCP, papermill's default,
two kernels sometimes choose the same port (papermill's issue 511).
"""

import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cxrstudy.base import places, processes
from cxrstudy.base.power_meter import Meter
from cxrstudy.base.progress import progress
from cxrstudy.runs.provenance import stamp


class NotebookError(RuntimeError):
    """Notebooks failed; the message names each with its cell and says how to open it."""


@dataclass(frozen=True)
class Execution:
    """A notebook to execute: input, output and parameters."""

    notebook: Path
    output: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NotebookFailure:
    """A cell that failed: its index from 0, as papermill counts, its ``In [n]``, and its error."""

    execution: Execution
    cell: int
    counter: int | None
    error: str

    def __str__(self) -> str:
        output = _shown(self.execution.output)
        return (
            f"{_shown(self.execution.notebook)}: cell {self.cell + 1}, In [{self.counter}], "
            f"failed: {self.error}\n"
            f"  the notebook, with the error, is {output}; to look at it:\n"
            f"  jupyter lab '{output}'"
        )


def folder_of(profile: str, cohort: str, seeds: int | None) -> Path:
    """Folder of executed notebooks; the same as in the Makefile."""
    return places.runs() / "executed" / f"{cohort}-{profile}{f'-{seeds}' if seeds else ''}"


def notebook_names() -> list[str]:
    """Names of all notebooks, in the order of the book."""
    return sorted(path.stem for path in places.notebooks().glob("*.ipynb"))


def executions(
    notebooks: Sequence[str], profile: str, cohort: str, seeds: int | None
) -> list[Execution]:
    """List the notebooks to execute.

    Parameters
    ----------
    notebooks
        Names, as from :func:`notebook_names`.
    profile, cohort, seeds
        Their parameters; if seeds is None, the notebooks' own value is used.
    """
    folder = folder_of(profile, cohort, seeds)
    asked: dict[str, Any] = {"profile": profile, "cohort": cohort}
    if seeds:
        asked["seeds"] = seeds
    paths = [places.notebooks() / f"{name}.ipynb" for name in notebooks]
    return [Execution(path, folder / path.name, _parameters(path, asked, folder)) for path in paths]


def execute_notebooks(listed: Sequence[Execution], workers: int) -> None:
    """Execute notebooks, several at the same time; those that read executed ones come last.

    Raises
    ------
    NotebookError
        Cells failed. All notebooks were tried; each is kept with its error.
    """
    reading = [each for each in listed if "executed" in each.parameters]
    failures: list[NotebookFailure] = []
    for group in ([each for each in listed if each not in reading], reading):
        failures += _execute(group, workers)
    if failures:
        raise NotebookError("\n".join(map(str, failures)))


def execute_notebook(execution: Execution) -> NotebookFailure | None:
    """Execute a notebook and stamp it; return the failure of a cell, if any."""
    meter = Meter().start()
    failure = _papermill(execution)
    stamp(execution.output, meter.joules())
    return failure


def _papermill(execution: Execution) -> NotebookFailure | None:
    from papermill import execute_notebook as papermill
    from papermill.exceptions import PapermillExecutionError

    execution.output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="cxrstudy-") as folder:
        try:
            papermill(
                os.path.relpath(execution.notebook), os.path.relpath(execution.output),
                parameters=dict(execution.parameters), cwd=str(places.workplace()),
                progress_bar=False, config=_own_sockets(Path(folder)),
            )  # fmt: skip
        except PapermillExecutionError as error:
            # papermill has inserted a banner, which shifts the cells by one.
            said = f"{error.ename}: {_plain(error.evalue)}"
            return NotebookFailure(execution, error.cell_index, error.exec_count, said)
    return None


def _execute(listed: Sequence[Execution], workers: int) -> list[NotebookFailure]:
    if not listed:
        return []
    executor = processes.pool(min(workers, len(listed)))
    with executor as pool, progress(len(listed), "executing notebooks", "notebook") as bar:
        found = []
        for failure in pool.map(execute_notebook, listed):
            bar.update()
            found += [failure] if failure else []
        return found


def _parameters(path: Path, asked: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Those of the asked parameters that the notebook has."""
    import nbformat

    from cxrstudy.study.parameters import declared

    cells = [
        cell.source
        for cell in nbformat.read(path, as_version=4).cells
        if "parameters" in cell.metadata.get("tags", [])
    ]
    known = declared(cells[0]) if cells else {}
    here = places.workplace()  # where notebooks are executed
    shown = folder.relative_to(here) if folder.is_relative_to(here) else folder
    values = {**asked, "executed": str(shown)}
    return {name: value for name, value in values.items() if name in known}


def _own_sockets(folder: Path) -> Any:
    from traitlets.config import Config

    if os.name == "nt":  # Windows has no such sockets
        return Config()
    return Config({"KernelManager": {"transport": "ipc", "ip": str(folder / "kernel")}})


def _shown(path: Path) -> str:
    """A path relative to the working folder, if possible."""
    short = os.path.relpath(path)
    return str(path) if short.startswith("..") else short


_plain = partial(re.sub, r"\x1b\[[0-9;]*m", "")

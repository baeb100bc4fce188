"""Execution: execute the notebooks of a study with papermill, into the folder of the book.

A notebook is executed only if something that it depends on has changed
(:mod:`cxrstudy.pages.executed`), with the command's own Python (:mod:`cxrstudy.pages.kernel`). It
is given every parameter that it declares, and what it used is compared with that.
"""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cxrstudy.base import places, processes
from cxrstudy.base.notebooks import NotebookFileError, read_notebook
from cxrstudy.base.power_meter import Meter
from cxrstudy.base.progress import progress
from cxrstudy.pages import executed, kernel
from cxrstudy.runs.page_stamp import StampError, stamp, told_by_kernel
from cxrstudy.study.parameters import ParameterError, declared_in


class NotebookError(RuntimeError):
    """Notebooks failed; the message names each with its cell and says how to open it."""


@dataclass(frozen=True)
class Execution:
    """A notebook to execute.

    Attributes
    ----------
    notebook, output
        Files of the notebook and of the executed one.
    parameters
        Values of all parameters that the notebook declares.
    common
        What all notebooks depend on, as hashes, before anything is executed.
    """

    notebook: Path
    output: Path
    parameters: Mapping[str, Any] = field(default_factory=dict)
    common: Mapping[str, str] = field(default_factory=dict)

    def inputs(self) -> dict[str, str]:
        """Hash all that the executed notebook depends on."""
        return executed.inputs_of(self.notebook, self.parameters, self.common)

    @property
    def changed(self) -> bool:
        """Whether there is no executed notebook yet that depends on the same."""
        return bool(executed.changed(self.output, self.inputs()))


@dataclass(frozen=True)
class NotebookFailure:
    """A notebook that failed.

    Attributes
    ----------
    execution
        The notebook.
    error
        What happened, and what to do if the notebook itself is not the reason.
    cell
        Number of the cell from 1, if it is known.
    counter
        ``In [n]`` of the cell.
    """

    execution: Execution
    error: str
    cell: int | None = None
    counter: int | None = None

    def __str__(self) -> str:
        output = self.execution.output
        where = f"cell {self.cell}, " if self.cell is not None else ""
        where += f"In [{self.counter}], " if self.counter is not None else ""
        said = f"{_shown(self.execution.notebook)}: {where}failed: {self.error}"
        if not output.is_file():
            return said
        return (
            f"{said}\n  the notebook, with the error, is {_shown(output)}; to look at it:\n"
            f"  {kernel.command_to_look_at(_shown(output))}"
        )


def folder_of(profile: str, cohort: str, seeds: int | None) -> Path:
    """Folder of the executed notebooks of a study."""
    return places.runs() / "executed" / f"{cohort}-{profile}{f'-{seeds}' if seeds else ''}"


def executions(
    notebooks: Sequence[str], profile: str, cohort: str, seeds: int | None
) -> list[Execution]:
    """List notebooks with all parameters that they declare.

    Parameters
    ----------
    notebooks
        Names, as from :func:`cxrstudy.study.graph.chosen`.
    profile, cohort, seeds
        Their parameters; if seeds is None, the notebooks' own value is used.

    Raises
    ------
    NotebookFileError, ParameterError
        A notebook can't be read, its parameters could not be given, or one of them is not legal.
    """
    folder = folder_of(profile, cohort, seeds)
    asked: dict[str, Any] = {"profile": profile, "cohort": cohort, "executed": str(folder)}
    if seeds:
        asked["seeds"] = seeds
    paths = [places.notebooks() / f"{name}.ipynb" for name in notebooks]
    common = executed.common_inputs()
    return [Execution(path, folder / path.name, _parameters(path, asked), common) for path in paths]


def execute_changed(listed: Sequence[Execution], workers: int) -> list[Execution]:
    """Execute those notebooks that are not yet executed from what they depend on now.

    Returns
    -------
    The notebooks that were executed.

    Raises
    ------
    NotebookError
        See :func:`execute_notebooks`.
    """
    reading = [each for each in listed if "executed" in each.parameters]
    plain = [each for each in listed if each not in reading]
    stale = [each for each in plain if each.changed]
    failures = _execute(stale, workers)
    stale_readers = [each for each in reading if each.changed]
    failures += _execute(stale_readers, workers)
    _raise(failures)
    return [*stale, *stale_readers]


def any_changed(listed: Sequence[Execution]) -> bool:
    """Whether :func:`execute_changed` would execute any notebook."""
    return any(each.changed for each in listed)


def execute_notebooks(listed: Sequence[Execution], workers: int) -> None:
    """Execute notebooks, several at the same time; those that read executed ones come last.

    Raises
    ------
    NotebookError
        Notebooks failed. All were tried; each is kept with its error.
    """
    reading = [each for each in listed if "executed" in each.parameters]
    failures: list[NotebookFailure] = []
    for group in ([each for each in listed if each not in reading], reading):
        failures += _execute(group, workers)
    _raise(failures)


def execute_notebook(execution: Execution) -> NotebookFailure | None:
    """Execute a notebook, stamp it, and note what it was executed from; return a failure, if any.

    An output of an earlier execution is removed first, so that nothing else is taken for this one.
    """
    executed.forget(execution.output)
    inputs = execution.inputs()  # a file that changes from now on causes another execution
    meter = Meter().start()
    failure = _papermill(execution)
    try:
        if execution.output.is_file():
            stamp(execution.output, meter.joules(), failed=failure is not None)
            failure = failure or _compare(execution)
    except (StampError, NotebookFileError) as error:
        failure = failure or NotebookFailure(execution, str(error))
    if failure is None:
        executed.note(execution.output, inputs)
    return failure


def _papermill(execution: Execution) -> NotebookFailure | None:
    from papermill import execute_notebook as papermill
    from papermill.exceptions import PapermillExecutionError

    try:
        execution.output.parent.mkdir(parents=True, exist_ok=True)
        with kernel.options() as own:
            papermill(
                os.path.relpath(execution.notebook), os.path.relpath(execution.output),
                parameters=dict(execution.parameters), cwd=str(places.workplace()),
                progress_bar=False, **own,
            )  # fmt: skip
    except PapermillExecutionError as error:
        # papermill has inserted a banner, which shifts the cells by one.
        said = f"{error.ename}: {_plain(error.evalue)}"
        return NotebookFailure(execution, said, error.cell_index + 1, error.exec_count)
    except Exception as error:  # of papermill, nbclient, jupyter_client and zmq
        return NotebookFailure(execution, _explained(error), _last_cell(execution.output))
    return None


def _explained(error: Exception) -> str:
    """What an error of the libraries that start kernels means, and what to do."""
    said = f"{type(error).__name__}: {' '.join(_plain(str(error)).split())[:300]}"
    if type(error).__name__ == "DeadKernelError":
        return (
            "the kernel died (killed, or out of memory); give it more memory, or fewer processes "
            "with CXRSTUDY_ENGINE=local:1, and run the same command again"
        )
    if "respond in" in said:
        return (
            f"the kernel did not start within {kernel.PATIENCE} s ({said}); run the same command "
            "again when the machine is less busy"
        )
    if isinstance(error, OSError):
        return f"{said}; free some space, or name another folder in CXRSTUDY_RUNS or TMPDIR"
    return f"{said}; check the installation with: make test"


def _last_cell(output: Path) -> int | None:
    """Number of the cell that was executed last, from 1."""
    try:
        cells = read_notebook(output).cells
    except NotebookFileError:
        return None
    begun = [
        number
        for number, cell in enumerate(cells, 1)
        if cell.metadata.get("papermill", {}).get("start_time") and cell.cell_type == "code"
    ]
    return begun[-1] if begun else None


def _compare(execution: Execution) -> NotebookFailure | None:
    """Refuse a notebook that has parameters but did not check them, or used other values."""
    if not execution.parameters:
        return None
    told = told_by_kernel(read_notebook(execution.output))
    if told is None or told["parameters"] != dict(execution.parameters):
        used = "does not call check_parameters()" if told is None else f"used {told['parameters']}"
        return NotebookFailure(
            execution, f"was given {dict(execution.parameters)}, but {used}; call "
            "check_parameters() in the cell after the parameters, and set none of them elsewhere"
        )  # fmt: skip
    return None


def _execute(listed: Sequence[Execution], workers: int) -> list[NotebookFailure]:
    if not listed:
        return []
    found: list[NotebookFailure] = []
    with progress(len(listed), "executing notebooks", "notebook") as bar:
        lost = []
        for each, outcome in _together(listed, min(workers, len(listed))):
            if isinstance(outcome, BrokenProcessPool):
                lost.append(each)
                continue
            bar.update()
            found += [outcome] if outcome else []
        for each in lost:  # a process died; each alone, to see which one it was
            ((_, outcome),) = _together([each], 1)
            bar.update()
            if isinstance(outcome, BrokenProcessPool):
                died = "its process died (killed, or out of memory); run the same command again"
                outcome = NotebookFailure(each, died)
            found += [outcome] if outcome else []
    return found


def _together(
    listed: Sequence[Execution], workers: int
) -> Iterator[tuple[Execution, NotebookFailure | BrokenProcessPool | None]]:
    """Execute notebooks in processes; yield each with its failure or the death of a process."""
    with processes.pool(workers) as executor:
        tasks = [(each, _submitted(executor.submit, each)) for each in listed]
        for each, task in tasks:
            try:
                yield each, task.result()
            except BrokenProcessPool as error:
                yield each, error


def _submitted(submit: Any, execution: Execution) -> "Future[NotebookFailure | None]":
    try:
        found: Future[NotebookFailure | None] = submit(execute_notebook, execution)
    except BrokenProcessPool as error:
        found = Future()
        found.set_exception(error)
    return found


def _raise(failures: Sequence[NotebookFailure]) -> None:
    if failures:
        raise NotebookError("\n".join(map(str, failures)))


def _parameters(path: Path, asked: Mapping[str, Any]) -> dict[str, Any]:
    """All parameters that a notebook declares: those that were asked for, else the defaults."""
    known = declared_in(path)
    values = {name: asked.get(name, each.default) for name, each in known.items()}
    try:
        for name, value in values.items():
            known[name].check(value)
    except ParameterError as error:
        raise ParameterError(f"{path}: {error}") from None
    return values


def _shown(path: Path) -> str:
    """A path relative to the working folder, if possible."""
    short = os.path.relpath(path)
    return str(path) if short.startswith("..") else short


_plain = partial(re.sub, r"\x1b\[[0-9;]*m", "")

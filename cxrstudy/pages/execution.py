"""Execution: execute one notebook of a study with papermill, into the folder of the book.

It is executed with the command's own Python (:mod:`cxrstudy.pages.kernel`). It is given every
parameter that it declares, and what it used is compared with that. Which notebooks are executed is
decided in :mod:`cxrstudy.pages.batch_execution`.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.notebooks import NotebookFileError, read_notebook
from cxrstudy.base.power_meter import Meter
from cxrstudy.pages import ended_early, executed, kernel
from cxrstudy.runs.no_result import NoResultError
from cxrstudy.runs.page_stamp import StampError, stamp, told_by_kernel


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
        if error.ename == NoResultError.__name__:
            ended_early.end(execution.output, _plain(error.evalue))
            return None
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


def _shown(path: Path) -> str:
    """A path relative to the working folder, if possible."""
    short = os.path.relpath(path)
    return str(path) if short.startswith("..") else short


_plain = partial(re.sub, r"\x1b\[[0-9;]*m", "")

"""Batch execution: which notebooks of a study are executed again, several at the same time.

A notebook is executed only if something that it depends on has changed
(:mod:`cxrstudy.pages.executed`). It is given every parameter that it declares. One notebook is
executed by :mod:`cxrstudy.pages.execution`.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from cxrstudy.base import places, processes
from cxrstudy.base.progress import progress
from cxrstudy.pages import executed
from cxrstudy.pages.execution import Execution, NotebookFailure, execute_notebook
from cxrstudy.study.parameters import ParameterError, declared_in


class NotebookError(RuntimeError):
    """Notebooks failed; the message names each with its cell and says how to open it."""


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
    # As a notebook sees it from its working folder, so that no page shows a folder of a machine.
    seen = os.path.relpath(folder, places.workplace())
    asked: dict[str, Any] = {"profile": profile, "cohort": cohort, "executed": seen}
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

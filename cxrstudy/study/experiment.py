"""Experiment: read the arms of a notebook without executing it, to plan or judge them.

The arms of an experiment are written only once, in its notebook, in a cell tagged ``arms`` that
makes a dictionary ``arms`` from ``study``. If an experiment has other arms on one cohort, a cell
tagged ``arms-COHORT`` makes them.
"""

from collections.abc import Hashable
from pathlib import Path
from typing import Any

import nbformat

from cxrstudy.base import places
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain


class ExperimentError(ValueError):
    """A notebook does not define its arms; the message names notebook and tag."""


def experiment_names() -> list[str]:
    """Notebooks that have arms, in the order of the book."""
    return [path.stem for path in sorted(places.NOTEBOOKS.glob("*.ipynb")) if _cells(path)]


def arms_of(experiment: str, study: Study) -> dict[Hashable, Chain]:
    """Make the arms of an experiment for a study.

    Raises
    ------
    ExperimentError
        There is no such notebook, it has no arms for the cohort, or its cell makes no dictionary.
    """
    path = places.NOTEBOOKS / f"{experiment}.ipynb"
    if not path.is_file():
        there = ", ".join(experiment_names())
        raise ExperimentError(f"{path}: no such notebook; there are {there}")
    cells = _cells(path)
    source = cells.get(f"arms-{study.cohort.name}") or cells.get("arms")
    if source is None:
        raise ExperimentError(f"{path}: no cell is tagged arms for cohort {study.cohort.name!r}")
    made: dict[str, Any] = {"study": study}
    exec(compile(source, str(path), "exec"), made)
    arms = made.get("arms")
    if not isinstance(arms, dict):
        raise ExperimentError(f"{path}: the cell tagged arms makes no dictionary of that name")
    return arms


def _cells(path: Path) -> dict[str, str]:
    """Source of the cells that make arms, by tag."""
    notebook = nbformat.read(path, as_version=4)
    return {
        tag: cell.source
        for cell in notebook.cells
        for tag in cell.metadata.get("tags", [])
        if tag == "arms" or tag.startswith("arms-")
    }

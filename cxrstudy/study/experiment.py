"""Experiment: read the arms of a notebook without executing it, to plan or judge them.

The arms of an experiment are defined once, in a cell of its notebook that is tagged ``arms``. The
cell uses the variable ``study`` and sets the variable ``arms``, either to ``study.arms({...})`` or
to a dictionary of chains. If an experiment has different arms on one cohort, a cell tagged
``arms-COHORT`` defines them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat

from cxrstudy.base import places
from cxrstudy.study.study import Arms, Study


class ExperimentError(ValueError):
    """A notebook does not define its arms; the message names notebook and tag."""


def experiment_names() -> list[str]:
    """Notebooks that have arms, in the order of the book."""
    return [path.stem for path in sorted(places.notebooks().glob("*.ipynb")) if _cells(path)]


def arms_of(experiment: str, study: Study) -> Arms:
    """Make the arms of an experiment for a study.

    Raises
    ------
    ExperimentError
        There is no such notebook, it has no arms for the cohort, or its cell does not set ``arms``.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of
    >>> list(arms_of("08_shortcuts", Study("quick", "phantom", seeds=1)))
    ['whole image', 'border only', 'blurred']
    """
    path = places.notebooks() / f"{experiment}.ipynb"
    if not path.is_file():
        there = ", ".join(experiment_names())
        raise ExperimentError(f"{path}: no such notebook; the notebooks with arms are {there}")
    cells = _cells(path)
    source = cells.get(f"arms-{study.cohort.name}") or cells.get("arms")
    if source is None:
        raise ExperimentError(
            f"{path}: no cell is tagged arms or arms-{study.cohort.name}; tag the cell that sets "
            "the variable arms"
        )
    made: dict[str, Any] = {"study": study}
    exec(compile(source, str(path), "exec"), made)
    arms = made.get("arms")
    if not isinstance(arms, Mapping):
        raise ExperimentError(
            f"{path}: the cell tagged arms does not set the variable arms to chains by name"
        )
    return arms if isinstance(arms, Arms) else study.arms(arms)


def _cells(path: Path) -> dict[str, str]:
    """Source of the cells that define arms, by tag."""
    notebook = nbformat.read(path, as_version=4)
    return {
        tag: cell.source
        for cell in notebook.cells
        for tag in cell.metadata.get("tags", [])
        if tag == "arms" or tag.startswith("arms-")
    }

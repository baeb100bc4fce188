"""Experiment: read the arms of a notebook without executing it, to plan or judge them.

The arms of an experiment are defined once, in a cell of its notebook that is tagged ``arms``. The
cell uses the variable ``study`` and sets the variable ``arms``, either to ``study.arms({...})`` or
to a dictionary of chains. If an experiment has different arms on one cohort, a cell tagged
``arms-COHORT`` defines them.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.base.notebooks import read_cells, tags_of
from cxrstudy.base.own_modules import named_in
from cxrstudy.base.schema import read_content
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study


class ExperimentError(ValueError):
    """A notebook does not define its arms; the message names notebook and tag."""


def notebook_names() -> list[str]:
    """Names of the study's notebooks, in the order of the book.

    They are those of the book's table of contents. Jupyter leaves copies beside a notebook, which
    are no chapters. A project without a book has all notebooks of its folder, without such copies.

    Raises
    ------
    ExperimentError
        The table of contents names a notebook that does not exist.
    """
    contents = places.root() / "book" / "_toc.yml"
    there = [path.stem for path in places.visible(places.notebooks(), "*.ipynb")]
    if not contents.is_file():
        return [name for name in there if not _COPY.search(name)]
    files = _files(read_content(contents, ExperimentError))
    chapters = [file.removeprefix(_CHAPTERS) for file in files if file.startswith(_CHAPTERS)]
    missing = [name for name in chapters if name not in there]
    if missing:
        raise ExperimentError(
            f"{contents} names the chapter {missing[0]}, but {places.notebooks()} has no "
            f"{missing[0]}.ipynb; add the notebook, or remove the chapter"
        )
    return sorted(chapters)


def left_out() -> list[Path]:
    """Files in the folder of notebooks that are no notebook of the study, such as copies."""
    names = notebook_names()
    found = places.visible(places.notebooks(), "*.ipynb")
    return [path for path in found if path.stem not in names]


def _files(contents: Any) -> Iterator[str]:
    """Yield the files that a table of contents names, at any depth."""
    if isinstance(contents, Mapping):
        yield from [contents["file"]] if isinstance(contents.get("file"), str) else []
        contents = list(contents.values())
    for part in contents if isinstance(contents, list) else ():
        yield from _files(part)


#: Folder of executed notebooks in the book's table of contents.
_CHAPTERS = "experiments/"
#: How Jupyter and file managers name copies.
_COPY = re.compile(r"(-Copy\d+| - Copy.*| copy.*|\(\d+\))$")


def experiment_names(names: Sequence[str] | None = None) -> list[str]:
    """Those of some notebooks, by default of all, that have arms."""
    chosen = notebook_names() if names is None else names
    return [name for name in chosen if _cells(places.notebooks() / f"{name}.ipynb")]


def has_arms_for(name: str, cohort: str) -> bool:
    """Whether an experiment has arms for a cohort: its own, or those for any."""
    return not {"arms", f"arms-{cohort}"}.isdisjoint(_cells(places.notebooks() / f"{name}.ipynb"))


def arms_hash() -> str:
    """SHA-256 of the cells that define the arms of all experiments, and of recipes they name.

    Chapters read the arms of others, to plan or to judge them.
    """
    folder = places.notebooks()
    cells = {name: _cells(folder / f"{name}.ipynb") for name in notebook_names()}
    sources = {
        # A file that nobody uses may be of any encoding; one that is used is read again, and told.
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace")
        for path in sorted(folder.rglob("[!.]*.py"))
    }
    used = named_in((text for each in cells.values() for text in each.values()), sources)
    return fingerprint(canonical([cells, {name: sources[name] for name in used}]))


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
    ['whole image', 'border hidden', 'border only', 'blurred']
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
    cells = read_cells(path)
    found = {
        tag: cell.source
        for cell in cells
        for tag in tags_of(cell)
        if tag == "arms" or tag.startswith("arms-")
    }
    for number, cell in enumerate(cells, 1):
        sets = cell.cell_type == "code" and re.search(r"^arms = study\.arms\(", cell.source, re.M)
        if sets and not any(tag in found for tag in tags_of(cell)):
            raise ExperimentError(
                f"{path}: cell {number} sets the arms, but has lost its tag; give it the tag arms"
            )
    return found

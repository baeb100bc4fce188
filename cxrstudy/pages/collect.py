"""Collect: the estimates of many executed notebooks as one tidy table.

What is read is what the kernel wrote into a notebook for programs: its facts
(:mod:`cxrstudy.runs.page_stamp`), and its estimates (:mod:`cxrstudy.pages.told`). Nothing is read
from text. Numbers that other code computed do not belong in one table, so a mixture is refused
unless each code is named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from cxrstudy.base.notebooks import NotebookFileError, read_notebook
from cxrstudy.pages.told import ESTIMATES
from cxrstudy.runs.page_stamp import told_by_kernel

#: Columns that every table has, after ``notebook`` and the parameters.
COLUMNS = [
    "code", "commit", "claim", "metric", "role", "arm", "against", "estimate", "low", "high",
    "level", "p", "adjusted_p", "verdict", "patients", "images", "seeds", "reason", "runs",
]  # fmt: skip
#: So many characters of a hash name a code.
SHORT = 12


class CollectError(ValueError):
    """Notebooks can't be collected into one table; the message names them."""


@dataclass(frozen=True)
class Page:
    """An executed notebook: its facts and its estimates."""

    path: Path
    facts: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]

    @property
    def code(self) -> str:
        """The code that computed it: the hash of the package, or for older ones the commit."""
        changed = "+changes" if self.facts.get("uncommitted") and "code" not in self.facts else ""
        return (self.facts.get("code") or self.facts["commit"] or "unknown")[:SHORT] + changed


@dataclass(frozen=True)
class Collected:
    """The table, and the notebooks that are not in it, each with the reason."""

    table: pd.DataFrame
    left_out: tuple[str, ...]


def collect(paths: Sequence[Path], codes: Sequence[str] = ()) -> Collected:
    """Collect the estimates of executed notebooks.

    Parameters
    ----------
    paths
        Notebooks that papermill executed.
    codes
        Beginnings of the hashes of the codes that may be in the table; a notebook of another code
        is left out. Without any, all notebooks must be of one code.

    Returns
    -------
    One row per notebook and estimate: ``notebook``, one column ``parameters.NAME`` per parameter,
    then ``COLUMNS``. Arms are JSON; ``runs`` holds run ids, separated by spaces.

    Raises
    ------
    CollectError
        There is no notebook, or notebooks of several codes are mixed.
    """
    if not paths:
        raise CollectError("there is no notebook to collect")
    pages, left_out = [], []
    for path in paths:
        found = _read(path)
        if isinstance(found, str):
            left_out.append(f"{path}: {found}")
        elif codes and not found.code.startswith(tuple(codes)):
            left_out.append(f"{path}: of code {found.code}, which was not named")
        else:
            pages.append(found)
    if not codes:
        _refuse_mixture(pages)
    rows = [row for page in pages for row in _rows(page)]
    named = dict.fromkeys(name for row in rows for name in row if name.startswith("parameters."))
    return Collected(pd.DataFrame(rows, columns=["notebook", *named, *COLUMNS]), tuple(left_out))


def matching(patterns: Iterable[str]) -> list[Path]:
    """Files that patterns name, in order, each once; a pattern may be a plain path.

    Raises
    ------
    CollectError
        A pattern fits no file.
    """
    found: dict[Path, None] = {}
    for pattern in patterns:
        paths = [Path(pattern)] if Path(pattern).is_file() else _fitting(Path(pattern))
        if not paths:
            raise CollectError(f"{pattern}: no such file")
        found |= dict.fromkeys(paths)
    return list(found)


def _fitting(pattern: Path) -> list[Path]:
    anchor = pattern.anchor
    relative = pattern.relative_to(anchor) if anchor else pattern
    return sorted(path for path in Path(anchor).glob(str(relative)) if path.is_file())


def _read(path: Path) -> Page | str:
    """A page, or why a file is none."""
    try:
        notebook = read_notebook(path)
    except (NotebookFileError, OSError) as problem:
        return f"can't be read: {problem}"
    papermill = notebook.metadata.get("papermill") or {}
    failed = [
        output
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("output_type") == "error"
    ]
    if papermill.get("exception") or failed:
        said = f": {failed[0].get('ename')}: {failed[0].get('evalue')}" if failed else ""
        return f"its execution failed{said}"
    facts = told_by_kernel(notebook)
    if facts is None:
        return "no executed page of cxrstudy: its kernel wrote no facts"
    rows = [
        row
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        for row in output.get("metadata", {}).get(ESTIMATES, [])
    ]
    if not rows:
        return "it holds no estimates; a page stores them where it calls show.runs(arms)"
    return Page(path, facts, rows)


def _refuse_mixture(pages: Sequence[Page]) -> None:
    by_code: dict[str, list[str]] = {}
    for page in pages:
        by_code.setdefault(page.code, []).append(str(page.path))
    if len(by_code) > 1:
        said = "; ".join(f"{code}: {', '.join(names)}" for code, names in by_code.items())
        raise CollectError(
            f"these notebooks were computed by {len(by_code)} different codes ({said}); execute "
            "them again, or name with --code each one that you want"
        )


def _rows(page: Page) -> list[dict[str, Any]]:
    parameters = {f"parameters.{name}": value for name, value in page.facts["parameters"].items()}
    common = {
        "notebook": str(page.path),
        **parameters,
        "code": page.code,
        "commit": page.facts["commit"] + "+changes" * bool(page.facts["uncommitted"]),
    }
    return [{**common, **row, "runs": " ".join(row["runs"])} for row in page.rows]

"""Executed: which notebooks of a folder were executed from what; decided by content, not by time.

Beside every executed notebook lies ``NAME.inputs.json``: the SHA-256 of all that the notebook
depends on, and of the executed notebook itself. It counts only while both are the same. A notebook
that was copied, restored or left over from other settings is therefore never taken for another.

==============  ==================================================================================
input           SHA-256 of
==============  ==================================================================================
notebook        its file
parameters      the values that it is given: profile, cohort, seeds
arms            the arms of all experiments, because chapters read those of others
beside          the Python files beside the notebooks, which they may import
code            the files of the package
profiles        the files of the project's folder of this name; likewise ``claims``,
                ``data_manifests``, ``results`` and ``certificates``
own             the user's own manifests, cohorts and profiles, without images, whose hashes are
                in the manifests
kernel          Python and the versions of the libraries that compute and draw; arithmetic
data            the name of the folder of radiographs, if it exists
executed        the executed notebooks that it reads, if it has this parameter
==============  ==================================================================================
"""

import json
import sys
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from cxrstudy.base import arithmetic, places
from cxrstudy.base.atomic import write_file
from cxrstudy.base.coverage import environment
from cxrstudy.base.identity import canonical, file_sha256, fingerprint
from cxrstudy.runs.plan import planned_kind
from cxrstudy.study import experiment

INPUTS = ".inputs.json"
#: Folders of the project that pages depend on.
_FOLDERS = ("profiles", "claims", "data_manifests", "results", "certificates")
#: Folders of a user's own that only the making of manifests reads.
_NOT_READ = ("images", "hashes")
#: Libraries that draw, execute and build, beside those that runs depend on.
_LIBRARIES = (
    "papermill", "nbclient", "ipykernel", "ipython", "pandas", "scikit-learn", "matplotlib",
    "seaborn", "contourpy", "safetensors", "torchvision", "grad-cam", "jupyter-book", "myst-nb",
    "sphinx", "sphinx-book-theme", "sphinxcontrib-bibtex",
)  # fmt: skip


def common_inputs() -> dict[str, str]:
    """Hash what all notebooks of the project depend on, by kind; see the table of this module."""
    return {
        "arms": experiment.arms_hash(),
        "code": tree_hash(places.PACKAGE, left_out=(places.COPY.name,)),
        "beside": tree_hash(places.notebooks(), endings=(".py",)),
        **{name: tree_hash(places.root() / name) for name in _FOLDERS},
        "own": tree_hash(places.own(), left_out=_NOT_READ),
        "kernel": fingerprint(canonical(_kernel())),
        "data": fingerprint(str(places.data()) if places.data().is_dir() else ""),
    }


def inputs_of(
    notebook: Path, parameters: Mapping[str, Any], common: Mapping[str, str]
) -> dict[str, str]:
    """Hash all that an executed notebook depends on, by kind.

    Parameters
    ----------
    notebook
        File of the notebook.
    parameters
        Values that it is given. ``executed`` names a folder whose notebooks it reads, seen from
        the working folder of notebooks.
    common
        See :func:`common_inputs`.
    """
    given = {name: value for name, value in parameters.items() if name != "executed"}
    read = parameters.get("executed")
    return {
        "notebook": file_sha256(notebook),
        "parameters": fingerprint(canonical(given)),
        **common,
        "executed": _read(places.workplace() / read, notebook.stem) if read else "",
    }


def note(executed: Path, inputs: Mapping[str, str]) -> None:
    """Write what a notebook was executed from, beside it."""
    content = {"inputs": dict(inputs), "sha256": file_sha256(executed)}
    write_file(_beside(executed), (json.dumps(content, indent=1) + "\n").encode())


def forget(executed: Path) -> None:
    """Remove an executed notebook and all that lies beside it."""
    for path in (executed, _beside(executed), executed.with_suffix(".provenance.json")):
        path.unlink(missing_ok=True)


def changed(executed: Path, inputs: Mapping[str, str]) -> list[str]:
    """Name the inputs that differ from those that a notebook was executed from.

    Returns
    -------
    Empty if the executed notebook is what these inputs give. ``never executed`` if there is none,
    ``altered`` if the file is not the one that was executed.
    """
    try:
        content = json.loads(_beside(executed).read_text(encoding="utf-8"))
        before, sha256 = dict(content["inputs"]), content["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return ["never executed"]
    if not executed.is_file() or file_sha256(executed) != sha256:
        return ["altered"]
    return [name for name in inputs if before.get(name) != inputs[name]]


def remove_others(folder: Path, names: Collection[str]) -> None:
    """Remove the executed notebooks that are not among some names, with what lies beside them."""
    for path in folder.glob("*.ipynb"):
        if path.stem not in names:
            forget(path)


def tree_hash(folder: Path, endings: Iterable[str] = ("",), left_out: Collection[str] = ()) -> str:
    """SHA-256 of names and contents of the files in a folder, without hidden ones.

    Parameters
    ----------
    folder
        Folder; it may not exist.
    endings
        Endings of the files' names that count.
    left_out
        Folders directly in this folder that do not count.
    """
    wanted = tuple(endings)
    files = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.name.endswith(wanted) and name.parts[0] not in left_out and _counts(name):
            files[name.as_posix()] = file_sha256(path) if path.is_file() else "folder"
    return fingerprint(canonical(files))


def _counts(path: Path) -> bool:
    """Whether a file is part of a folder: no hidden file, nothing that Python compiled."""
    return not any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _read(folder: Path, reader: str) -> str:
    """Hash the executed notebooks of a folder, without the one that reads them."""
    found = places.visible(places.in_project(folder), "*.ipynb")
    return fingerprint(canonical({p.name: file_sha256(p) for p in found if p.stem != reader}))


def _kernel() -> dict[str, Any]:
    computed = {"arithmetic": arithmetic.facts(planned_kind())}
    return versions_of_all() | environment() | computed


@lru_cache
def versions_of_all() -> dict[str, str]:
    """Versions of Python and of the libraries that compute, draw, execute and build."""
    return {"python": sys.version, **{name: _version(name) for name in _LIBRARIES}}


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def _beside(executed: Path) -> Path:
    return executed.with_suffix(INPUTS)

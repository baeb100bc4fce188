"""Places: the folders that the study reads and writes. They are looked up at each call.

====================  ===========================================================================
variable              folder
====================  ===========================================================================
``CXRSTUDY_PROJECT``  the project: profiles, claims, manifests, notebooks and results. Default: the
                      working folder or its nearest parent that is a project; otherwise the
                      project that the package contains
``CXRSTUDY_DATA``     the radiographs. Default: ``data`` in the workplace
``CXRSTUDY_RUNS``     all output of runs. Default: ``runs`` in the workplace
====================  ===========================================================================

A value may begin with ``~`` and may be relative to the working folder. A wheel of the package
contains a copy of the project; a checkout is a project itself. The workplace is the project. If the
project is the copy in an installed package, which must not be written to, the workplace is the
working folder.
"""

import os
from pathlib import Path

PROJECT, DATA, RUNS = "CXRSTUDY_PROJECT", "CXRSTUDY_DATA", "CXRSTUDY_RUNS"

#: Folders that every project contains. No other software uses the second name.
MARKS = ("profiles", "data_manifests/cohorts")

PACKAGE = Path(__file__).resolve().parents[1]
#: Copy of the project in a wheel.
COPY = PACKAGE / "project"


class PlaceError(ValueError):
    """A folder can't be used; the message names the variable, and says what to do."""


def root() -> Path:
    """Find the project; this is the only function that decides which one is used.

    Raises
    ------
    PlaceError
        ``CXRSTUDY_PROJECT`` names no project, or no project was found.
    """
    named = _named(PROJECT)
    if named is not None:
        if not is_project(named):
            raise PlaceError(
                f"{PROJECT}={os.environ[PROJECT]} names no project: a project contains "
                f"{' and '.join(f'{mark}/' for mark in MARKS)}; name a folder that contains both, "
                "or unset the variable"
            )
        return named
    here = _working_folder()
    for folder in (here, *here.parents, COPY, PACKAGE.parent):
        if is_project(folder):
            return folder
    raise PlaceError(
        f"{here} is not in a project, and the package at {PACKAGE} contains none; name a project "
        f"in {PROJECT}, or install the package again"
    )


def is_project(folder: Path) -> bool:
    """Whether a folder contains the folders of a project."""
    try:
        return all((folder / mark).is_dir() for mark in MARKS)
    except OSError:  # no permission to read the folder
        return False


def manifests() -> Path:
    """Folder of manifests, cards and cohorts."""
    return root() / "data_manifests"


def profiles() -> Path:
    """Folder of profiles."""
    return root() / "profiles"


def claims() -> Path:
    """Folder of claims."""
    return root() / "claims"


def notebooks() -> Path:
    """Folder of notebooks."""
    return root() / "notebooks"


def results() -> Path:
    """Folder of recorded results."""
    return root() / "results"


def workplace() -> Path:
    """Folder of data and runs by default, and working folder of executed notebooks."""
    project = root()
    return _working_folder() if project == COPY else project


def data() -> Path:
    """Folder of the radiographs.

    Raises
    ------
    PlaceError
        ``CXRSTUDY_DATA`` names no folder, or there is no project.
    """
    return _named(DATA) or (workplace() / "data").resolve()


def runs() -> Path:
    """Folder for all output of runs.

    Raises
    ------
    PlaceError
        ``CXRSTUDY_RUNS`` names no folder, or there is no project.
    """
    return _named(RUNS) or (workplace() / "runs").resolve()


def variables() -> dict[str, str]:
    """Environment variables for another process, so that it uses the same folders."""
    return {PROJECT: str(root()), DATA: str(data()), RUNS: str(runs())}


def _named(variable: str) -> Path | None:
    """Folder that a variable names, which may not exist yet; None if it is unset or empty."""
    value = os.environ.get(variable, "")
    if not value.strip():
        return None
    advice = "name a folder, or unset the variable"
    if "://" in value:
        raise PlaceError(f"{variable}={value} is an address; {advice}")
    try:
        path = Path(value).expanduser()
        folder = (path if path.is_absolute() else _working_folder() / path).resolve()
        there = next(each for each in (folder, *folder.parents) if each.exists())
    except (OSError, RuntimeError) as error:  # no such user, links in a circle, no permission
        raise PlaceError(f"{variable}={value} can't be used ({error}); {advice}") from None
    if not there.is_dir():
        raise PlaceError(f"{variable}={value} can't be used ({there} is a file); {advice}")
    return folder


def _working_folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise PlaceError("the working folder does not exist any more; change to another") from None

"""Places: the folders that the study reads and writes, found at the moment they are asked for.

====================  ===========================================================================
variable              names
====================  ===========================================================================
``CXRSTUDY_PROJECT``  the project: profiles, claims, manifests, notebooks and results. Without it,
                      the first folder from the working folder upwards that is a project; without
                      such a folder, the project that the package brings
``CXRSTUDY_DATA``     the radiographs. Without it, ``data`` in the workplace
``CXRSTUDY_RUNS``     everything that runs write. Without it, ``runs`` in the workplace
====================  ===========================================================================

A value may begin with ``~`` and may be relative to the working folder. The package brings a copy of
the project inside its wheel, or lies in a checkout, which is a project itself. The workplace is the
project, or the working folder where the project is the copy: an installed package is no place to
write to.
"""

import os
from pathlib import Path

PROJECT, DATA, RUNS = "CXRSTUDY_PROJECT", "CXRSTUDY_DATA", "CXRSTUDY_RUNS"

#: Folders that make a folder a project. The second name is ours alone: no stray folder has both.
MARKS = ("profiles", "data_manifests/cohorts")

PACKAGE = Path(__file__).resolve().parents[1]
#: Where a wheel holds its copy of the project.
COPY = PACKAGE / "project"


class PlaceError(ValueError):
    """A place can't be used; the message names the variable, and says what to do."""


def root() -> Path:
    """Find the project; this is the only function that decides which one is used.

    Raises
    ------
    PlaceError
        ``CXRSTUDY_PROJECT`` names no project, or there is none to be found.
    """
    named = _named(PROJECT)
    if named is not None:
        if not is_project(named):
            raise PlaceError(
                f"{PROJECT}={os.environ[PROJECT]} names no project: it lacks "
                f"{' or '.join(f'{mark}/' for mark in MARKS)}; name a folder that has both, or "
                "unset the variable"
            )
        return named
    here = _working_folder()
    for folder in (here, *here.parents, COPY, PACKAGE.parent):
        if is_project(folder):
            return folder
    raise PlaceError(
        f"{here} lies in no project, and the package at {PACKAGE} brings none; name a project in "
        f"{PROJECT}, or install the package again"
    )


def is_project(folder: Path) -> bool:
    """Whether a folder holds what every project has."""
    try:
        return all((folder / mark).is_dir() for mark in MARKS)
    except OSError:  # a folder that may not be looked into
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
    """Folder that data and runs lie in by default, and in which notebooks are executed."""
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
    """Folder of everything that runs write.

    Raises
    ------
    PlaceError
        ``CXRSTUDY_RUNS`` names no folder, or there is no project.
    """
    return _named(RUNS) or (workplace() / "runs").resolve()


def variables() -> dict[str, str]:
    """Environment variables with which another process finds the same places, wherever it works."""
    return {PROJECT: str(root()), DATA: str(data()), RUNS: str(runs())}


def _named(variable: str) -> Path | None:
    """Folder that a variable names, which need not exist yet; None where it is unset or empty."""
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

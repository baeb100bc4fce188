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

A value may begin with ``~`` and may be relative to the working folder of a command. The command
makes all three absolute once (:func:`settled`), so that kernels, worker processes and other hosts
use the same folders, wherever they work. A notebook has a working folder that depends on how it was
opened, so a relative value is refused there. Symbolic links are kept, because another host may have
a folder mounted where this one has a link.

A wheel of the package contains a copy of the project; a checkout is a project itself. The workplace
is the project. If the project is the copy in an installed package, which must not be written to,
the workplace is the working folder. A checkout is used only with its own code: a command that was
copied together with a checkout still starts the code of the first one.
"""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PROJECT, DATA, RUNS = "CXRSTUDY_PROJECT", "CXRSTUDY_DATA", "CXRSTUDY_RUNS"

#: Folders that every project contains. No other software uses the second name.
MARKS = ("profiles", "data_manifests/cohorts")

PACKAGE = Path(__file__).absolute().parents[1]
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
        return _with_its_code(named)
    here = _working_folder()
    for folder in (here, *here.parents, COPY, PACKAGE.parent):
        if is_project(folder):
            return _with_its_code(folder)
    raise PlaceError(
        f"{here} is not in a project, and the package at {PACKAGE} contains none; name a project "
        f"in {PROJECT}, or install the package again"
    )


def _with_its_code(project: Path) -> Path:
    """Refuse a checkout whose code is not the code that runs here."""
    own = project / "cxrstudy"
    if not (own / "__init__.py").is_file() or own.resolve() == PACKAGE.resolve():
        return project
    raise PlaceError(
        f"{project} is a checkout with code of its own, but this command runs the code in "
        f"{PACKAGE}; run `make book` there once, or call its own: "
        f"{shlex.join([str(project / '.venv/bin/python'), '-m', 'cxrstudy.cli'])}"
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


def own() -> Path:
    """Folder of a user's own manifests, cohorts and profiles, which no repository contains."""
    return workplace() / "own"


def manifest(name: str) -> Path:
    """File of a manifest: of the project, or else of the user."""
    return _of_project_or_own(manifests(), f"{name}.csv")


def cohort(name: str) -> Path:
    """File of a cohort: of the project, or else of the user."""
    return _of_project_or_own(manifests(), f"cohorts/{name}.yaml")


def cohorts() -> list[Path]:
    """Files of all cohorts, sorted by name."""
    found = [file for at in (manifests(), own()) for file in visible(at / "cohorts", "*.yaml")]
    return sorted(found, key=lambda file: file.stem)


def _of_project_or_own(folder: Path, name: str) -> Path:
    ours, theirs = folder / name, own() / name
    return theirs if theirs.exists() and not ours.exists() else ours


def profiles() -> Path:
    """Folder of profiles."""
    return root() / "profiles"


def profile(name: str) -> Path:
    """File of a profile: of the project, or else of the user."""
    return _of_project_or_own(root(), f"profiles/{name}.yaml")


def profile_files() -> list[Path]:
    """Files of all profiles, sorted by name."""
    found = [file for at in (root(), own()) for file in visible(at / "profiles", "*.yaml")]
    return sorted(found, key=lambda file: file.stem)


def claims() -> Path:
    """Folder of claims."""
    return root() / "claims"


def notebooks() -> Path:
    """Folder of notebooks.

    Examples
    --------
    >>> from cxrstudy.base import places
    >>> places.notebooks().name
    'notebooks'
    """
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
    return _named(DATA) or workplace() / "data"


def runs() -> Path:
    """Folder for all output of runs.

    Raises
    ------
    PlaceError
        ``CXRSTUDY_RUNS`` names no folder, or there is no project.
    """
    return _named(RUNS) or workplace() / "runs"


def variables() -> dict[str, str]:
    """Environment variables for another process, so that it uses the same folders."""
    return {PROJECT: str(root()), DATA: str(data()), RUNS: str(runs())}


@contextmanager
def settled() -> Iterator[None]:
    """Make the folders absolute, within, in the environment of this process and its children.

    Where they can't be found nothing changes, and what asks for them says why.
    """
    before = dict(os.environ)
    with suppress(PlaceError):
        os.environ.update(variables())
    try:
        yield
    finally:
        for name in (PROJECT, DATA, RUNS):
            os.environ.pop(name, None)
            if name in before:
                os.environ[name] = before[name]


def in_project(folder: Path) -> Path:
    """Make a folder absolute; a relative one lies in the workplace, also in JupyterLab.

    Examples
    --------
    >>> in_project(Path("book/experiments")).is_absolute()
    True
    """
    return workplace() / folder.expanduser()


def visible(folder: Path, pattern: str) -> list[Path]:
    """List the entries that fit a pattern, without hidden ones, sorted by name.

    Other systems leave hidden files beside ordinary ones: ``._NAME`` on a USB stick that was in a
    Mac, ``.#NAME`` of an open editor. They are not what their ending says.
    """
    return sorted(path for path in folder.glob(pattern) if not path.name.startswith("."))


def _named(variable: str) -> Path | None:
    """Folder that a variable names, which may not exist yet; None if it is unset or empty."""
    value = os.environ.get(variable, "")
    if not value.strip():
        return None
    advice = "name a folder, or unset the variable"
    if "://" in value:
        raise PlaceError(f"{variable}={value} is an address; {advice}")
    odd = value != value.strip() or value[0] in "\"'$"  # as files of variables leave them
    if odd and not Path(value).exists():
        raise PlaceError(
            f"{variable}={value} can't be used (there is no folder of this name, with its space, "
            f"quote or $); {advice}"
        )
    try:
        folder = _absolute(variable, Path(value).expanduser())
        with suppress(FileNotFoundError, NotADirectoryError):
            folder.stat()  # an error for links in a circle, and without permission
        there = next(each for each in (folder, *folder.parents) if each.exists())
    except (OSError, RuntimeError) as error:  # no such user, links in a circle, no permission
        raise PlaceError(f"{variable}={value} can't be used ({error}); {advice}") from None
    if not there.is_dir():
        raise PlaceError(f"{variable}={value} can't be used ({there} is a file); {advice}")
    return folder


def _absolute(variable: str, path: Path) -> Path:
    """Make a path absolute and remove ``..``, without following links otherwise."""
    if not path.is_absolute():
        if _in_notebook():
            raise PlaceError(
                f"{variable}={path} is relative, and a notebook's working folder depends on how it "
                "was opened; give the whole path, beginning with / or ~"
            )
        path = _working_folder() / path
    while ".." in path.parts:  # the folder above a link's target, as in the operating system
        at = path.parts.index("..")
        path = Path(*path.parts[:at]).resolve().parent.joinpath(*path.parts[at + 1 :])
    return path


def _in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    library = sys.modules.get("IPython")
    return library is not None and hasattr(library.get_ipython(), "kernel")


def _working_folder() -> Path:
    """Working folder, by the name that the shell knows it under; links are kept."""
    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise PlaceError("the working folder does not exist any more; change to another") from None
    named = Path(os.environ.get("PWD", ""))
    with suppress(OSError):
        if named.is_absolute() and named.samefile(here):
            return named
    return here

"""Book: build the pages of executed notebooks into an empty folder, and move them into place whole.

Sphinx decides by times which pages to read again, and then keeps the sidebar of the others. Here
every build starts from nothing: a copy of the book's prose and of the executed notebooks. The pages
of two settings can therefore not be mixed, and what was removed is gone from all pages. A build is
left out only if the pages in place were made of the same contents.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from cxrstudy.base import places
from cxrstudy.base.atomic import UNFINISHED, unfinished_name, write_file
from cxrstudy.base.identity import canonical, file_sha256, fingerprint
from cxrstudy.base.programs import run_held
from cxrstudy.pages.computed.data import link_data
from cxrstudy.pages.computed.folded import fold_cells
from cxrstudy.pages.computed.late import FOLDER, move_late_data
from cxrstudy.pages.executed import common_inputs, tree_hash, versions_of_all
from cxrstudy.verdicts.kept_evidence import VARIABLE

#: Made in the folder of prose by a build, and not part of it.
EXPERIMENTS, BUILT = "experiments", "_build"
#: File among the pages that says what they were made of.
MADE_OF = ".made-of.json"
#: Starts Jupyter Book with this Python; its script may start another one.
_START = (
    "from cxrstudy.base.programs import end_with_input; end_with_input(); "
    "from jupyter_book.cli.main import main; main()"
)


class BookError(RuntimeError):
    """The pages can't be built; the message gives the reason."""


def html() -> Path:
    """Folder of the pages."""
    return places.root() / "book" / BUILT / "html"


def made_folders() -> tuple[Path, ...]:
    """Folders that builds make in the folder of prose."""
    return tuple(places.root() / "book" / name for name in (EXPERIMENTS, BUILT))


def build(executed: Sequence[Path]) -> bool:
    """Build the pages of the book, unless those in place were made of the same.

    Parameters
    ----------
    executed
        Executed notebooks.

    Returns
    -------
    Whether pages were built.

    Raises
    ------
    BookError
        The project has no book, or Jupyter Book ended with an error.
    """
    prose = places.root() / "book"
    if not (prose / "_toc.yml").is_file():
        raise BookError(f"{prose}: no table of contents; a book is built in a checkout")
    made_of = _made_of(prose, executed)
    (prose / BUILT).mkdir(exist_ok=True)
    with (
        _alone(prose),
        tempfile.TemporaryDirectory(prefix=".", suffix=UNFINISHED, dir=prose / BUILT) as made,
    ):
        if _is_made_of(html(), made_of):
            return False
        source, pages = Path(made) / "book", Path(made) / "out"
        _copy(prose, executed, source)
        _jupyter_book(source, pages)
        built = pages / BUILT / "html"
        _copy_late_data(source / EXPERIMENTS, built / EXPERIMENTS)
        write_file(built / MADE_OF, (json.dumps(made_of) + "\n").encode())
        _replace(source / EXPERIMENTS, prose / EXPERIMENTS)
        _replace(built, html())
    return True


@contextmanager
def _alone(prose: Path) -> Iterator[None]:
    """Wait for another build of these pages, and remove what killed ones have left."""
    with FileLock(prose / BUILT / ".building.lock"):
        for folder in (prose, prose / BUILT):
            for left in folder.glob(f".*{UNFINISHED}"):
                shutil.rmtree(left)
        yield


def _made_of(prose: Path, executed: Sequence[Path]) -> dict[str, str]:
    """Hash prose, settings, executed notebooks, libraries, and all that computed parts are from."""
    notebooks = {path.name: file_sha256(path) for path in executed}
    return {
        "prose": tree_hash(prose, left_out=(EXPERIMENTS, BUILT)),
        "settings": file_sha256(places.root() / "_config.yml"),
        "notebooks": fingerprint(canonical(notebooks)),
        "computed": fingerprint(canonical(common_inputs())),
        "libraries": fingerprint(canonical(versions_of_all())),
    }


def _is_made_of(pages: Path, made_of: dict[str, str]) -> bool:
    try:
        return bool(json.loads((pages / MADE_OF).read_text(encoding="utf-8")) == made_of)
    except (OSError, ValueError):
        return False


def _copy(prose: Path, executed: Sequence[Path], to: Path) -> None:
    """Copy prose and executed notebooks into an empty folder."""
    shutil.copytree(prose, to, ignore=shutil.ignore_patterns(EXPERIMENTS, BUILT, ".*"))
    (to / EXPERIMENTS).mkdir()
    for path in executed:
        for file in (path, path.with_suffix(".provenance.json")):
            shutil.copy(file, to / EXPERIMENTS)
        link_data(to / EXPERIMENTS / path.name)
        fold_cells(to / EXPERIMENTS / path.name)
        move_late_data(to / EXPERIMENTS / path.name)


def _copy_late_data(source: Path, pages: Path) -> None:
    """Put late data beside the pages; Sphinx would load scripts that it copies on every page."""
    if (source / FOLDER).is_dir():
        shutil.copytree(source / FOLDER, pages / FOLDER)


def _jupyter_book(source: Path, to: Path) -> None:
    settings = places.root() / "_config.yml"
    command = [
        sys.executable, "-c", _START, "build", str(source), "--path-output", str(to),
        "--config", str(settings), "--all", "--quiet", "--warningiserror",
    ]  # fmt: skip
    environment = os.environ | {VARIABLE: "1"}
    done = run_held(command, environment)
    if done.returncode:
        said = (done.stdout + done.stderr).decode(errors="replace").strip()
        raise BookError(f"the pages could not be built; Jupyter Book says:\n{said}")


def _replace(made: Path, place: Path) -> None:
    """Move a folder into the place of another, which is removed."""
    before = unfinished_name(place)
    if place.exists():
        place.rename(before)
    made.rename(place)
    shutil.rmtree(before, ignore_errors=True)

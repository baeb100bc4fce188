"""Files: find the files of a user's table, hash them, look at their headers, and link them.

The names of files and folders often hold a patient's name or number. A manifest needs paths, so
every file gets a link with a name of its own, made of its content, in the user's own folder: a hard
link where that is possible, which takes no space, or else a symbolic one. The files themselves are
never changed.
"""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from cxrstudy.base.progress import progress
from cxrstudy.data.own.headers import Header, read_header
from cxrstudy.pixels.decode import UnreadableImage, read_file
from cxrstudy.pixels.file_notes import file_notes
from cxrstudy.pixels.sniff import look


class Seen(NamedTuple):
    """Facts of a file, and notes on it, each a code and a sentence.

    ``problem`` says why it can't be used, in words and with a code.
    """

    sha256: str = ""
    width: int = 0
    height: int = 0
    header: Header | None = None
    notes: tuple[tuple[str, str], ...] = ()
    problem: str = ""


def find_files(names: Sequence[str], files: Sequence[str]) -> dict[str, str]:
    """Find the file that each name of a table means.

    Parameters
    ----------
    names
        Cells of the table: a path, a file's name, or its name without ending.
    files
        Paths in the folder, relative to it.

    Returns
    -------
    File of each name; a name that fits no file, or several, is not among them.
    """
    whole, bare, stem = set(files), defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
    for file in files:
        bare[PurePosixPath(file).name].add(file)
        stem[PurePosixPath(file).stem].add(file)
    found = {}
    for name in names:
        asked = PurePosixPath(name.replace("\\", "/"))
        tail = [file for file in bare[asked.name] if f"/{file}".endswith(f"/{asked}")]
        fitting = (
            [str(asked)]
            if str(asked) in whole
            else tail or [*bare[asked.name]] or [*stem[str(asked)]]
        )
        if len(fitting) == 1:
            found[name] = fitting[0]
    return found


def near(name: str, files: Sequence[str]) -> str:
    """A hint at the file that a name without one probably means; empty if there is none, or two."""
    asked = _folded(name)
    fitting = [file for file in files if _folded(file) == asked]
    return f"; {fitting[0]} lies there" if len(fitting) == 1 else ""


def _folded(file: str) -> str:
    """A file's name without its folder and ending, in one case and normal form."""
    stem = PurePosixPath(file.replace("\\", "/")).stem
    return unicodedata.normalize("NFC", stem).casefold()


def look_at(paths: Sequence[Path], workers: int = 4) -> list[Seen]:
    """Hash files and look at their headers, without decoding their pixels if that can be."""
    with (
        ThreadPoolExecutor(workers) as pool,
        progress(pool.map(_look, paths), "hashing", total=len(paths)) as files,
    ):
        return list(files)


def link(paths: Mapping[str, Path], folder: Path) -> str:
    """Give files other names in a folder.

    Parameters
    ----------
    paths
        File of each new name.
    folder
        Folder of the links; made if it is missing. Existing links with these names stay, because a
        name is made of the content.

    Returns
    -------
    Kind of the links, in words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kinds = set()
    for name, path in paths.items():
        if not (folder / name).exists():
            kinds.add(_link(path.resolve(), folder / name))
    return " and ".join(sorted(kinds)) or "hard links"


def _link(file: Path, place: Path) -> str:
    try:
        os.link(file, place)
    except OSError:  # another disk, or a file system without hard links
        place.unlink(missing_ok=True)
        place.symlink_to(file)
        return "symbolic links, whose targets hold the names of your files"
    return "hard links"


def _look(path: Path) -> Seen:
    try:
        content = read_file(path)
        looked = look(content, path)
        header = read_header(content, path)
        notes = tuple((note.code, note.text) for note in file_notes(content, path))
    except UnreadableImage as problem:
        return Seen(problem=f"{problem.code}: {problem.detail}")
    return Seen(sha256(content).hexdigest(), looked.width, looked.height, header, notes)

"""Twins: files that lie where a manifest does not expect them.

A file that is missing under its name often lies there under nearly the same one: in another case
(a disk that ignores it), with another ending (after a conversion), in another normal form of its
letters (a Mac), or in another subfolder (an archive unpacked one level higher).
"""

import os
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath

from cxrstudy.pixels.endings import OF_IMAGES


def twins(folder: Path, missing: Sequence[str]) -> dict[str, str]:
    """Find the file that a missing one probably is.

    Parameters
    ----------
    folder
        Data folder.
    missing
        Paths without a file, relative to it, with ``/``.

    Returns
    -------
    Path expected to path found; only for files that have exactly one twin.
    """
    found: dict[str, str] = {}
    lying: dict[str, list[str]] = {}
    for path in _files(folder, {_root(path) for path in missing} if missing else ()):
        for key in _keys(path):
            lying.setdefault(key, []).append(path)
    for path in missing:
        for key in _keys(path):
            candidates = [other for other in lying.get(key, []) if other != path]
            if len(candidates) == 1:
                found[path] = candidates[0]
                break
    return found


def unlisted(folder: Path, paths: Iterable[str]) -> list[str]:
    """Image files in the folders of some paths that none of the paths names.

    Parameters
    ----------
    folder
        Data folder.
    paths
        All paths of a set, relative to the folder.
    """
    listed = set(paths)
    folders = {str(PurePosixPath(path).parent) for path in listed}
    inside = (
        str(PurePosixPath(name) / entry.name)
        for name in sorted(folders)
        for entry in _entries(folder / name)
        if entry.is_file() and _is_image(entry.name)
    )
    return sorted(path for path in inside if path not in listed)


def _keys(path: str) -> Iterator[str]:
    """Ways in which two paths may be the same, from the closest to the loosest."""
    folded = unicodedata.normalize("NFC", path).casefold()
    name = PurePosixPath(folded)
    yield f"path {folded}"
    yield f"without ending {name.with_suffix('')}"
    yield f"name {name.name}"


def _root(path: str) -> str:
    parts = PurePosixPath(path).parts
    return parts[0] if len(parts) > 1 else ""


def _files(folder: Path, roots: Iterable[str]) -> Iterator[str]:
    """Image files below some folders, in any case of their names; of the folder itself for ''."""
    wanted = {unicodedata.normalize("NFC", root).casefold() for root in roots}
    for entry in _entries(folder):
        if entry.is_dir() and unicodedata.normalize("NFC", entry.name).casefold() in wanted:
            yield from _below(folder, Path(entry.path))
        elif entry.is_file() and "" in wanted and _is_image(entry.name):
            yield entry.name


def _below(folder: Path, root: Path) -> Iterator[str]:
    for at, folders, names in os.walk(root):
        folders.sort()
        yield from ((Path(at) / name).relative_to(folder).as_posix() for name in sorted(names)
                    if _is_image(name))  # fmt: skip


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        return sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:  # not there, or not readable
        return []


def _is_image(name: str) -> bool:
    return not name.startswith(".") and PurePosixPath(name).suffix.casefold() in OF_IMAGES

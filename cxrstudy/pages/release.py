"""Release: one archive of everything that was found and how, which the review command opens.

It is laid out as the project is, so that what is recorded can be computed again from the archive
alone: results, claims and registrations, manifests, profiles, notebooks, certificates; beside them
the executed notebooks, the built book, an RO-Crate, and Croissant for every manifest.
Equal contents give equal bytes.
"""

import hashlib
import json
import os
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.atomic import write_file
from cxrstudy.pages.crate import METADATA, Description, Executed, crate
from cxrstudy.pages.croissant import croissant

#: Parts of the project in an archive, and the endings of their files that are.
PARTS = ("results", "claims", "profiles", "data_manifests", "notebooks", "certificates")
WORKFLOW = "Makefile"
SINGLE = (WORKFLOW, "LICENSE", "README.md", "CITATION.cff", "requirements.lock")
TEXTS = (".csv", ".gz", ".yaml", ".json", ".md", ".ipynb", ".py")
LICENCE = "https://spdx.org/licenses/Apache-2.0"
TITLE = "cxrstudy: an executable study of transfer learning for COVID-19 in chest radiographs"
#: The oldest time that an archive can hold; times are not part of its content.
EPOCH = (1980, 1, 1, 0, 0, 0)


class ReleaseError(ValueError):
    """A release can't be made or opened; the message says what is wrong with which file."""


def release(to: Path, executed: Path, book: Path, by: str) -> int:
    """Write an archive.

    Parameters
    ----------
    to
        File to write.
    executed
        Folder of the executed notebooks.
    book
        Folder of the built pages.
    by
        Who executed them.

    Returns
    -------
    Number of files in it.

    Raises
    ------
    ReleaseError
        There are no executed notebooks, no book, or no Makefile.
    """
    stamps = {path.stem: path.with_suffix(".provenance.json") for path in _notebooks(executed)}
    if not stamps:
        raise ReleaseError(f"{executed}: no executed notebook; make book executes them")
    lacking = [name for name, path in stamps.items() if not path.is_file()]
    if lacking:
        raise ReleaseError(f"{executed / lacking[0]}.ipynb: has no stamp; execute it again")
    if not (book / "index.html").is_file():
        raise ReleaseError(f"{book}: no built book; make book builds it")
    if not (places.root() / WORKFLOW).is_file():
        raise ReleaseError(f"{places.root()}: no {WORKFLOW}; a release is made in a checkout")
    told = {name: json.loads(path.read_text(encoding="utf-8")) for name, path in stamps.items()}
    day = max(facts["started"] for facts in told.values())[:10]
    project = _project()
    read = _inputs(project)
    contents = project | _folder(executed, "executed") | _folder(book, "book") | _described(day)
    facts = {path: _facts(content) for path, content in sorted(contents.items())}
    pages = [
        Executed(f"notebooks/{name}.ipynb", f"executed/{name}.ipynb", read, told[name])
        for name in stamps
        if f"notebooks/{name}.ipynb" in contents
    ]
    about = "Recorded results, registrations, executed notebooks and the book made of them."
    said = Description(TITLE, about, by, day, LICENCE)
    made = crate(facts, pages, said, WORKFLOW)
    text = json.dumps(made, indent=1, ensure_ascii=False) + "\n"
    _write(to, contents | {METADATA: text.encode()})
    return len(contents) + 1


@contextmanager
def opened(archive: Path) -> Iterator[list[str]]:
    """Open an archive as the project that is used within, and yield what is wrong with its files.

    Every file is compared with the SHA-256 that the crate says.

    Raises
    ------
    ReleaseError
        It is no archive of this kind, or a file in it would be written elsewhere.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "release"
        _extract(archive, folder)
        problems = _wrong_files(folder)
        before = os.environ.get(places.PROJECT)
        os.environ[places.PROJECT] = str(folder)
        try:
            yield problems
        finally:
            os.environ.pop(places.PROJECT)
            if before is not None:
                os.environ[places.PROJECT] = before


def _extract(archive: Path, folder: Path) -> None:
    if archive.is_dir():
        raise ReleaseError(
            f"{archive}: a folder; name an archive that `cxrstudy release` wrote, or nothing to "
            "review all results of the project"
        )
    if not archive.exists():
        raise ReleaseError(f"{archive}: no such file")
    try:
        with zipfile.ZipFile(archive) as opened_file:
            for name in opened_file.namelist():
                path = PurePosixPath(name)
                if path.is_absolute() or ".." in path.parts or "\\" in name:
                    raise ReleaseError(f"{archive}: {name} would be written outside of its folder")
            opened_file.extractall(folder)
    except (OSError, zipfile.BadZipFile) as problem:
        raise ReleaseError(f"{archive}: can't be opened: {problem}") from None
    if not (folder / METADATA).is_file() or not places.is_project(folder):
        raise ReleaseError(f"{archive}: no release; it holds no {METADATA}, or no project")


def _wrong_files(folder: Path) -> list[str]:
    try:
        graph = json.loads((folder / METADATA).read_text(encoding="utf-8"))["@graph"]
        listed = {each["@id"]: each["sha256"] for each in graph if "sha256" in each}
    except (ValueError, KeyError, TypeError) as problem:
        return [f"{METADATA}: can't be read: {problem}"]
    here = _folder(folder, "")
    here.pop(METADATA, None)
    problems = [f"{path}: missing" for path in listed if path not in here]
    problems += [f"{path}: not listed in {METADATA}" for path in here if path not in listed]
    problems += [
        f"{path}: differs from the SHA-256 in {METADATA}"
        for path, content in here.items()
        if path in listed and hashlib.sha256(content).hexdigest() != listed[path]
    ]
    return problems


def _notebooks(folder: Path) -> list[Path]:
    return places.visible(folder, "*.ipynb")


def _project() -> dict[str, bytes]:
    root = places.root()
    found: dict[str, bytes] = {}
    for part in PARTS:
        mine = _folder(root / part, part)
        found |= {path: content for path, content in mine.items() if path.endswith(TEXTS)}
    for name in SINGLE:
        if (root / name).is_file():
            found[name] = (root / name).read_bytes()
    return found


def _described(day: str) -> dict[str, bytes]:
    """Croissant for every manifest that has a card."""
    found = {}
    for path in places.visible(places.manifests(), "*.csv"):
        if path.with_suffix(".yaml").is_file():
            text = json.dumps(croissant(path, day), indent=1, ensure_ascii=False) + "\n"
            found[f"data_manifests/{path.stem}.croissant.json"] = text.encode()
    return found


def _folder(folder: Path, name: str) -> dict[str, bytes]:
    """Files of a folder by their path in the archive, without hidden ones."""
    found = {}
    for path in sorted(folder.rglob("*")):
        relative = path.relative_to(folder)
        hidden = any(part.startswith(".") or part == "__pycache__" for part in relative.parts)
        if path.is_file() and not hidden:
            found[(PurePosixPath(name) / relative.as_posix()).as_posix()] = path.read_bytes()
    return found


def _facts(content: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(content).hexdigest(), "contentSize": len(content)}


def _inputs(project: dict[str, bytes]) -> list[str]:
    """What a page is executed from, beside its notebook; see :mod:`cxrstudy.pages.executed`."""
    read = tuple(f"{name}/" for name in PARTS if name != "notebooks")
    return [path for path in sorted(project) if path.startswith(read)]


def _write(to: Path, contents: dict[str, bytes]) -> None:
    with tempfile.TemporaryFile() as made:
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in sorted(contents.items()):
                entry = zipfile.ZipInfo(path, EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content)
        made.seek(0)
        to.parent.mkdir(parents=True, exist_ok=True)
        write_file(to, made.read())

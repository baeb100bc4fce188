"""Build: the manifest of a publisher's set, from its label files and the images that a user has.

Hashing 100,000 files takes long, so every hash is kept in a file as soon as it is known, and the
same command goes on where it stopped. Files are looked for where the publisher's archives put them,
and elsewhere in the folder under the end of their path, because Kaggle and AIMI lay sets out anew.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pandas as pd
import yaml

from cxrstudy.base import numbers, places
from cxrstudy.base.atomic import write_file
from cxrstudy.base.progress import progress
from cxrstudy.base.visible_files import visible_files
from cxrstudy.base.words import counted
from cxrstudy.data.card import Card, count
from cxrstudy.data.manifest import COLUMNS, check_manifest, write_manifest
from cxrstudy.data.sources.labels import Reading
from cxrstudy.data.split import SplitRule, split_of
from cxrstudy.pixels.decode import UnreadableImage, read_file
from cxrstudy.pixels.sniff import look

#: One rule for all publishers' sets, so that a patient who is in several of them (NIH, RSNA and
#: COVIDx name the same people in the same way) is in one split.
RULE = SplitRule(salt=0, test=0.25, validation=0.15)

_ENDINGS = (".png", ".jpg", ".jpeg", ".dcm", ".dicom")


class BuildError(ValueError):
    """A manifest can't be built; the message says what is missing and what to do."""


class Facts(NamedTuple):
    """What is kept of a file: its size and time, by which a change is seen, and what was found."""

    size: int
    time: int
    sha256: str
    width: int
    height: int
    problem: str


@dataclass(frozen=True)
class Built:
    """What was written, and what a user should know of it, in lines of text."""

    table: pd.DataFrame
    files: tuple[Path, Path]
    said: tuple[str, ...]


def build(card: Card, reading: Reading, folder: Path, subset: bool, workers: int = 4) -> Built:
    """Write manifest and card of a set into the user's own folder.

    Parameters
    ----------
    card
        Card of the set, as the project has it; its counts are those of the whole set.
    reading
        From the set's adapter.
    folder
        Folder of the files.
    subset
        Whether images whose files are missing are left out. Otherwise they are an error.
    workers
        Number of threads that hash.

    Raises
    ------
    BuildError
        Files are missing, can't be read, or none is there.
    """
    rows = reading.rows
    lying = [
        path.relative_to(folder).as_posix()
        for path in visible_files(folder)
        if path.suffix.lower() in _ENDINGS
    ]
    found = locate(rows["path"].tolist(), lying)
    there = rows["path"].isin(list(found))
    lacking = rows["path"][~there & (rows["excluded"] == "")]
    if not there.any() or (len(lacking) and not subset):
        raise BuildError(
            f"{folder}: {numbers.count(len(lacking))} of {numbers.count(len(rows))} images are not "
            f"there, for example {lacking.iloc[0] if len(lacking) else rows['path'].iloc[0]}. "
            "Unpack the rest here, or leave them out with --subset"
        )
    table = rows[there].assign(path=rows["path"][there].map(found)).reset_index(drop=True)
    facts = hash_files(folder, table["path"].tolist(), _kept(card.name), workers)
    table, problems = _with_facts(table, facts)
    if problems and not subset:
        raise BuildError(
            f"{folder}: {numbers.count(len(problems))} images can't be read, for example "
            f"{problems[0]}. Download them again, or leave them out with --subset"
        )
    table["split"] = [split_of(patient, RULE) for patient in table["patient"]]
    files = _write(card, table[list(COLUMNS)], folder)
    missing = len(rows) - len(table)
    said = [
        f"{counted(len(table), 'image')} of {counted(table['patient'].nunique(), 'patient')}",
        *([f"listed images left out: {numbers.count(missing)}"] if missing else []),
        *(f"can't be read: {problem}" for problem in problems[:3]),
    ]
    return Built(table, files, tuple(said))


def locate(paths: Sequence[str], lying: Iterable[str]) -> dict[str, str]:
    """Find files under their path, or under the longest end of it that exactly one file has.

    Parameters
    ----------
    paths
        Paths as the publisher's files name them.
    lying
        Paths of the files that are there.

    Returns
    -------
    File of each path that was found.

    Examples
    --------
    >>> locate(["images/1.png", "train/p1/1.jpg"], ["images_001/images/1.png", "batch 2/p1/1.jpg"])
    {'images/1.png': 'images_001/images/1.png', 'train/p1/1.jpg': 'batch 2/p1/1.jpg'}
    """
    whole = set(lying)
    ends = defaultdict[str, list[str]](list)
    for file in sorted(whole):
        parts = PurePosixPath(file).parts
        for start in range(len(parts)):
            ends["/".join(parts[start:])].append(file)
    found = {}
    for path in paths:
        parts = PurePosixPath(path).parts
        tails = ("/".join(parts[start:]) for start in range(len(parts)))
        fitting = next((ends[tail] for tail in tails if tail in ends), [])
        if path in whole or len(fitting) == 1:
            found[path] = path if path in whole else fitting[0]
    used = pd.Series(found).value_counts()
    return {path: file for path, file in found.items() if used[file] == 1 or path == file}


def hash_files(folder: Path, paths: Sequence[str], kept: Path, workers: int) -> dict[str, Facts]:
    """Hash files; those whose size and time are as they were are not read again.

    Parameters
    ----------
    folder, paths
        Folder of the files, and their paths in it.
    kept
        File of the hashes that are known. Each new one is added at once.
    workers
        Number of threads.
    """
    known = _read_kept(kept)
    states = {path: (folder / path).stat() for path in paths}
    facts = {
        path: known[path]
        for path, state in states.items()
        if path in known and known[path][:2] == (state.st_size, state.st_mtime_ns)
    }
    todo = [path for path in states if path not in facts]
    kept.parent.mkdir(parents=True, exist_ok=True)
    pool = ThreadPoolExecutor(workers)
    try:
        with (
            kept.open("a", encoding="utf-8", newline="") as stream,
            progress(pool.map(_looker(folder), todo), "hashing", total=len(todo)) as looked,
        ):
            writer = csv.writer(stream)
            for path, fact in zip(todo, looked, strict=True):
                facts[path] = fact
                writer.writerow([path, *fact])
                stream.flush()
    finally:
        pool.shutdown(cancel_futures=True)
    return facts


def _looker(folder: Path) -> Callable[[str], Facts]:
    def looked(path: str) -> Facts:
        state = (folder / path).stat()
        try:
            content = read_file(folder / path)
            seen = look(content, folder / path)
        except UnreadableImage as problem:
            said = f"{problem.code} {problem.detail}"
            return Facts(state.st_size, state.st_mtime_ns, "", 0, 0, said)
        digest = sha256(content).hexdigest()
        return Facts(state.st_size, state.st_mtime_ns, digest, seen.width, seen.height, "")

    return looked


def _kept(name: str) -> Path:
    return places.own() / "hashes" / f"{name}.csv"


def _read_kept(kept: Path) -> dict[str, Facts]:
    """Known hashes; a last line that was cut off by a stop is not among them."""
    if not kept.exists():
        return {}
    with kept.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream) if len(row) == 1 + len(Facts._fields)]
    return {
        path: Facts(int(size), int(time), digest, int(width), int(height), problem)
        for path, size, time, digest, width, height, problem in rows
        if len(digest) == 64 or problem
    }


def _with_facts(table: pd.DataFrame, facts: dict[str, Facts]) -> tuple[pd.DataFrame, list[str]]:
    """Add hashes and sizes; rows whose file can't be read are left out and named."""
    read = [facts[path] for path in table["path"]]
    fine = pd.Series([not one.problem for one in read], table.index)
    problems = [
        f"{path}: {one.problem}"
        for path, one, excluded in zip(table["path"], read, table["excluded"], strict=True)
        if one.problem and not excluded
    ]
    filled = table.assign(sha256=[one.sha256 for one in read])
    for side in ("width", "height"):
        found = pd.Series([getattr(one, side) for one in read], table.index)
        filled[side] = filled[side].where(filled[side] > 0, found)
    return filled[fine].reset_index(drop=True), problems


def _write(card: Card, table: pd.DataFrame, folder: Path) -> tuple[Path, Path]:
    manifest = places.own() / f"{card.name}.csv"
    checked = check_manifest(table, card.labels, str(manifest))
    counts = {what: n for what, n in count(checked, card.labels).items() if what != "no_label"}
    mine = card.model_dump() | {"counts": counts, "folder": str(folder.resolve())}
    text = yaml.safe_dump(mine, sort_keys=False, allow_unicode=True)
    manifest.parent.mkdir(parents=True, exist_ok=True)
    write_manifest(checked, manifest)
    write_file(manifest.with_suffix(".yaml"), text.encode())
    return manifest, manifest.with_suffix(".yaml")

"""Data sets: list the sets, their images, and the expected paths of their files.

A file is in the data folder, under the image's ``path``. It is either the original or the reduced
copy that the manifest lists; a data folder contains only one of the two kinds. The format of a file
is detected from its content, so a ``.jpg`` file that contains PNG is read correctly. Excluded
images are never read and do not belong to a data set.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cxrstudy.base import numbers, places

if TYPE_CHECKING:  # not needed for --help, which must be fast
    from cxrstudy.data.card import Card

_ORIGIN = re.compile(r"(?P<repository>[^@:]+)@(?P<commit>[^@:]+):(?P<path>.+)")


class FetchError(ValueError):
    """Files can't be found, verified or downloaded; the message says what to do."""


@dataclass(frozen=True)
class Image:
    """The columns of a manifest's row that are needed to download and verify a file."""

    path: str
    sha256: str
    prepared_sha256: str
    origin: str
    licence: str

    @property
    def pinned(self) -> str:
        """Address of the original at a code host or a mirror: ``<repository>/<commit>/<path>``.

        Raises
        ------
        FetchError
            The row has no origin, or its form is wrong.
        """
        found = _ORIGIN.fullmatch(self.origin)
        if not found:
            raise FetchError(
                f"{self.path}: origin {self.origin!r} is not repository@commit:path; "
                "correct the manifest"
            )
        return _inside("/".join(found.group("repository", "commit", "path")))


@dataclass(frozen=True)
class DataSet:
    """A data set: its card and, if there is a manifest, its included images.

    ``excluded`` contains the paths of the images that are not used, whose files may exist.
    """

    card: Card
    images: tuple[Image, ...] | None
    excluded: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the set, as in commands."""
        return self.card.name

    @property
    def fetchable(self) -> bool:
        """Whether every original can be downloaded from a pinned address without an agreement."""
        pinned = bool(self.images) and all(image.origin for image in self.images or ())
        return self.card.access == "open" and pinned

    def present(self, folder: Path) -> int:
        """Number of images whose file exists; the files are not read."""
        return sum((folder / image.path).is_file() for image in self.images or ())


def set_names() -> list[str]:
    """Names of the sets that have a card; user-supplied ones last."""
    return list(_cards())


def open_set(name: str) -> DataSet:
    """Read a set's card and, if it exists, its manifest.

    Raises
    ------
    FetchError
        There is no such set.
    CardError, ManifestError
        The card or the manifest breaks its schema.
    """
    from cxrstudy.data.card import read_card
    from cxrstudy.data.manifest import read_manifest

    cards = _cards()
    if name not in cards:
        raise FetchError(f"there is no set {name!r}; the sets are {', '.join(cards)}")
    table = cards[name].with_suffix(".csv")
    if not table.exists():
        return DataSet(read_card(cards[name]), None)
    manifest = read_manifest(table)
    columns = ("path", "sha256", "prepared_sha256", "origin", "licence")
    rows = manifest.included.loc[:, list(columns)].itertuples(index=False, name=None)
    images = tuple(Image(*row) for row in rows)
    excluded = manifest.table.loc[manifest.table["excluded"] != "", "path"]
    return DataSet(manifest.card, images, tuple(excluded))


def _cards() -> dict[str, Path]:
    folders = (places.manifests(), places.own(), places.manifests() / "user_supplied")
    cards = [path for folder in folders for path in places.visible(folder, "*.yaml")]
    first: dict[str, Path] = {}
    for path in cards:  # a set that the user has built goes before the card of all such sets
        first.setdefault(path.stem, path)
    return first


def where(data_set: DataSet) -> list[str]:
    """Describe the origin of a set and the expected paths of its files, as lines of text."""
    card, folder = data_set.card, places.data()
    apply = {"open": "published at", "registration": "register at", "agreement": "apply at"}
    lines = [
        f"{card.title}",
        f"access: {card.access}; {apply[card.access]} {' '.join(card.address.split())}",
        f"version: {' '.join(card.version.split())}",
        f"licence: {' '.join(card.licence.split())}",
        f"files: {' '.join(card.copies.split())}",
        f"data folder: {folder} (set the environment variable CXRSTUDY_DATA to change it)",
    ]
    if data_set.images is not None:
        here = data_set.present(folder)
        lines.append(f"present: {numbers.count(here)} of {numbers.count(len(data_set.images))}")
        lines += [f"expected: {pattern}" for pattern in _layout(data_set.images, folder)]
    if data_set.fetchable:
        return [*lines, f"to fetch the originals: cxrstudy data fetch {card.name} [--to FOLDER]"]
    return [*lines, *(f"note: {' '.join(trap.split())}" for trap in card.traps)]


def _layout(images: Sequence[Image], folder: Path) -> list[str]:
    """Folders of a set, each with the number of files and one example."""
    paths = [PurePosixPath(image.path) for image in images]
    counts = Counter(path.parent for path in paths)
    example = {path.parent: path.name for path in reversed(paths)}
    return [
        f"{numbers.count(count)} in {folder / parent}, such as {example[parent]}"
        for parent, count in sorted(counts.items())
    ]


def _inside(path: str) -> str:
    """Return a path, or raise an error if it leads out of its folder."""
    parts = PurePosixPath(path)
    if parts.is_absolute() or ".." in parts.parts or "\\" in path:
        raise FetchError(f"{path!r} leads out of its folder; correct the manifest")
    return path

"""Verify: check which files of a set are present, and compare their SHA-256 with the manifest.

A missing file that lies there under nearly the same name is told, and so are files without a row.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from cxrstudy.base.identity import file_sha256
from cxrstudy.base.threads import each
from cxrstudy.data.licence import publishable
from cxrstudy.data.sets import DataSet, FetchError, Image
from cxrstudy.data.twins import twins, unlisted

#: State of a file on disk, according to its SHA-256.
State = Literal["original", "prepared", "wrong", "missing"]


@dataclass(frozen=True)
class Verification:
    """State of the files of a set.

    Attributes
    ----------
    name, folder
        Name of the set, and the data folder that was checked.
    states
        Each included image and the state of its file.
    twins
        Missing path to the path of the file that it probably is.
    unlisted
        Image files in the set's folders that no row names, without twins.
    """

    name: str
    folder: Path
    states: tuple[tuple[Image, State], ...]
    twins: Mapping[str, str] = field(default_factory=dict)
    unlisted: tuple[str, ...] = ()

    @property
    def good(self) -> bool:
        """Whether every file exists and is the original or the prepared copy."""
        return not self.paths("wrong") and not self.paths("missing")

    def paths(self, state: State) -> list[str]:
        """Paths of the images whose files have a given state."""
        return [image.path for image, seen in self.states if seen == state]

    def summary(self) -> dict[str, Any]:
        """Counts by state and by licence, and wrong and missing files, as plain data."""
        states = Counter(state for _, state in self.states)
        licences = Counter(image.licence for image, _ in self.states)
        kinds: tuple[State, ...] = ("original", "prepared", "wrong", "missing")
        return {
            "set": self.name,
            "folder": str(self.folder),
            "good": self.good,
            "images": len(self.states),
            "counts": {state: states[state] for state in kinds},
            "licences": [
                {"licence": licence, "images": count, "publishable": publishable(licence)}
                for licence, count in licences.most_common()
            ],
            "wrong": self.paths("wrong"),
            "missing": self.paths("missing"),
            "twins": dict(self.twins),
            "unlisted": list(self.unlisted),
        }


def verify(data_set: DataSet, folder: Path, workers: int = 2) -> Verification:
    """Check the SHA-256 of every file of a set, and look for files that are not expected.

    Parameters
    ----------
    data_set
        From :func:`cxrstudy.data.sets.open_set`.
    folder
        Data folder.
    workers
        Number of threads.

    Raises
    ------
    FetchError
        The set has no manifest yet.
    """
    if data_set.images is None:
        raise FetchError(
            f"{data_set.name}: no manifest to compare files with. "
            f"See: cxrstudy data where {data_set.name}"
        )
    states = states_of(data_set.images, folder, workers)
    found = Verification(data_set.name, folder, tuple(zip(data_set.images, states, strict=True)))
    near = twins(folder, found.paths("missing"))
    listed = [*(image.path for image in data_set.images), *data_set.excluded]
    strangers = [path for path in unlisted(folder, listed) if path not in near.values()]
    return replace(found, twins=near, unlisted=tuple(strangers))


def state_of(image: Image, folder: Path) -> State:
    """State of the file of an image."""
    file = folder / image.path
    if not file.exists():
        return "missing"
    try:
        found = file_sha256(file)
    except OSError:  # a folder, or not readable
        return "wrong"
    if found == image.sha256:
        return "original"
    return "prepared" if found == image.prepared_sha256 else "wrong"


def states_of(images: Sequence[Image], folder: Path, workers: int) -> list[State]:
    """States of the files of images.

    Parameters
    ----------
    images
        Images of one set.
    folder
        Data folder.
    workers
        Number of threads.

    Returns
    -------
    One state per image, in order.
    """
    return list(each(lambda image: state_of(image, folder), images, workers, "checking"))

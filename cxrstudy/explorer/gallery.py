"""Gallery: the images that the explorer offers, for display and as input of networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy import phantom
from cxrstudy.base import places
from cxrstudy.data.role import Role
from cxrstudy.explorer.case import Facts
from cxrstudy.explorer.encode import SHOWN, outline, shrink
from cxrstudy.pixels import decode

Grey = NDArray[np.uint8]


class Picture(Protocol):
    """An image that is available in several sizes."""

    def shown(self) -> Grey:
        """The image for display: original proportions, longer side at most :data:`SHOWN`."""

    def square(self, pixels: int) -> Grey:
        """The image as a square, as input of a network."""

    def outline(self) -> str | None:
        """Outline of the lesion; see :class:`cxrstudy.explorer.case.Case`."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """An image that was read from a file, without a known lesion."""

    grey: Grey

    def shown(self) -> Grey:
        """The image for display."""
        return shrink(self.grey)

    def square(self, pixels: int) -> Grey:
        """The image as a square, resized as in training."""
        return decode.fit(self.grey, pixels)

    def outline(self) -> str | None:
        """None, because the lesion is not known."""
        return None


@dataclass(frozen=True)
class Stored:
    """An image in the data folder, which is read when it is needed."""

    path: Path

    def shown(self) -> Grey:
        """The image for display."""
        return _read(self.path).shown()

    def square(self, pixels: int) -> Grey:
        """The image as a square, as input of a network."""
        return _read(self.path).square(pixels)

    def outline(self) -> str | None:
        """None, because the lesion is not known."""
        return None


@dataclass(frozen=True)
class Rendered:
    """A phantom, with a known lesion."""

    address: str

    @cached_property
    def _truth(self) -> phantom.Phantom:
        return phantom.render(self.address, SHOWN)

    def shown(self) -> Grey:
        """The image for display."""
        return self._truth.image

    def square(self, pixels: int) -> Grey:
        """The image as a square, rendered at this size, as in training."""
        return phantom.read(self.address, pixels)

    def outline(self) -> str | None:
        """Outline of the lesion."""
        return outline(self._truth.lesion)


@dataclass(frozen=True)
class Item:
    """An image of a gallery.

    Attributes
    ----------
    id
        Id of the image.
    picture
        Gives its pixels.
    facts
        Facts from the manifest; None for an upload.
    truth
        Known labels, and whether each is present.
    """

    id: str
    picture: Picture
    facts: Facts | None
    truth: dict[str, bool]


def items_of(role: Role, rows: Sequence[int] | NDArray[np.intp]) -> list[Item]:
    """Convert rows of a role to items of a gallery."""
    table = role.table.iloc[rows]
    return [
        Item(str(row["id"]), _picture(str(row["path"])), _facts(row), _truth(role, int(number)))
        for number, (_, row) in zip(rows, table.iterrows(), strict=True)
    ]


def evenly_spaced(rows: NDArray[np.intp], limit: int) -> NDArray[np.intp]:
    """Select at most `limit` evenly spaced rows, so that all parts of a sorted table are shown."""
    if len(rows) <= limit:
        return rows
    return rows[np.linspace(0, len(rows) - 1, limit).round().astype(np.intp)]


def squares(items: Sequence[Item], pixels: int) -> Grey:
    """Images as squares, as input of a network: (n, pixels, pixels)."""
    return np.stack([item.picture.square(pixels) for item in items])


@lru_cache(maxsize=2)  # read once for display, and once more for each network
def _read(path: Path) -> Decoded:
    return Decoded(decode.read_grey(path))


def _picture(path: str) -> Picture:
    return Rendered(path) if path.startswith("phantom:") else Stored(places.data() / path)


def _facts(row: pd.Series) -> Facts:
    age = None if pd.isna(row["age"]) else float(row["age"])
    texts = {name: str(row[name]) for name in ("patient", "source", "view", "sex", "licence")}
    return Facts(age=age, **texts)


def _truth(role: Role, row: int) -> dict[str, bool]:
    known = zip(role.labels, role.truth[row], strict=True)
    return {name: bool(value) for name, value in known if not np.isnan(value)}

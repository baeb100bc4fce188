"""Gallery: the images that the explorer offers, and how each network sees them."""

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
    """An image in whichever size is wanted."""

    def shown(self) -> Grey:
        """As it is shown to people: its own proportions, longer side :data:`SHOWN` at most."""

    def square(self, pixels: int) -> Grey:
        """As a network sees it: a square."""

    def outline(self) -> str | None:
        """Where the lesion is; see :class:`cxrstudy.explorer.case.Case`."""


@dataclass(frozen=True, eq=False)
class Decoded:
    """An image that was read from a file, whose lesion nobody drew."""

    grey: Grey

    def shown(self) -> Grey:
        """As it is shown to people."""
        return shrink(self.grey)

    def square(self, pixels: int) -> Grey:
        """As a network sees it: squashed, as in training."""
        return decode.fit(self.grey, pixels)

    def outline(self) -> str | None:
        """Say that nothing is known."""
        return None


@dataclass(frozen=True)
class Stored:
    """An image that lies in the data folder; read when it is looked at."""

    path: Path

    def shown(self) -> Grey:
        """As it is shown to people."""
        return _read(self.path).shown()

    def square(self, pixels: int) -> Grey:
        """As a network sees it."""
        return _read(self.path).square(pixels)

    def outline(self) -> str | None:
        """Say that nothing is known."""
        return None


@dataclass(frozen=True)
class Rendered:
    """A phantom, whose lesion is known."""

    address: str

    @cached_property
    def _truth(self) -> phantom.Phantom:
        return phantom.render(self.address, SHOWN)

    def shown(self) -> Grey:
        """As it is shown to people."""
        return self._truth.image

    def square(self, pixels: int) -> Grey:
        """As a network sees it: rendered at its size, as in training."""
        return phantom.read(self.address, pixels)

    def outline(self) -> str | None:
        """Draw around the lesion."""
        return outline(self._truth.lesion)


@dataclass(frozen=True)
class Item:
    """An image of a gallery.

    Attributes
    ----------
    id
        Of the image.
    picture
        Its pixels.
    facts
        What the manifest says; None for an upload.
    truth
        Labels that are known, and whether each is present.
    """

    id: str
    picture: Picture
    facts: Facts | None
    truth: dict[str, bool]


def items_of(role: Role, rows: Sequence[int] | NDArray[np.intp]) -> list[Item]:
    """Take rows of a role as images of a gallery."""
    table = role.table.iloc[rows]
    return [
        Item(str(row["id"]), _picture(str(row["path"])), _facts(row), _truth(role, int(number)))
        for number, (_, row) in zip(rows, table.iterrows(), strict=True)
    ]


def spread(rows: NDArray[np.intp], limit: int) -> NDArray[np.intp]:
    """Take at most ``limit`` rows, evenly, so that every source of a sorted table is among them."""
    if len(rows) <= limit:
        return rows
    return rows[np.linspace(0, len(rows) - 1, limit).round().astype(np.intp)]


def squares(items: Sequence[Item], pixels: int) -> Grey:
    """Gather images as a network sees them: (n, pixels, pixels)."""
    return np.stack([item.picture.square(pixels) for item in items])


@lru_cache(maxsize=2)  # it is read once to be shown, and once more for each network
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

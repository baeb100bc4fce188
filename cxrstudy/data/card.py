"""Card: the description of the source of a manifest, in a YAML file beside the table."""

from pathlib import Path
from typing import Literal

from pydantic import Field

from cxrstudy.base.schema import Strict, read_yaml


class CardError(ValueError):
    """A card breaks the schema; the message names file and field."""


class Card(Strict):
    """Description of a source: its origin, its licence, and the meaning of its labels."""

    name: str = Field(min_length=1)
    title: str = Field(min_length=1)
    citation: str = Field(min_length=1)
    address: str = Field(description="where the originals are published; empty for a generator")
    version: str = Field(description="the pinned commit, release or date")
    licence: str
    access: Literal["open", "registration", "agreement"]
    copies: str = Field(description="how the files used here differ from the originals")
    label_map: dict[str, str] = Field(description="label here: its name at the source")
    counts: dict[str, int] = Field(
        description="rows, excluded rows, patients; of the included rows, rows per label"
    )
    traps: list[str]

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the source states for its images."""
        return tuple(self.label_map)


def read_card(path: Path) -> Card:
    """Read and check a card.

    Raises
    ------
    CardError
        The card breaks its schema; the message names the file and all wrong fields.
    FileNotFoundError
        There is no such file.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: missing; every manifest needs a card, so write this file")
    return read_yaml(path, Card, CardError)

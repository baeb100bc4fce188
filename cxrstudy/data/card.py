"""Card: the description of the source of a manifest, in a YAML file beside the table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pandas as pd
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
    folder: str = Field(
        "", description="absolute folder of the files; empty: the data folder, as everywhere else"
    )

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that the source states for its images."""
        return tuple(self.label_map)


def read_card(path: Path) -> Card:
    """Read and check a card.

    Raises
    ------
    CardError
        The card breaks its schema, or its name is not that of its file; the message names the file
        and all wrong fields.
    FileNotFoundError
        There is no such file.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path}: missing; every manifest needs a card, so write this file")
    card = read_yaml(path, Card, CardError)
    if card.name != path.stem:
        raise CardError(
            f"{path}: name: {card.name!r} is not the name of the file; commands know the set as "
            f"{path.stem!r}, so write that"
        )
    return card


def count(table: pd.DataFrame, labels: Sequence[str]) -> dict[str, int]:
    """Count what a card may state about a table.

    Parameters
    ----------
    table
        Columns ``patient``, ``labels`` and ``excluded`` of a manifest.
    labels
        Names of the labels.

    Returns
    -------
    ``images``, ``excluded`` and ``patients``; and of the included rows, ``no_label`` and each
    label.
    """
    included = table[table["excluded"] == ""]
    cells = included["labels"].str.split("|")
    return {
        "images": len(table),
        "excluded": len(table) - len(included),
        "patients": int(table["patient"].nunique()),
        "no_label": int((included["labels"] == "").sum()),
    } | {label: int(sum(label in cell for cell in cells)) for label in labels}


def different_counts(card: Card, table: pd.DataFrame) -> list[str]:
    """Compare the counts that a card states with a table; empty if they agree.

    Parameters
    ----------
    card
        A card; counts that it does not state are not compared.
    table
        As for :func:`count`.
    """
    found = count(table, card.labels)
    return [
        f"the card says {name}: {stated}, the table has {found.get(name, 0)}"
        for name, stated in card.counts.items()
        if stated != found.get(name, 0)
    ]

"""Manifest: a table with one row per image and the same columns for every source.

A manifest is a CSV file in ``data_manifests/`` with a YAML card beside it
(:mod:`cxrstudy.data.card`), or a table from the phantom generator. It is checked when it is read,
so that later modules can rely on it: every patient has a name, and every label is declared.

A cell of the column ``labels`` lists the names of the present labels, joined by ``|``. An empty
cell means that none of the card's labels is present; ``?name`` means that this label is unknown for
this image. A label that is not in the card is unknown for every image of the source, because the
source did not examine it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.atomic import whole_file
from cxrstudy.base.identity import file_sha256
from cxrstudy.data.card import Card, different_counts, read_card
from cxrstudy.data.manifest_columns import COLUMNS, OPTIONAL, SPLITS, ManifestError
from cxrstudy.data.tables.kept import kept_table
from cxrstudy.data.tables.reader import TableError, read_table

__all__ = [
    "COLUMNS", "OPTIONAL", "SPLITS", "Manifest", "ManifestError", "check_manifest",
    "read_manifest", "truth", "write_manifest",
]  # fmt: skip


@dataclass(frozen=True)
class Manifest:
    """A checked table and its card.

    Attributes
    ----------
    table
        One row per image, columns :data:`COLUMNS`.
    card
        Description of the source, with its labels.
    """

    table: pd.DataFrame
    card: Card

    @property
    def included(self) -> pd.DataFrame:
        """Rows that are not excluded, numbered from 0."""
        return self.table[self.table["excluded"] == ""].reset_index(drop=True)


def read_manifest(path: Path) -> Manifest:
    """Read ``NAME.csv`` and the card ``NAME.yaml`` beside it.

    If the card names the folder of the files, ``path`` is absolute.

    Raises
    ------
    ManifestError
        The file can't be read as a table, the table breaks the schema or names a label that the
        card does not declare, or it has not the numbers of images that the card states.
    FileNotFoundError
        The table or its card is missing.
    """
    card = read_card(path.with_suffix(".yaml"))
    checked = kept_table(
        "manifest",
        lambda: [path.name, file_sha256(path), card.model_dump(mode="json")],
        lambda: _read_and_check(path, card),
    )
    if card.folder:
        checked["path"] = [f"{card.folder}/{path}" for path in checked["path"]]
    return Manifest(checked, card)


def _read_and_check(path: Path, card: Card) -> pd.DataFrame:
    from cxrstudy.data import manifest_schema

    try:
        table = read_table(path)
    except TableError as error:
        raise ManifestError(str(error)) from None
    checked = manifest_schema.checked(table, card.labels, str(path))
    differences = different_counts(card, checked)
    if differences:
        raise ManifestError(
            f"{path}: {'; '.join(differences)}. Put the whole table there, or correct the counts "
            f"in {path.with_suffix('.yaml').name}"
        )
    return checked


def check_manifest(table: pd.DataFrame, labels: Sequence[str], where: str) -> pd.DataFrame:
    """Check a table against the schema and a label vocabulary.

    Parameters
    ----------
    table
        A table with the columns :data:`COLUMNS`, in that order.
    labels
        Names of the declared labels.
    where
        Name of the file or generator, for error messages.

    Returns
    -------
    The table with the schema's types.

    Raises
    ------
    ManifestError
        The table breaks the schema. The message names the first ten wrong cells: row (as in an
        editor, the header is row 1), column and value.
    """
    from cxrstudy.data import manifest_schema

    # Row 1 is the header.
    return manifest_schema.checked(table.set_axis(range(2, len(table) + 2)), labels, where)


def write_manifest(table: pd.DataFrame, path: Path) -> None:
    """Write a checked table as CSV, one row per image, ordered by id."""
    columns = [*COLUMNS, *(name for name in OPTIONAL if name in table)]
    with whole_file(path) as unfinished:
        table.loc[:, columns].sort_values("id").to_csv(unfinished, index=False, lineterminator="\n")


def truth(
    labels: "pd.Series[str]", names: Sequence[str], carried: Sequence[str]
) -> NDArray[np.float32]:
    """Convert cells of the column ``labels`` to a matrix.

    Parameters
    ----------
    labels
        (n,) cells of the column.
    names
        Names of the k labels to return.
    carried
        Labels that the source states.

    Returns
    -------
    (n, k) array: 1 present, 0 absent, NaN unknown (marked ``?``, or not stated by the source).
    """
    cells = [frozenset(cell.split("|")) for cell in labels]
    matrix = np.full((len(cells), len(names)), np.nan, np.float32)
    for column, name in enumerate(names):
        if name in carried:
            matrix[:, column] = [np.nan if f"?{name}" in cell else name in cell for cell in cells]
    return matrix

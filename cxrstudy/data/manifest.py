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
import pandera.pandas as pa
from numpy.typing import NDArray

from cxrstudy.base.atomic import whole_file
from cxrstudy.data.card import Card, different_counts, read_card
from cxrstudy.data.rules import Wrong, wrong_cells
from cxrstudy.data.tables.reader import TableError, read_table

SPLITS = ("train", "validation", "test")
VIEWS = ("PA", "AP", "AP supine", "lateral", "unknown")
SEXES = ("F", "M", "unknown")


def _text(description: str, *checks: pa.Check, unique: bool = False) -> pa.Column:
    return pa.Column(str, checks=list(checks), coerce=True, unique=unique, description=description)


def _number(kind: type, description: str, check: pa.Check, nullable: bool = False) -> pa.Column:
    return pa.Column(kind, checks=check, coerce=True, nullable=nullable, description=description)


_named = pa.Check.str_length(min_value=1)
_sha256 = pa.Check.str_matches(r"^[0-9a-f]{64}$")
_sha256_or_empty = pa.Check.str_matches(r"^([0-9a-f]{64})?$")

SCHEMA = pa.DataFrameSchema(
    {
        "id": _text("name, unique in the manifest", _named, unique=True),
        "path": _text("file, relative to the data folder; or a phantom's address", _named),
        "sha256": _text("SHA-256 of the original file; of the recipe for a phantom", _sha256),
        "origin": _text("address of the original: repository@commit:path; may be empty"),
        "prepared_sha256": _text(
            "SHA-256 of a reduced copy that is accepted in its place; may be empty",
            _sha256_or_empty,
        ),
        "patient": _text("patient, the same name in every manifest", _named),
        "source": _text("data set or site of the image", _named),
        "view": _text("projection", pa.Check.isin(VIEWS)),
        "sex": _text("F, M or unknown", pa.Check.isin(SEXES)),
        "age": _number(
            float, "years; empty when unknown", pa.Check.in_range(0, 120), nullable=True
        ),
        "width": _number(int, "of the original, in pixels", pa.Check.ge(1)),
        "height": _number(int, "of the original, in pixels", pa.Check.ge(1)),
        "licence": _text("of this image, as stated; or 'not stated'", _named),
        "labels": _text("present labels joined by |; ?name is unknown"),
        "split": _text("train, validation or test", pa.Check.isin(SPLITS)),
        "excluded": _text("empty, or the reason why the image is not used"),
        "date": pa.Column(
            str,
            checks=pa.Check.str_matches(r"^(\d{4}(-\d\d(-\d\d)?)?)?$"),
            required=False,
            description="year, month or day of the image; the column may be absent, a cell empty",
        ),
    },
    strict=True,
    ordered=True,
)
COLUMNS = tuple(name for name, column in SCHEMA.columns.items() if column.required)
#: Columns that a manifest may have.
OPTIONAL = tuple(name for name, column in SCHEMA.columns.items() if not column.required)


class ManifestError(ValueError):
    """A manifest breaks the schema; the message names file, row, column and value."""


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
    try:
        table = read_table(path)
    except TableError as error:
        raise ManifestError(str(error)) from None
    checked = _checked(table, card.labels, str(path))
    differences = different_counts(card, checked)
    if differences:
        raise ManifestError(
            f"{path}: {'; '.join(differences)}. Put the whole table there, or correct the counts "
            f"in {path.with_suffix('.yaml').name}"
        )
    if card.folder:
        checked["path"] = [f"{card.folder}/{path}" for path in checked["path"]]
    return Manifest(checked, card)


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
    # Row 1 is the header.
    return _checked(table.set_axis(range(2, len(table) + 2)), labels, where)


def _checked(table: pd.DataFrame, labels: Sequence[str], where: str) -> pd.DataFrame:
    """Check a table whose index is the row in the file; number the result from 0."""
    wrong = wrong_cells(table)
    if wrong:
        raise ManifestError(_list_of([_said(cell, where) for cell in wrong]))
    try:
        checked = SCHEMA.validate(table.replace({"age": {"": np.nan}}), lazy=True)
    except pa.errors.SchemaErrors as error:
        raise ManifestError(_list_of(_describe(error.failure_cases, where))) from None
    for row, cell in checked["labels"].items():
        for name in cell.split("|") if cell else ():
            if name.removeprefix("?") not in labels:
                raise ManifestError(
                    f"{where}, row {row}, column labels: {name!r} is not a label of this "
                    f"source; its labels are {', '.join(labels)}. Add it to the card or correct "
                    "the row."
                )
    patients = checked.groupby("patient")["split"].nunique()
    if (patients > 1).any():
        patient = patients.index[patients > 1][0]
        rows = checked.index[checked["patient"] == patient].tolist()
        raise ManifestError(
            f"{where}, rows {rows}, column split: patient {patient!r} is in more than one split; "
            "give all images of a patient the same split."
        )
    return checked.reset_index(drop=True)


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


def _said(cell: Wrong, where: str) -> str:
    return f"{where}, row {cell.row}, column {cell.column} is {cell.value!r}; rule: {cell.rule}"


def _list_of(lines: Sequence[str]) -> str:
    more = [f"... and {len(lines) - 10} more"] if len(lines) > 10 else []
    return "\n".join([*lines[:10], *more])


def _describe(failures: pd.DataFrame, where: str) -> list[str]:
    # For a cell of a wrong type, pandera reports every check as failed, also those it can't apply.
    wrong_type = failures["check"].str.startswith("coerce_dtype")
    columns = failures.loc[wrong_type, "column"]
    failures = failures[wrong_type | ~failures["column"].isin(columns)]
    lines = []
    for case in failures.itertuples():
        at = f", row {int(case.index)}" if pd.notna(case.index) else ""
        # Pandera reports a missing or additional column as a failure of the whole table.
        column = case.column if case.schema_context == "Column" else case.failure_case
        value = f" is {case.failure_case!r}" if case.schema_context == "Column" else ""
        lines.append(f"{where}{at}, column {column}{value}; rule: {case.check}")
    return lines

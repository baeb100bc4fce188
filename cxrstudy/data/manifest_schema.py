"""Schema of a manifest: what each column holds, and the check of a whole table.

Only :mod:`cxrstudy.data.manifest` checks tables with it, when it meets one that it has not checked
before: the import of pandera takes longer than planning a study.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pandera.pandas as pa

from cxrstudy.data.manifest_columns import SEXES, SPLITS, VIEWS, ManifestError
from cxrstudy.data.rules import Wrong, wrong_cells


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


def checked(table: pd.DataFrame, labels: Sequence[str], where: str) -> pd.DataFrame:
    """Check a table whose index is the row in the file; number the result from 0.

    Raises
    ------
    ManifestError
        The table breaks the schema, or names a label that is not declared.
    """
    wrong = wrong_cells(table)
    if wrong:
        raise ManifestError(_list_of([_said(cell, where) for cell in wrong]))
    try:
        whole = SCHEMA.validate(table.replace({"age": {"": np.nan}}), lazy=True)
    except pa.errors.SchemaErrors as error:
        raise ManifestError(_list_of(_describe(error.failure_cases, where))) from None
    for row, cell in whole["labels"].items():
        for name in cell.split("|") if cell else ():
            if name.removeprefix("?") not in labels:
                raise ManifestError(
                    f"{where}, row {row}, column labels: {name!r} is not a label of this "
                    f"source; its labels are {', '.join(labels)}. Add it to the card or correct "
                    "the row."
                )
    patients = whole.groupby("patient")["split"].nunique()
    if (patients > 1).any():
        patient = patients.index[patients > 1][0]
        rows = whole.index[whole["patient"] == patient].tolist()
        raise ManifestError(
            f"{where}, rows {rows}, column split: patient {patient!r} is in more than one split; "
            "give all images of a patient the same split."
        )
    return whole.reset_index(drop=True)


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

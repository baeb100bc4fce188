"""CXR119: label predicted from the date alone, and splits that are not in order of time."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.metadata_classifier import outcome_of_guesses
from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.data.role import Role

CODE, TITLE = "CXR119", "label predicted from the date alone, or splits not in order of time"
ADVICE = "Compare classes from the same months, or report the AUROC of the date alone."


def check(evidence: Evidence) -> CheckResult:
    """Predict labels from the date, and compare the dates of training and test.

    A manifest may have a column ``date``: year, month or day. Images of before 2020 show no
    COVID-19, so that the year alone can give it away. If training images are later than test
    images, the result does not say how well a network does on later patients.
    """
    dates = {name: days(role.table) for name, role in evidence.roles.items()}
    if all(np.isnan(known).all() for known in dates.values()):
        return CheckResult(
            CODE, TITLE, "not applicable", 0, row_table(), "No manifest has a date.",
            "Nothing to do.",
        )  # fmt: skip
    guessed = outcome_of_guesses(
        CODE, TITLE, evidence, _features,
        ADVICE,
    )  # fmt: skip
    mixed = list(_mixed(evidence, dates))
    if not mixed:
        return guessed
    return replace(
        guessed,
        state=gravest([guessed.state, "note"]),
        count=guessed.count + len(mixed),
        rows=pd.concat([guessed.rows, row_table(mixed)], ignore_index=True),
        detail=f"{guessed.detail} In {counted(len(mixed), 'role')} training images are later than "
        "the first test image.",
        advice=guessed.advice
        if guessed.count
        else "Say that the test is not of later patients, or split by date.",
    )


def days(table: pd.DataFrame) -> NDArray[np.float64]:
    """Days since 1970 of the column ``date``: the first day of a month or year, NaN if unknown.

    Examples
    --------
    >>> days(pd.DataFrame({"date": ["1970-01-03", "1971", ""]})).tolist()
    [2.0, 365.0, nan]
    """
    if "date" not in table:
        return np.full(len(table), np.nan)
    said = table["date"].fillna("").astype(str)
    when = np.array([text or "NaT" for text in said], "datetime64[D]")
    return np.where(np.isnat(when), np.nan, when.astype(np.int64)).astype(np.float64)


def _features(evidence: Evidence, role: Role) -> NDArray[np.float64] | None:
    known = days(role.table)
    return None if np.isnan(known).all() else known[:, None]


def _mixed(evidence: Evidence, dates: dict[str, NDArray[np.float64]]) -> Iterator[dict[str, str]]:
    """Roles with training images that are later than a test image."""
    for name, role in evidence.roles.items():
        train, test = (dates[name][role.rows(split)] for split in ("train", "test"))
        train, test = train[~np.isnan(train)], test[~np.isnan(test)]
        if not len(train) or not len(test):
            continue
        earliest = test.min()
        later = float((train > earliest).mean())
        if later:
            share = numbers.percent(later, [0.0])
            yield row(f"{share} of the training images are later than the first test image", name)

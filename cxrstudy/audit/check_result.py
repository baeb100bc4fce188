"""CheckResult: what a check of the audit has to say."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

#: From the gravest to the least. ``issue``: numbers on this cohort would mislead; ``note``: a
#: reader has to know; ``not applicable``: the cohort has nothing of this kind.
CheckState = Literal["issue", "could not be checked", "note", "pass", "not applicable"]
GRAVEST_FIRST: tuple[CheckState, ...] = (
    "issue", "could not be checked", "note", "pass", "not applicable",
)  # fmt: skip

#: Of the rows concerned. ``id`` and ``manifest`` are empty where a whole role is meant.
ROW_COLUMNS = ("id", "role", "manifest", "what")


class CannotCheck(Exception):
    """What a check needs can't be had; the message says what, in a sentence."""


@dataclass(frozen=True)
class CheckResult:
    """What a check found.

    Attributes
    ----------
    code
        ``CXR`` and three digits: stable, never used again for something else.
    title
        What is looked for, in a few words.
    state
        How it ended.
    count
        How many there are of what was looked for: pairs, patients, images or roles; `detail` says.
    rows
        The rows concerned, columns :data:`ROW_COLUMNS`.
    detail
        What was measured, in a sentence, with an interval where there is one.
    advice
        What to do, in a sentence.
    """

    code: str
    title: str
    state: CheckState
    count: int
    rows: pd.DataFrame
    detail: str
    advice: str


def row(what: str, role: str, manifest: str = "", id: str = "") -> dict[str, str]:
    """Make a row concerned."""
    return {"id": id, "role": role, "manifest": manifest, "what": what}


def row_table(rows: Iterable[Mapping[str, str]] = ()) -> pd.DataFrame:
    """Make the table of the rows concerned."""
    return pd.DataFrame(list(rows), columns=list(ROW_COLUMNS), dtype=str)


def gravest(states: Iterable[CheckState]) -> CheckState:
    """Choose the gravest of some states; nothing to look at is not applicable."""
    return min(states, key=GRAVEST_FIRST.index, default="not applicable")

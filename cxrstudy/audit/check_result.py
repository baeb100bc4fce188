"""Check result: the result of a check of the audit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

#: From the most to the least severe. ``issue``: numbers on this cohort would mislead; ``note``: a
#: reader should know; ``not applicable``: the cohort has nothing of this kind.
CheckState = Literal["issue", "could not be checked", "note", "pass", "not applicable"]
GRAVEST_FIRST: tuple[CheckState, ...] = (
    "issue", "could not be checked", "note", "pass", "not applicable",
)  # fmt: skip

#: Columns of the rows concerned. ``id`` and ``manifest`` are empty if a row is about a whole role.
ROW_COLUMNS = ("id", "role", "manifest", "what")


class CannotCheck(Exception):
    """Something that a check needs is not available; the message says what."""


@dataclass(frozen=True)
class CheckResult:
    """The result of a check.

    Attributes
    ----------
    code
        ``CXR`` and three digits: stable, never reused.
    title
        What the check looks for, in a few words.
    state
        The outcome.
    count
        Number of findings: pairs, patients, images or roles, as `detail` says.
    rows
        The rows concerned, columns :data:`ROW_COLUMNS`.
    detail
        What was measured, in a sentence, with an interval if there is one.
    advice
        What to do, in a sentence.
    unchecked
        What could not be checked beside what was found, and what to provide; empty if nothing.
    """

    code: str
    title: str
    state: CheckState
    count: int
    rows: pd.DataFrame
    detail: str
    advice: str
    unchecked: str = ""


def row(what: str, role: str, manifest: str = "", id: str = "") -> dict[str, str]:
    """Make one of the rows concerned."""
    return {"id": id, "role": role, "manifest": manifest, "what": what}


def row_table(rows: Iterable[Mapping[str, str]] = ()) -> pd.DataFrame:
    """Make the table of the rows concerned."""
    return pd.DataFrame(list(rows), columns=list(ROW_COLUMNS), dtype=str)


def gravest(states: Iterable[CheckState]) -> CheckState:
    """The most severe of several states; without states, not applicable."""
    return min(states, key=GRAVEST_FIRST.index, default="not applicable")

"""Pairs: which copies of an image matter, and how they are reported."""

from collections.abc import Iterable, Sequence

import pandas as pd

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers


def leaks(images: pd.DataFrame, first: int, second: int) -> bool:
    """Whether one image of a pair is used for training and the other for testing.

    This is so for two splits of one role, or if one image is in the target's test split or external
    and the other is in another role.
    """
    one, other = images.iloc[first], images.iloc[second]
    return any(
        mine != theirs if role == also else _is_tested(role, mine) or _is_tested(also, theirs)
        for role, mine in _uses(one)
        for also, theirs in _uses(other)
    )


def judge(images: pd.DataFrame, first: int, second: int) -> CheckState | None:
    """Decide how severe a pair of copies is; None if it does not matter.

    A copy that is excluded, or in no role, is resolved: a note. A copy of the same patient without
    a leak only counts twice, which is also a note. All others are an issue. Copies within one split
    of one source do not matter here.
    """
    one, other = images.iloc[first], images.iloc[second]
    leaking = leaks(images, first, second)
    if not leaking and one["source"] == other["source"]:
        return None
    if not (one["used"] and other["used"]):
        return "note"
    return "issue" if leaking or one["person"] != other["person"] else "note"


def judge_copies(images: pd.DataFrame, first: int, second: int) -> CheckState | None:
    """Decide as `judge`, and also about copies within one split of one source.

    Under two patients' names they are of one patient, who counts twice: an issue, because names
    then do not tell who is who; or a note, if one of them is not used.
    """
    state = judge(images, first, second)
    if state or images["person"].iloc[first] == images["person"].iloc[second]:
        return state
    return "issue" if images["used"].iloc[[first, second]].all() else "note"


def outcome_of_pairs(
    code: str,
    title: str,
    evidence: Evidence,
    judged: Sequence[tuple[int, int, str, CheckState]],
    measured: str,
    advice: str,
) -> CheckResult:
    """Report pairs: first and second image, what is identical, how severe it is."""
    state: CheckState = gravest(state for *_, state in judged) if judged else "pass"
    remaining = sum(state == "issue" for *_, state in judged)
    detail = (
        f"Pairs that {measured}: {numbers.count(len(judged))}; for {numbers.count(remaining)} of "
        "them both images are used, although one should not be; the others are excluded, kept "
        "apart or known to be of one patient."
        if judged
        else f"No pairs {measured}."
    )
    rows = row_table(_told(evidence.images, judged))
    done = "Nothing: no such pair is used where it could mislead." if judged else "Nothing to do."
    return CheckResult(
        code, title, state, len(judged), rows, detail, advice if state == "issue" else done
    )


def _told(
    images: pd.DataFrame, judged: Iterable[tuple[int, int, str, CheckState]]
) -> Iterable[dict[str, str]]:
    for first, second, what, state in judged:
        one, other = images.iloc[first], images.iloc[second]
        dealt_with = "" if state == "issue" else "; resolved"
        told = f"{what} as {other['id']} ({other['source']}, {other['split']}){dealt_with}"
        yield row(told, ", ".join(one["roles"]), str(one["manifest"]), str(one["id"]))


def _uses(image: pd.Series) -> list[tuple[str, str]]:
    return [(role, image["split"]) for role in image["roles"]]


def _is_tested(role: str, split: str) -> bool:
    return role == "external" or (role == "target" and split == "test")

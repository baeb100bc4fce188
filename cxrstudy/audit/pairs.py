"""Pairs: which copies of an image matter, and how they are told."""

from collections.abc import Iterable, Sequence

import pandas as pd

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence


def leaks(images: pd.DataFrame, first: int, second: int) -> bool:
    """Whether one image of a pair is trained on and the other held back.

    That is so in two splits of one role; or where the target's test split, or an external image,
    meets another role.
    """
    one, other = images.iloc[first], images.iloc[second]
    return any(
        mine != theirs if role == also else _is_tested(role, mine) or _is_tested(also, theirs)
        for role, mine in _uses(one)
        for also, theirs in _uses(other)
    )


def judge(images: pd.DataFrame, first: int, second: int) -> CheckState | None:
    """Decide how grave a pair of copies is; None if it does not matter.

    A copy that is excluded, or in no role, is dealt with: a note. So is one of which nothing is
    wrong but that it counts twice: same patient, nothing leaks. All others are an issue. Copies
    within a source, of one split, are the business of whoever made the source.
    """
    one, other = images.iloc[first], images.iloc[second]
    leaking = leaks(images, first, second)
    if not leaking and one["source"] == other["source"]:
        return None
    if not (one["used"] and other["used"]):
        return "note"
    return "issue" if leaking or one["person"] != other["person"] else "note"


def outcome_of_pairs(
    code: str,
    title: str,
    evidence: Evidence,
    judged: Sequence[tuple[int, int, str, CheckState]],
    measured: str,
    advice: str,
) -> CheckResult:
    """Tell the pairs: first and second image, what they share, how grave that is."""
    state: CheckState = gravest(state for *_, state in judged) if judged else "pass"
    remaining = sum(state == "issue" for *_, state in judged)
    detail = (
        f"{len(judged)} pairs {measured}; of {remaining} both images are used where one of them "
        "must not be, the others are excluded, kept apart or known to be one patient's."
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
        dealt_with = "" if state == "issue" else "; dealt with"
        told = f"{what} as {other['id']} ({other['source']}, {other['split']}){dealt_with}"
        yield row(told, ", ".join(one["roles"]), str(one["manifest"]), str(one["id"]))


def _uses(image: pd.Series) -> list[tuple[str, str]]:
    return [(role, image["split"]) for role in image["roles"]]


def _is_tested(role: str, split: str) -> bool:
    return role == "external" or (role == "target" and split == "test")

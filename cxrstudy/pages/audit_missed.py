"""Audit missed: what a check of the audit mostly misses, which must stand beside its pass."""

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.pages.audit_strengths import (
    PLANTED_IMAGES,
    PLANTED_SHORTCUTS,
    named,
    planted,
    spaced,
)

#: How changes begin that the check of turned, inverted and spoilt images is for.
SPOILT = ("turned", "inverted", "blank", "noise")
#: How changes begin that only the check of laterals is for.
LATERALS = "a lateral"
#: Share of draws or images; a change of which fewer were reported is mostly missed.
_MOST = 0.5


def missed(code: str) -> str:
    """What a check mostly missed when it was planted, as a sentence; empty where nothing was.

    Where the check passes, this must stand beside it.

    Examples
    --------
    >>> missed("CXR001")
    ''
    """
    if code in PLANTED_SHORTCUTS:
        return _shortcuts_missed(code)
    spoilt, laterals = PLANTED_IMAGES
    if code == spoilt:
        return _spoilt_missed(code)
    return _laterals(code) if code == laterals else ""


def _shortcuts_missed(code: str) -> str:
    """How closely each planted shortcut must follow a label to be reported in most draws."""
    mine = planted(code)
    if mine.empty:
        return ""
    parts = [
        f"{spaced(str(change))}: {_reported_from(some)}"
        for change, some in mine.groupby("change", sort=False)
    ]
    return (
        "Planted in real radiographs, these were reported in at least half of the draws only if "
        f"they followed the label in this share of patients. {_begun('; '.join(parts))}. A pass "
        "says nothing of weaker ties."
    )


def _reported_from(some: pd.DataFrame) -> str:
    enough = some.loc[some["told"] >= _MOST, "strength"]
    if enough.empty:
        return "not even in all"
    return "all" if enough.min() == 1 else f"{numbers.whole_percent(enough.min())} or more"


def _spoilt_missed(code: str) -> str:
    """The changes of images of which a check named fewer than half, in any of the sets."""
    found = planted(code)
    if found.empty:
        return ""
    mine = found[found["change"].str.startswith(SPOILT)]
    least = mine.groupby("change", sort=False)["told"].min()
    few = [spaced(str(change)) for change in least.index[least < _MOST]]
    if not few:
        return ""
    return (
        "Of real radiographs that were changed, it names fewer than half after each of these: "
        f"{'; '.join(few)}. A pass does not say that there are none."
    )


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]


def _laterals(code: str) -> str:
    found = planted(code)
    mine = found[found["change"].str.startswith(LATERALS)] if len(found) else found
    if mine.empty:
        return ""
    parts = [
        f"{named(row)} where {numbers.whole_percent(row.strength)} of the images are laterals"
        for row in mine.itertuples()
    ]
    return (
        "Of simulated laterals that no manifest declares, among simulated frontal images, it names "
        f"{', '.join(parts)}: a pass does not say that there are none."
    )


def with_missed(checks: pd.DataFrame) -> pd.DataFrame:
    """Add to the detail of each check that passed what it did not find when it was planted.

    Parameters
    ----------
    checks
        Columns ``code``, ``state`` and ``detail``, as of :func:`cxrstudy.audit.as_table`.

    Examples
    --------
    >>> table = pd.DataFrame({"code": ["CXR001"], "state": ["pass"], "detail": ["0 patients."]})
    >>> with_missed(table)["detail"].tolist()
    ['0 patients.']
    """
    details = [
        f"{row.detail} {missed(row.code)}".strip() if row.state == "pass" else row.detail
        for row in checks.itertuples()
    ]
    return checks.assign(detail=details)

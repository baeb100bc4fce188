"""CXR108: licences that are unknown or that forbid publication of an image."""

import re
from typing import Literal

from cxrstudy.audit.check_result import CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.data.licence import publishable

CODE, TITLE = "CXR108", "licences unknown or forbidding publication"
ADVICE = "Use them for training and testing only; show none of them in a publication."

Permission = Literal["may be shown", "forbids publication", "unknown"]

_FORBIDS = re.compile(r"\bnd\b|no.?deriv|research use only|agreement|no redistribution", re.I)


def check(evidence: Evidence) -> CheckResult:
    """Check the licence of each image that is used."""
    images = evidence.images[evidence.images["used"]]
    images = images.assign(permission=images["licence"].map(permission))
    kept_back = images[images["permission"] != "may be shown"]
    rows = [
        row(f"{image.permission}: {image.licence!r}", ", ".join(image.roles), image.manifest,
            image.id)
        for image in kept_back.itertuples()
    ]  # fmt: skip
    unknown = int((kept_back["permission"] == "unknown").sum())
    return CheckResult(
        CODE, TITLE, "note" if rows else "pass", len(rows), row_table(rows),
        f"Of {counted(len(images), 'image')} used, the licence of {numbers.count(unknown)} is "
        f"unknown, and that of {numbers.count(len(rows) - unknown)} forbids publication of a "
        "changed image.",
        ADVICE if rows
        else "Nothing to do.",
    )  # fmt: skip


def permission(licence: str) -> Permission:
    """Whether a licence allows an image in a figure of the book; if in doubt, unknown.

    Only :func:`cxrstudy.data.licence.publishable` decides which images may be shown.
    """
    if publishable(licence):
        return "may be shown"
    return "forbids publication" if _FORBIDS.search(licence) else "unknown"

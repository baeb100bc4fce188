"""CXR108: licences that are unknown, or that forbid publication of an image."""

import re
from typing import Literal

from cxrstudy.audit.check_result import CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.data.licence import publishable

CODE, TITLE = "CXR108", "licences unknown or forbidding publication"

Permission = Literal["may be shown", "forbids publication", "unknown"]

_FORBIDS = re.compile(r"\bnd\b|no.?deriv|research use only|agreement|no redistribution", re.I)


def check(evidence: Evidence) -> CheckResult:
    """Read the licence of each image that is used."""
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
        f"Of {len(images)} images used, the licence of {unknown} is unknown, and of "
        f"{len(rows) - unknown} it forbids publication of a changed image.",
        "Train and test on them here; show none of them in anything that is published." if rows
        else "Nothing to do.",
    )  # fmt: skip


def permission(licence: str) -> Permission:
    """Say what a licence's text means for a figure in the book; when in doubt, unknown.

    What may be shown is decided by :func:`cxrstudy.data.licence.publishable` alone.
    """
    if publishable(licence):
        return "may be shown"
    return "forbids publication" if _FORBIDS.search(licence) else "unknown"

"""CXR117: laterals among frontal radiographs, declared or not, and images of other things."""

import numpy as np

from cxrstudy.audit.check_result import CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.likeness import LEAST, MARGIN
from cxrstudy.base import numbers

CODE, TITLE = "CXR117", "laterals, and images unlike a frontal chest"
ADVICE = "Exclude laterals and images of other things, or give them a role of their own."


def check(evidence: Evidence) -> CheckResult:
    """Look for the view ``lateral`` in manifests, and for images that are like no frontal chest.

    A lateral that nobody declares is found only if it is unlike the mean of all images; the more
    laterals there are, the more the mean is like them. CT slices, photographs and figures of papers
    are unlike it too. Whether an image is a lateral must be seen.
    """
    images = evidence.images
    declared = images["used"].to_numpy() & (images["view"] == "lateral").to_numpy()
    found = dict.fromkeys(np.flatnonzero(declared).tolist(), "the manifest says: lateral")
    for place in _unlike(evidence):
        found.setdefault(place, "like no frontal radiograph of a chest, in no position")
    rows = [
        row(what, ", ".join(images["roles"].iat[place]), images["manifest"].iat[place],
            images["id"].iat[place])
        for place, what in sorted(found.items())
    ]  # fmt: skip
    return CheckResult(
        CODE, TITLE, "note" if rows else "pass", len(rows), row_table(rows),
        f"Laterals by their manifest: {numbers.count(int(declared.sum()))}. Others, unlike frontal "
        f"radiographs: {numbers.count(len(rows) - int(declared.sum()))}.",
        ADVICE if rows
        else "Nothing to do.",
    )  # fmt: skip


def _unlike(evidence: Evidence) -> list[int]:
    used = np.flatnonzero(evidence.readable & evidence.images["used"].to_numpy())
    like = evidence.like
    if not like.is_common:  # then no shape is the usual one
        return []
    best = np.max([like.upright, like.on_its_side, like.upside_down, like.inverted], axis=0)
    is_upright = best <= like.upright + MARGIN  # CXR116 names the others
    return [int(used[which]) for which in np.flatnonzero((best < LEAST) & is_upright)]

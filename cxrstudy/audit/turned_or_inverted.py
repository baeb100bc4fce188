"""CXR116: images that are turned, inverted, blank in part, or noise."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.check_result import CheckResult, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.likeness import MARGIN
from cxrstudy.base import numbers

CODE, TITLE = "CXR116", "images turned, inverted, blank in part, or noise"
ADVICE = "Look at each; turn or invert it back, or list it as excluded with that reason."

#: Of the rows, or of the columns, at the edges of an image: those that may have one grey level.
LARGEST_BLANK_SHARE = 0.40
#: Range of grey levels, of 256, of a blank row: JPEG leaves some.
_FLAT = 4
#: Of neighbouring pixels. In radiographs it is above 0.9, in noise 0.
SMALLEST_CORRELATION = 0.5


def check(evidence: Evidence) -> CheckResult:
    """Compare each image with the mean of all, upright, turned and inverted; look for blank parts.

    Mirrored images aren't found: a heart on the right is rare, but it exists.
    """
    used = np.flatnonzero(evidence.readable & evidence.images["used"].to_numpy())
    seen = evidence.thumbnails.pixels[used]
    found: dict[int, str] = {}
    for which, what in (*_positions(evidence), *_blank(seen), *_noise(seen)):
        found.setdefault(int(which), what)
    images = evidence.images
    rows = [
        row(what, ", ".join(images["roles"].iat[place]), images["manifest"].iat[place],
            images["id"].iat[place])
        for place, what in sorted((int(used[which]), what) for which, what in found.items())
    ]  # fmt: skip
    return CheckResult(
        CODE, TITLE, "note" if rows else "pass", len(rows), row_table(rows),
        "Images that seem to be turned, inverted, blank in part, or noise: "
        f"{numbers.count(len(rows))} of {numbers.count(len(used))}.",
        ADVICE if rows
        else "Nothing to do.",
    )  # fmt: skip


def _positions(evidence: Evidence) -> Iterator[tuple[int, str]]:
    like = evidence.like
    if not like.is_common:  # images of other things have no position
        return
    others = {
        "turned by 90 degrees": like.on_its_side,
        "upside down": like.upside_down,
        "inverted": like.inverted,
    }
    best = np.max(list(others.values()), axis=0)
    for which in np.flatnonzero(best > like.upright + MARGIN):
        name = max(others, key=lambda of: others[of][which])
        yield int(which), f"more like the others when it is seen as {name}"


def _blank(seen: NDArray[np.uint8]) -> Iterator[tuple[int, str]]:
    for axis, lines in ((2, "rows"), (1, "columns")):
        spread = seen.max(axis).astype(np.int16) - seen.min(axis)
        share = (spread <= _FLAT).mean(1)
        for which in np.flatnonzero(share > LARGEST_BLANK_SHARE):
            part = numbers.percent(float(share[which]), [LARGEST_BLANK_SHARE])
            yield int(which), f"blank in {part} of its {lines}"


def _noise(seen: NDArray[np.uint8]) -> Iterator[tuple[int, str]]:
    grey = seen.astype(np.float32)
    grey = grey - grey.mean((1, 2), keepdims=True)
    smooth = (grey[:, :, 1:] * grey[:, :, :-1]).sum((1, 2)) / (grey**2).sum((1, 2))
    for which in np.flatnonzero(smooth < SMALLEST_CORRELATION):
        yield int(which), "noise: neighbouring pixels aren't alike"

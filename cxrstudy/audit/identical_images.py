"""CXR002: identical files or pixels across splits, sources or patients."""

from collections.abc import Iterable, Iterator
from itertools import combinations

import numpy as np

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.pairs import judge_copies, outcome_of_pairs

CODE, TITLE = "CXR002", "identical images across splits, sources or patients"
ADVICE = "Exclude all but one of each set of copies in the manifests, with that reason."


def check(evidence: Evidence) -> CheckResult:
    """Compare the SHA-256 of original files, and the pixels at 64 x 64."""
    judged = [
        (first, second, what, state)
        for (first, second), what in identical(evidence).items()
        if (state := judge_copies(evidence.images, first, second))
    ]
    return outcome_of_pairs(
        CODE, TITLE, evidence, judged, "are identical",
        ADVICE,
    )  # fmt: skip


def identical(evidence: Evidence) -> dict[tuple[int, int], str]:
    """Pairs of positions, the smaller first, to what is identical."""
    pixels, readable = evidence.thumbnails.pixels, np.flatnonzero(evidence.readable)
    seen = {int(place): pixels[place].tobytes() for place in readable}
    same_pixels = dict.fromkeys(_twins(seen.items()), "same pixels")
    return same_pixels | dict.fromkeys(_twins(evidence.images["sha256"].items()), "same bytes")


def _twins(contents: Iterable[tuple[int, object]]) -> Iterator[tuple[int, int]]:
    having: dict[object, list[int]] = {}
    for place, content in contents:
        having.setdefault(content, []).append(place)
    for places in having.values():
        yield from combinations(places, 2)

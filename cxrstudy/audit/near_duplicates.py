"""CXR003: copies that were cropped, moved, turned, mirrored, inverted or otherwise changed."""

from collections.abc import Iterator

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.identical_images import identical
from cxrstudy.audit.near_duplicate_pairs import SMALLEST_AGREEMENT
from cxrstudy.audit.pairs import judge_copies, outcome_of_pairs
from cxrstudy.base import numbers

CODE, TITLE = "CXR003", "changed copies across splits, sources or patients"
ADVICE = (
    "Look at each pair; exclude copies in the manifests, and give one patient's images one "
    "name and one split."
)


def check(evidence: Evidence) -> CheckResult:
    """Find images with key points in common, align them, and compare their details.

    Found are resized, recompressed, windowed, equalised, inverted, mirrored, turned, cropped,
    shifted, slightly rotated copies, and those with a border or a label. The table of the benchmark
    ``copies`` says which share of each is found. Another exposure of the same patient is none.
    """
    known = identical(evidence)
    judged = [
        (first, second, what, state)
        for first, second, what in _pairs(evidence)
        if (first, second) not in known and (state := judge_copies(evidence.images, first, second))
    ]
    return outcome_of_pairs(
        CODE, TITLE, evidence, judged,
        f"are copies (aligned, details correlate at {SMALLEST_AGREEMENT} or more)",
        ADVICE,
    )  # fmt: skip


def _pairs(evidence: Evidence) -> Iterator[tuple[int, int, str]]:
    near = evidence.near
    for first, second, agreement, how in zip(*near, strict=True):
        told = f"looks the same (agreement {numbers.level(agreement)}{', ' if how else ''}{how})"
        yield int(first), int(second), told

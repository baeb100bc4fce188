"""CXR003: near duplicates across splits or sources: resized, recompressed or windowed copies."""

from cxrstudy.audit.check_result import CheckResult
from cxrstudy.audit.evidence import Evidence
from cxrstudy.audit.identical_images import identical
from cxrstudy.audit.near_duplicate_pairs import DETAIL_AGREEMENT, HASH_DISTANCE
from cxrstudy.audit.pairs import judge, outcome_of_pairs

CODE, TITLE = "CXR003", "near duplicates across splits or sources"


def check(evidence: Evidence) -> CheckResult:
    """Compare all pairs by perceptual hash, and candidates by their details.

    The thresholds are based on measured distances of copies and of other pairs: see
    :data:`~cxrstudy.audit.near_duplicate_pairs.HASH_DISTANCE` and
    :data:`~cxrstudy.audit.near_duplicate_pairs.DETAIL_AGREEMENT`.
    """
    known = identical(evidence)
    judged = [
        (first, second, f"looks the same ({distance} of 64 bits differ)", state)
        for first, second, distance in _pairs(evidence)
        if (first, second) not in known and (state := judge(evidence.images, first, second))
    ]
    return outcome_of_pairs(
        CODE, TITLE, evidence, judged,
        f"look the same (hashes within {HASH_DISTANCE} of 64 bits, details correlate at "
        f"{DETAIL_AGREEMENT} or more)",
        "Look at each pair; exclude copies in the manifests, and give one patient's images one "
        "name and one split.",
    )  # fmt: skip


def _pairs(evidence: Evidence) -> list[tuple[int, int, int]]:
    near = evidence.near
    return [(int(one), int(other), int(bits)) for one, other, bits in zip(*near, strict=True)]

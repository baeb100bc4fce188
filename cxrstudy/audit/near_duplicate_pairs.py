"""Near-duplicate pairs: images that are the same after cropping, moving, turning and the like."""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from cxrstudy.audit.alignment import aligned_agreement
from cxrstudy.audit.copy_candidates import candidates
from cxrstudy.base import numbers

#: Correlation of the details of two copies, once aligned; ``benchmarks/copies.csv`` says what is
#: found with it. Pairs of different patients reach 0.71, exposures of one child on two days 0.79.
SMALLEST_AGREEMENT = 0.78
#: Enlargement, or turn in degrees, from which it is mentioned.
_LARGER, _TURNED = 1.03, 1.0
#: Pairs that are aligned at once.
_AT_ONCE = 256


class Pairs(NamedTuple):
    """Pairs of images: positions with ``first < second``, their agreement, and how they differ."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    agreement: NDArray[np.float32]
    how: list[str]


def pairs_alike(seen: NDArray[np.uint8], readable: NDArray[np.bool_]) -> Pairs:
    """Find all pairs of readable images that are copies.

    Parameters
    ----------
    seen
        (n, 64, 64), each image squashed to a square.
    readable
        (n,); unreadable images are in no pair.
    """
    if readable.sum() < 2:
        none = np.zeros(0, np.int64)
        return Pairs(none, none, np.zeros(0, np.float32), [])
    position = np.flatnonzero(readable)
    with threadpool_limits(1):  # blocks are computed in parallel, so that each needs one thread
        return _among(seen[position], position)


def _among(shown: NDArray[np.uint8], position: NDArray[np.intp]) -> Pairs:
    found = candidates(shown)
    agreement = np.zeros(len(found.first), np.float32)
    mapping = found.mapping.copy()

    def align(start: int) -> None:
        here = slice(start, start + _AT_ONCE)
        one, other = shown[found.first[here]], shown[found.second[here]]
        agreement[here], mapping[here] = aligned_agreement(
            one, other, found.sign[here], found.mapping[here]
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # numpy computes in parallel
        list(pool.map(align, range(0, len(agreement), _AT_ONCE)))
    same = np.flatnonzero(agreement >= SMALLEST_AGREEMENT)
    return Pairs(
        position[found.first[same]], position[found.second[same]], agreement[same],
        [difference(mapping[at], float(found.sign[at])) for at in same],
    )  # fmt: skip


def difference(mapping: NDArray[np.float64], sign: float) -> str:
    """Say how the second image of a pair differs from the first; empty if in nothing of this.

    Examples
    --------
    >>> difference(np.array([[-1.2, 0, 0], [0, 1.2, 0]]), -1)
    'inverted, mirrored, cropped or with a border (1.2 times)'
    >>> difference(np.array([[0.0, -1, 0], [1, 0, 0]]), 1)
    'turned by 90 degrees'
    """
    linear = mapping[:, :2]
    mirrored = np.linalg.det(linear) < 0
    upright = linear @ np.diag([-1, 1]) if mirrored else linear
    turned = np.degrees(np.arctan2(upright[1, 0] - upright[0, 1], upright[0, 0] + upright[1, 1]))
    sides = np.linalg.svd(linear, compute_uv=False)
    larger = max(sides[0], 1 / sides[1])
    told = ["inverted"] if sign < 0 else []
    told += ["mirrored"] if mirrored else []
    told += [f"turned by {round(abs(turned))} degrees"] if abs(turned) > _TURNED else []
    told += (
        [f"cropped or with a border ({numbers.plain(round(larger, 2))} times)"]
        if larger > _LARGER
        else []
    )
    return ", ".join(told)

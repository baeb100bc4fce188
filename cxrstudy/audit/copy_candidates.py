"""Copy candidates: the pairs of images, among all, that have key points in common.

Descriptions are compared by faiss (Douze et al. 2024) with an inverted file: of each key point, the
most similar ones of other images are looked up, not all; a graph of the lists (HNSW) says which
lists are near. A pair is a candidate if several of its
matches agree in how the one image must be turned, mirrored, inverted and moved to give the other,
as in the voting of Lowe (2004). The same is done with the middle of each image enlarged, because
descriptions are found again at a similar size only.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import faiss
import numpy as np
from numpy.typing import NDArray

from cxrstudy.audit.keypoints import TURNS, KeyPoints, key_points, second_positions
from cxrstudy.audit.local_contrast import SIDE, Floats

#: Key points of an image in the index, and those that are looked up.
INDEXED, LOOKED_UP = 64, 48
#: Matches that are looked up for each key point.
_NEIGHBOURS = 5
#: Components of a description that are kept: 99 % of the variance.
_COMPONENTS = 32
#: Lists of the inverted file that are searched.
_PROBES = 4
#: Descriptions in one list of the inverted file, on average.
_PER_LIST = 300
#: Number of images, taken evenly, that components and lists are fitted to.
_FITTED_TO = 4000
#: What an enlargement leaves of each side: crops of a tenth of each side leave .8, and
#: the two together cover enlargements from 1 to 1.3.
_MIDDLE = 5 / 6
#: Matches of a candidate, and how far they may disagree in the displacement: pixels of 64.
LEAST_MATCHES, _APART = 3, 6
#: Largest displacement of the centre: a seventh of the image.
_FARTHEST = 9.0
#: Images at once, so that arrays stay in the cache.
_AT_ONCE = 100


class Candidates(NamedTuple):
    """Pairs of images that may be copies, with ``first < second``.

    Attributes
    ----------
    first, second
        Positions of the images.
    sign
        -1 if one is inverted.
    mapping
        (n, 2, 3): from a place in the first image to that in the second, in pixels from the centre.
    matches
        Number of matches that agree.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    sign: Floats
    mapping: NDArray[np.float64]
    matches: NDArray[np.int64]


def candidates(images: NDArray[np.uint8]) -> Candidates:
    """Find all pairs with key points in common.

    Parameters
    ----------
    images
        (n, 64, 64).
    """
    fitted = _sample(images)
    if len(fitted) < 2:  # images without any detail, such as blank ones
        none = np.zeros(0, np.int64)
        return Candidates(none, none, np.zeros(0, np.float32), np.zeros((0, 2, 3)), none)
    index = _Index(images, fitted)

    def look_up(start: int) -> list[Candidates]:
        points_at = _points_at(images, start, index)
        return [index.look_up(points, middle) for middle, points in points_at]

    with ThreadPoolExecutor(
        os.cpu_count(), "copies", faiss.omp_set_num_threads, (1,)
    ) as pool:  # numpy and faiss compute in parallel
        blocks = pool.map(look_up, range(0, len(images), _AT_ONCE))
        return _best([found for block in blocks for found in block])


def enlarged(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The middle of each image at full size, bilinear."""
    at = (np.arange(SIDE) + 0.5 - SIDE / 2) * _MIDDLE + SIDE / 2 - 0.5
    low = np.floor(at).astype(np.intp)
    rest = (at - low).astype(np.float32)
    rows = images[:, low] * (1 - rest)[:, None] + images[:, low + 1] * rest[:, None]
    columns = rows[:, :, low] * (1 - rest) + rows[:, :, low + 1] * rest
    return np.asarray(np.rint(columns), np.uint8)


def _points_at(
    images: NDArray[np.uint8], start: int, index: "_Index"
) -> list[tuple[float, KeyPoints]]:
    """Key points to look up: of the images themselves, which the index has, and enlarged."""
    block = images[start : start + _AT_ONCE]
    near = key_points(enlarged(block), LOOKED_UP)
    whole = index.points_of(start, start + len(block))
    return [(1.0, whole), (_MIDDLE, near._replace(image=near.image + start))]


def _sample(images: NDArray[np.uint8]) -> Floats:
    """Descriptions that components and lists are fitted to."""
    return key_points(images[:: 1 + len(images) // _FITTED_TO], INDEXED).description


class _Index:
    """The inverted file over the key points of all images."""

    def __init__(self, images: NDArray[np.uint8], fitted: Floats) -> None:
        starts = range(0, len(images), _AT_ONCE)
        self._mean = fitted.mean(0)
        _, axes = np.linalg.eigh(np.cov((fitted - self._mean).T))
        self._axes = np.ascontiguousarray(axes[:, ::-1][:, :_COMPONENTS], np.float32)
        self._file = self._fit(self._reduced(fitted), len(images) * INDEXED)
        blocks = []
        with ThreadPoolExecutor(os.cpu_count(), "copies", faiss.omp_set_num_threads, (1,)) as pool:
            described = pool.map(lambda at: self._described(images, at), starts)
            for points in described:
                self._file.add(points.description)
                blocks.append(points)
        self._points = KeyPoints._make(np.concatenate(part) for part in zip(*blocks, strict=True))

    def points_of(self, start: int, end: int) -> KeyPoints:
        """Key points, to look up, of a range of images."""
        low, high = np.searchsorted(self._points.image, [start, end])
        points = KeyPoints._make(part[low:high] for part in self._points)
        strong = points.rank < LOOKED_UP
        points = KeyPoints._make(part[strong] for part in points)
        return points._replace(description=points.description @ self._axes.T + self._mean)

    def look_up(self, points: KeyPoints, middle: float) -> Candidates:
        """Find candidates for the images of some key points.

        Parameters
        ----------
        middle
            What of each side of the images was enlarged before.
        """
        both = [points, second_positions(points)]
        points = KeyPoints._make(np.concatenate(part) for part in zip(*both, strict=True))
        reduced = self._reduced(points.description)
        _, near = self._file.search(reduced, _NEIGHBOURS + 1)
        mine = np.repeat(np.arange(len(near)), near.shape[1])
        theirs = near.reshape(-1)
        other = self._points.image[theirs] != points.image[mine]
        mine, theirs = mine[other & (theirs >= 0)], theirs[other & (theirs >= 0)]
        return _voted(points, mine, self._points, theirs, middle)

    def _described(self, images: NDArray[np.uint8], start: int) -> KeyPoints:
        points = key_points(images[start : start + _AT_ONCE], INDEXED)
        reduced = self._reduced(points.description)
        return points._replace(image=points.image + start, description=reduced)

    def _reduced(self, description: Floats) -> Floats:
        return np.ascontiguousarray((description - self._mean) @ self._axes, np.float32)

    @staticmethod
    def _fit(sample: Floats, expected: int) -> Any:
        lists = int(np.clip(expected // _PER_LIST, 1, max(1, len(sample) // 40)))
        file: Any = faiss.index_factory(_COMPONENTS, f"IVF{lists}_HNSW16,Flat")
        file.cp.niter = 6
        file.nprobe = min(lists, _PROBES)
        file.train(sample)
        return file


def _voted(
    points: KeyPoints,
    mine: NDArray[np.intp],
    others: KeyPoints,
    theirs: NDArray[np.int64],
    middle: float,
) -> Candidates:
    """Count the matches of each pair that agree, and keep the mapping most of them agree in."""
    turns = np.einsum("nji,njk->nik", TURNS[others.position[theirs]], TURNS[points.position[mine]])
    at = np.stack([points.x[mine], points.y[mine]], 1)
    moved = np.stack([others.x[theirs], others.y[theirs]], 1) - np.einsum("nij,nj->ni", turns, at)
    near = (np.abs(moved) < _FARTHEST).all(1)
    mine, theirs, turns, moved = mine[near], theirs[near], turns[near], moved[near]
    code = ((turns.reshape(-1, 4) + 1) * np.array([1, 3, 9, 27])).sum(1).astype(np.int64)
    same_sign = points.sign[mine] == others.sign[theirs]
    pair = points.image[mine].astype(np.int64) * (1 << 31) + others.image[theirs]
    _, pair_of = np.unique(pair, return_inverse=True)
    kind = (pair_of * 81 + code) * 2 + same_sign
    best: list[tuple[NDArray[Any], ...]] = []
    for right in (0, _APART // 2):
        for down in (0, _APART // 2):
            cell = ((moved + _FARTHEST + np.array([right, down])) // _APART).astype(np.int64)
            group = (kind * 8 + cell[:, 0]) * 8 + cell[:, 1]
            _, row, of, count = np.unique(
                group, return_index=True, return_inverse=True, return_counts=True
            )
            mean = np.stack([np.bincount(of, moved[:, axis]) / count for axis in (0, 1)], 1)
            kept = count >= LEAST_MATCHES
            best.append((row[kept], mean[kept], count[kept]))
    row, mean, count = (np.concatenate(part) for part in zip(*best, strict=True))
    mapping = np.concatenate([turns[row] / 1.0, mean[:, :, None]], 2)
    mapping[:, :, :2] /= middle
    sign = np.where(same_sign[row], 1.0, -1.0).astype(np.float32)
    first, second = (
        part.astype(np.int64) for part in (points.image[mine[row]], others.image[theirs[row]])
    )
    return _best([_ordered(Candidates(first, second, sign, mapping, count))])


def _ordered(found: Candidates) -> Candidates:
    """Let every mapping lead from the image with the smaller position."""
    back = found.first > found.second
    mapping = found.mapping.copy()
    inverse = np.linalg.inv(mapping[back][:, :, :2])
    mapping[back, :, :2] = inverse
    mapping[back, :, 2] = -np.einsum("nij,nj->ni", inverse, found.mapping[back][:, :, 2])
    first, second = np.minimum(found.first, found.second), np.maximum(found.first, found.second)
    return Candidates(first, second, found.sign, mapping, found.matches)


def _best(found: list[Candidates]) -> Candidates:
    """Keep of each pair the mapping with most matches."""
    every = Candidates._make(np.concatenate(part) for part in zip(*found, strict=True))
    order = np.lexsort((-every.matches, every.second, every.first))
    pair = np.stack([every.first[order], every.second[order]], 1)
    is_first = np.ones(len(order), bool)
    is_first[1:] = (pair[1:] != pair[:-1]).any(1)
    return Candidates._make(part[order[is_first]] for part in every)

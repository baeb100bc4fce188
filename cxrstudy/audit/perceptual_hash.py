"""Perceptual hash: hashes of images, the search for similar ones, and a comparison of details.

A hash of 64 bits finds candidates among all pairs in seconds. All chests look similar, so a
candidate is a near duplicate only if the details of the two images agree as well.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn
from scipy.ndimage import gaussian_filter
from scipy.stats import rankdata

Images = NDArray[np.uint8]
Hashes = NDArray[np.uint64]

#: Side to which images are reduced. The hash needs 9 frequencies; more pixels only add noise.
SIDE = 32
#: Frequencies 1 to 8 in each direction. Frequency 0 is left out, because structures that are
#: constant along an axis, such as the bright column of the spine, are common to all chests. Of the
#: pairs of different NIH patients, 8 times fewer are within a distance of 10 than with frequencies
#: 0 to 7.
_LOW, _HIGH = 1, 9
#: Scale, in pixels of 32, of coarse structures such as chest wall and mediastinum, which are
#: removed.
_COARSE = 3.0
#: Number of images, taken evenly, for the mean; more change it by less than its noise.
_FOR_MEAN = 1000
#: Number of pairs compared at once: 2 MiB of hashes fit in a core's cache.
_AT_ONCE = 1 << 18


class Pairs(NamedTuple):
    """Pairs of images: positions with ``first < second``, and the distance of their hashes."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    distance: NDArray[np.uint8]


def perceptual_hash(images: Images) -> Hashes:
    """Perceptual hash: each bit says whether a cosine coefficient is above the median.

    Zauner (2010), Implementation and Benchmarking of Perceptual Image Hash Functions: a discrete
    cosine transform of the image at 32 x 32 pixels, 8 x 8 low frequencies without the first of
    each axis, thresholded at their median.

    Parameters
    ----------
    images
        (n, side, side), side a multiple of 32.

    Returns
    -------
    (n,); hashes of images that look alike differ in few bits.
    """
    waves = dctn(_small(images), axes=(1, 2), norm="ortho")
    low = waves[:, _LOW:_HIGH, _LOW:_HIGH].reshape(len(images), 64)
    bits = np.packbits(low > np.median(low, axis=1, keepdims=True), axis=1)
    hashes: Hashes = np.ascontiguousarray(bits).view(np.uint64)[:, 0]
    return hashes


def near_pairs(hashes: Hashes, distance: int) -> Pairs:
    """Find all pairs whose hashes differ in at most `distance` bits.

    Every pair is compared, block by block: XOR and a bit count take two nanoseconds, so an index
    would not be faster for tens of thousands of hashes.
    """
    count = len(hashes)
    step = max(1, _AT_ONCE // max(1, count))
    found: list[tuple[NDArray[Any], ...]] = []
    for start in range(0, count, step):
        block = hashes[start : start + step, None] ^ hashes[None, start:]
        bits = np.bitwise_count(block)
        one, other = np.nonzero(bits <= distance)
        later = other > one
        one, other = one[later], other[later]
        found.append((one + start, other + start, bits[one, other]))
    if not found:
        none = np.zeros(0, np.intp)
        return Pairs(none, none, np.zeros(0, np.uint8))
    return Pairs(*(np.concatenate(part) for part in zip(*found, strict=True)))


def agreement(images: Images, pairs: Pairs) -> NDArray[np.float64]:
    """Correlate the details of the two images of each pair.

    Grey levels are replaced by their ranks, which gamma and windowing do not change. Structures
    coarser than an eleventh of the image (Gaussian of 3 pixels in 32) are removed, and so is the
    mean of all images, because ribs are in similar positions. The result is Pearson's r.
    """
    if not len(pairs.first):
        return np.zeros(0)
    needed, places = np.unique(np.concatenate([pairs.first, pairs.second]), return_inverse=True)
    common = _details(images[:: 1 + len(images) // _FOR_MEAN]).mean(0)
    details = _unit(_details(images[needed]) - common)
    one, other = np.split(places, 2)
    return np.asarray((details[one] * details[other]).sum(1), np.float64)


def _small(images: Images) -> NDArray[np.float32]:
    """Reduce to 32 x 32 pixels by averaging."""
    count, side = images.shape[:2]
    if side % SIDE or images.shape[2] != side:
        raise ValueError(f"images must be squares with a side that {SIDE} divides: {images.shape}")
    blocks = images.reshape(count, SIDE, side // SIDE, SIDE, side // SIDE)
    return np.asarray(blocks.mean((2, 4), dtype=np.float32))


def _details(images: Images) -> NDArray[np.float32]:
    """Fine structure of each image: (n, 32 * 32), mean 0 and length 1; 0 if there is none."""
    flat = _small(images).reshape(len(images), SIDE * SIDE)
    ranks = rankdata(flat, axis=1).reshape(-1, SIDE, SIDE).astype(np.float32)
    fine = (ranks - gaussian_filter(ranks, (0, _COARSE, _COARSE))).reshape(len(images), -1)
    return _unit(fine - fine.mean(1, keepdims=True))


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 0))

"""Value: what the bits of a pixel mean (DICOM PS3.5, 8.1.1), whatever their transfer syntax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int32]


@dataclass(frozen=True)
class Layout:
    """Place of a value in the bits of a pixel.

    Attributes
    ----------
    allocated
        Bits Allocated (0028,0100).
    stored
        Bits Stored (0028,0101).
    high
        High Bit (0028,0102): the most significant bit of the value, counted from 0.
    signed
        Pixel Representation (0028,0103): whether the value is a two's complement.
    """

    allocated: int
    stored: int
    high: int
    signed: bool

    @property
    def lowest(self) -> int:
        """The lowest value that can be stored."""
        return -(1 << self.stored - 1) if self.signed else 0

    @property
    def highest(self) -> int:
        """The highest value that can be stored."""
        return self.lowest + (1 << self.stored) - 1


def values_of(words: NDArray[Any], layout: Layout) -> Integers:
    """Extract values from whole words: place by High Bit, mask by Bits Stored, extend the sign.

    Bits above and below a value may hold overlays or noise.

    Parameters
    ----------
    words : ndarray of integers of at most 16 bits, any shape
        The pixels as they were stored.
    layout : Layout
        Where the value is.

    Returns
    -------
    ndarray of int32, the same shape

    Examples
    --------
    >>> values_of(np.array([0xFFE0], np.uint16), Layout(16, 12, 15, True))
    array([-2], dtype=int32)
    """
    bits = words.astype(np.int32)
    bits >>= layout.high + 1 - layout.stored
    bits &= 2**layout.stored - 1
    if layout.signed:
        sign = 1 << layout.stored - 1
        bits ^= sign
        bits -= sign
    return bits

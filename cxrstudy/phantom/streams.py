"""Streams: named random streams; a draw depends only on its name, never on the order of draws."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.random.bit_generator import ISeedSequence
from numpy.typing import NDArray

T = TypeVar("T")


def stream(seed: int, name: str, purpose: str) -> np.random.Generator:
    """The random generator for one purpose of one patient or image.

    Parameters
    ----------
    seed : int
        The cohort's seed.
    name : str
        Id of the patient or image.
    purpose : str
        What the numbers decide, for instance ``"anatomy"`` or ``"noise"``.

    Returns
    -------
    numpy.random.Generator
        Seeded with the SHA-256 of the three, so that streams are independent of each other and of
        order, count and process.
    """
    digest = hashlib.sha256(f"{seed}|{name}|{purpose}".encode()).digest()
    # NumPy takes any ISeedSequence; its annotations forget to say so.
    return np.random.Generator(np.random.PCG64(_Digest(digest)))  # type: ignore[arg-type]


class _Digest(ISeedSequence):
    """The words of a hash as a seed; NumPy's own would mix them again, in ten times the time."""

    def __init__(self, digest: bytes) -> None:
        self.digest = digest

    def generate_state(self, n_words: int, dtype: Any = np.uint32) -> NDArray[Any]:
        """The first words of the hash."""
        return np.frombuffer(self.digest, np.dtype(dtype).newbyteorder("<"), n_words).astype(dtype)


def draw_one(rng: np.random.Generator, shares: Mapping[T, float]) -> T:
    """Draw one key of a table of probabilities.

    It draws what ``rng.choice(keys, p=shares)`` draws, in a tenth of its time: a cohort has
    thousands of patients, and every plan draws them.
    """
    limits = _limits(tuple(shares.values()))
    return list(shares)[int(limits.searchsorted(rng.random(), side="right"))]


def within(value: float, lowest: float, highest: float) -> float:
    """The value, or the limit that it passes; ``np.clip`` of one number, in a tenth of its time."""
    return min(max(float(value), lowest), highest)


@lru_cache
def _limits(shares: tuple[float, ...]) -> NDArray[np.float64]:
    limits: NDArray[np.float64] = np.cumsum(shares)
    return limits / float(limits[-1])

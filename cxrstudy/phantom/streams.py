"""Streams: named random streams; a draw depends only on its name, never on the order of draws."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

import numpy as np
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
    return np.random.default_rng(int.from_bytes(digest, "big"))


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

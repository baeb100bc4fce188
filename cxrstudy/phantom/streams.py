"""Named random streams: every draw depends on who it is for, never on when it is made."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(seed: int, name: str, purpose: str) -> np.random.Generator:
    """Give the generator that belongs to one purpose of one patient or image.

    Parameters
    ----------
    seed : int
        The cohort's seed.
    name : str
        Id of the patient or image that the numbers are for.
    purpose : str
        What they decide, for instance ``"anatomy"`` or ``"noise"``.

    Returns
    -------
    numpy.random.Generator
        Seeded with the SHA-256 of the three, so that streams are independent of one another and
        of order, count and process.
    """
    digest = hashlib.sha256(f"{seed}|{name}|{purpose}".encode()).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))

"""Streams: named random streams; a draw depends only on its name, never on the order of draws."""

from __future__ import annotations

import hashlib

import numpy as np


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

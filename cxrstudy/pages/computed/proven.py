"""Proven: whether results count, asked once for all pages, which are made of one state."""

from functools import cache
from pathlib import Path

from cxrstudy.verdicts.proof import Proof, prove


@cache
def proven(folder: Path) -> Proof:
    """Check whether recorded results count, once per process.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """
    return prove(folder)

"""Identity: canonical JSON and SHA-256.

Two things count as the same exactly when their canonical JSON is the same text. What counts for
which id is said by :mod:`cxrstudy.base.coverage`.
"""

import hashlib
import json
from pathlib import Path
from typing import Any


def canonical(value: Any) -> str:
    """Write a plain value as canonical JSON, for hashing: sorted keys, no spaces.

    Raises
    ------
    ValueError
        The value holds NaN or an infinity, which JSON can't represent.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def fingerprint(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hex, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

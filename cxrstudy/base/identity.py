"""Identity: canonical JSON and SHA-256.

Two values are equal exactly if their canonical JSON is the same text.
:mod:`cxrstudy.base.coverage` defines what each id covers.
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
        The value contains NaN or infinity, which JSON can't represent.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def fingerprint(text: str) -> str:
    """SHA-256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, in hex; the file is read in blocks."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()

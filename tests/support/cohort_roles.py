"""Roles of a cohort's file, as the tests write them."""

from typing import Any

import numpy as np


def role(kind: str, *sources: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    """A role of manifests, named, or of sources as they stand in a file."""
    return {
        "task": kind,
        "sources": [s if isinstance(s, dict) else {"manifest": s} for s in sources],
    } | more


def same(matrix: Any, expected: Any) -> None:
    np.testing.assert_array_equal(matrix, np.array(expected, np.float32))

"""Roles of a cohort's file, as the tests write them."""

from typing import Any


def role(kind: str, *sources: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    """A role of manifests, named, or of sources as they stand in a file."""
    return {
        "task": kind,
        "sources": [s if isinstance(s, dict) else {"manifest": s} for s in sources],
    } | more

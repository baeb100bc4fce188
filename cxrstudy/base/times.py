"""Times: format durations and moments for readers."""

import math
from datetime import UTC, datetime
from typing import Any


def duration(seconds: float | None) -> str:
    """Format a duration in seconds, minutes or hours.

    Examples
    --------
    >>> duration(12), duration(600), duration(5 * 3600), duration(None)
    ('12 s', '10 min', '5.0 h', 'unknown')
    """
    if seconds is None or not math.isfinite(seconds):
        return "unknown"
    if seconds < 89.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:,.1f} h"


def moment(text: Any) -> Any:
    """Format a moment with a zone to the minute, in UTC; what is none stays as it is.

    Examples
    --------
    >>> moment("2026-11-29T23:02:59+01:00"), moment("not known")
    ('2026-11-29 22:02 UTC', 'not known')
    """
    try:
        read = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return text
    if read.tzinfo is None:
        return text
    return f"{read.astimezone(UTC):%Y-%m-%d %H:%M} UTC"

"""Draws: how many examples a property test draws."""

from typing import Any

from hypothesis import settings


def draws(count: int, **others: Any) -> settings:
    """So many examples in `make test`, and as many times more as other tests in `make search`."""
    times = settings.default.max_examples // settings.get_profile("study").max_examples
    return settings(max_examples=count * times, **others)

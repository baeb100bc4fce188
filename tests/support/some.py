"""Loops of tests: what they look at has to be there."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def some(items: Iterable[T]) -> list[T]:
    """All items of a loop that asserts something of each; fails if there is none."""
    listed = list(items)
    assert listed, "there is nothing to look at"
    return listed

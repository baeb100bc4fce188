"""Checks: check parameters that are proportions, levels or counts; errors name the parameter.

A level of 95 or of 0.05 instead of 0.95 is a common mistake, and would give a wrong result without
an error. Functions with such a parameter check it here first; the message suggests a correction.
"""

import math
from numbers import Integral, Real
from typing import Any

from cxrstudy.base import numbers

#: Smallest accepted level of an interval; a smaller number is probably alpha.
LEAST_LEVEL = 0.5


class ParameterError(ValueError):
    """A parameter is outside its legal range; the message names it and says what to give."""


def checked_level(value: Any, name: str = "level") -> float:
    """Check the level of an interval: a proportion of at least one half and below one.

    Raises
    ------
    ParameterError
        The value is not such a number.

    Examples
    --------
    >>> checked_level(0.95)
    0.95
    >>> checked_level(0.05)
    Traceback (most recent call last):
    cxrstudy.base.checks.ParameterError: level 0.05: that is alpha; give 0.95
    """
    number = finite(value, name)
    if LEAST_LEVEL <= number < 1:
        return number
    if 0 < number < LEAST_LEVEL:
        raise ParameterError(
            f"{name} {numbers.plain(number)}: that is alpha; give {numbers.plain(1 - number)}"
        )
    if 100 * LEAST_LEVEL <= number < 100:
        raise ParameterError(
            f"{name} {numbers.plain(number)}: give a proportion, {numbers.plain(number / 100)}"
        )
    raise ParameterError(
        f"{name} {numbers.plain(number)}: give a proportion from 0.5 to below 1, such as 0.95"
    )


def share(value: Any, name: str) -> float:
    """Check a number from 0 to 1, both included.

    Raises
    ------
    ParameterError
        The value is not such a number.

    Examples
    --------
    >>> share(0.5, "chance")
    0.5
    """
    number = finite(value, name)
    if 0 <= number <= 1:
        return number
    meant = f", such as {numbers.plain(number / 100)}" if 1 < number <= 100 else ""
    raise ParameterError(f"{name} {numbers.plain(number)}: give a number from 0 to 1{meant}")


def between(value: Any, low: float, high: float, name: str) -> float:
    """Check a number above `low` and below `high`.

    Raises
    ------
    ParameterError
        The value is not such a number.

    Examples
    --------
    >>> between(-0.05, -1, 1, "margin")
    -0.05
    """
    number = finite(value, name)
    if low < number < high:
        return number
    raise ParameterError(
        f"{name} {numbers.plain(number)}: give a number above {numbers.plain(low)} and below "
        f"{numbers.plain(high)}"
    )


def whole(value: Any, least: int, name: str) -> int:
    """Check a whole number of at least `least`.

    Raises
    ------
    ParameterError
        The value is not such a number.

    Examples
    --------
    >>> whole(2000, 100, "replicates")
    2000
    """
    number = int(value) if isinstance(value, Integral) and not isinstance(value, bool) else None
    if number is not None and number >= least:
        return number
    raise ParameterError(f"{name} {value!r}: give a whole number of at least {least}")


def finite(value: Any, name: str) -> float:
    """Check a number that is neither NaN nor infinite.

    Raises
    ------
    ParameterError
        The value is not such a number.

    Examples
    --------
    >>> finite(1, "ideal")
    1.0
    """
    if isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value):
        return float(value)
    raise ParameterError(f"{name} {value!r}: give a finite number")

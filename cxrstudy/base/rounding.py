"""Rounding: how many decimals or digits a number needs.

A rounded number must not become equal to a value with a meaning, such as zero, one or a threshold,
and numbers of one table must not become equal to each other.
"""

import math
from collections.abc import Collection, Iterable

#: Minimum number of decimals.
DECIMALS = 3
#: Maximum number of decimals; a number that needs more is written with a power of ten.
MOST = 8
#: Maximum number of decimals that only tell numbers of one table apart.
MOST_APART = 6


def decimals(value: float, beside: Collection[float], least: int = DECIMALS) -> int:
    """Fewest decimals with which a rounded number stays different from some values.

    It is one more than :data:`MOST` if those are not enough.

    Parameters
    ----------
    value
        The number.
    beside
        Values, such as a threshold, that the rounded number must not become equal to.
    least
        Minimum number of decimals.

    Examples
    --------
    >>> decimals(0.857, [0.0, 1.0]), decimals(0.99996, [0.0, 1.0]), decimals(0.60055, [0.6006])
    (3, 5, 5)
    """
    for digits in range(least, MOST + 1):
        if _keeps_sides(value, digits, beside):
            return digits
    return MOST + 1


def decimals_apart(values: Iterable[float]) -> int:
    """Decimals with which numbers differ that lie a tenth of their range apart: three to six.

    Examples
    --------
    >>> decimals_apart([0.5, 0.9]), decimals_apart([-0.0035, -0.0029]), decimals_apart([0.5])
    (3, 5, 3)
    """
    known = [value for value in values if math.isfinite(value)]
    spread = max(known) - min(known) if known else 0.0
    if spread == 0.0:
        return DECIMALS
    return min(max(math.ceil(-math.log10(spread)) + 1, DECIMALS), MOST_APART)


def significant(value: float, digits: int) -> float:
    """Round a number to some significant digits, for data that a program reads.

    Examples
    --------
    >>> significant(0.00123456, 3), significant(1.0, 3)
    (0.00123, 1.0)
    """
    return float(f"{value:.{digits}g}")


def _keeps_sides(value: float, digits: int, beside: Collection[float]) -> bool:
    """Whether a rounded number is equal to one of some values only if the exact number is.

    Rounding keeps the order of numbers, so a rounded number can't move beyond such a value.
    """
    written = float(f"{value:.{digits}f}")
    return all(
        (written == one) if value == one else (written != float(f"{one:.{digits}f}"))
        for one in beside
    )

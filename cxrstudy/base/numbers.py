"""Numbers: format numbers for readers, on pages, in figures and in terminals.

Rounding must not change what a number means:

- A difference always has a sign; a level has one only below zero. Minus is a minus sign, not a
  hyphen.
- Numbers have three decimals. They have more if rounding would make them equal to a value with a
  meaning, such as zero, one or a threshold: 0.0004 is not written as 0.000, and a p value of 0.0496
  is not written as 0.050.
- NaN and infinity are written as words, with the reason if it is given.

How many decimals a number needs is decided in :mod:`cxrstudy.base.rounding`. Durations and moments
are written by :mod:`cxrstudy.base.times`.
"""

import math
import re
from collections.abc import Callable, Collection

from cxrstudy.base.rounding import DECIMALS, MOST, decimals

MINUS = "−"

#: Numbers of at least this size are written with a power of ten.
LARGE = 1e9
#: Smaller p values are written as "< 0.001".
SMALLEST_P = 0.001

UNDEFINED = "undefined"

_RAISED = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")

#: Function that formats a number, such as :func:`level`.
Writer = Callable[..., str]


def level(
    value: float, beside: Collection[float] = (), reason: str = "", least: int = DECIMALS
) -> str:
    """Format a level, such as an AUROC or a threshold; it has a sign only below zero.

    Parameters
    ----------
    value
        The number.
    beside
        Values, such as a threshold, that the rounded number must not become equal to; zero and one
        are always added.
    reason
        Reason to print if the number is not finite.
    least
        Minimum number of decimals.

    Examples
    --------
    >>> level(0.857), level(-0.0342), level(0.99996), level(0.60055, beside=[0.6006])
    ('0.857', '−0.034', '0.99996', '0.60055')
    >>> level(float("nan"), reason="no image was called negative")
    'no image was called negative'
    """
    if not math.isfinite(value):
        return _word(value, reason)
    return _signed(value, decimals(value, (0.0, 1.0, *beside), least), plus="")


def difference(
    value: float, beside: Collection[float] = (), reason: str = "", least: int = DECIMALS
) -> str:
    """Format a difference with its sign; parameters as for :func:`level`, but one is not added.

    Examples
    --------
    >>> difference(0.1), difference(-0.00004), difference(0.0), difference(-0.0)
    ('+0.100', '−0.00004', '0.000', '0.000')
    """
    if not math.isfinite(value):
        return _word(value, reason)
    return _signed(value, decimals(value, (0.0, *beside), least), plus="+")


def p_value(value: float, beside: Collection[float] = (0.05,), reason: str = "") -> str:
    """Format a p value; parameters as for :func:`level`.

    Raises
    ------
    ValueError
        The value is not between 0 and 1.

    Examples
    --------
    >>> p_value(0.0004), p_value(0.0496), p_value(0.05), p_value(0.31)
    ('< 0.001', '0.0496', '0.050', '0.310')
    """
    if not math.isnan(value) and not 0 <= value <= 1:
        raise ValueError(f"p value {value}: give a number from 0 to 1")
    least = min(SMALLEST_P, *beside)
    return f"< {exact(least)}" if value < least else level(value, beside, reason)


def count(value: float, reason: str = "") -> str:
    """Format a count, rounded to a whole number.

    Examples
    --------
    >>> count(1281167), count(36.4), count(float("inf"))
    ('1,281,167', '36', 'infinite')
    """
    if not math.isfinite(value):
        return _word(value, reason)
    return f"{round(float(value)):,}".replace("-", MINUS)


def percent(value: float, beside: Collection[float] = (), reason: str = "") -> str:
    """Format a proportion as a percentage; parameters as for :func:`level`.

    Raises
    ------
    ValueError
        The proportion is not between 0 and 1.

    Examples
    --------
    >>> percent(0.973), percent(0.99996), percent(1.0)
    ('97.3 %', '99.996 %', '100.0 %')
    """
    if math.isnan(value):
        return _word(value, reason)
    if not 0 <= value <= 1:
        raise ValueError(f"proportion {value}: give a number from 0 to 1")
    # 100 times the largest float below one would be rounded to 100.
    scaled = min(100 * value, math.nextafter(100, 0)) if value < 1 else 100.0
    kept = (0.0, 100.0, *(100 * one for one in beside))
    return f"{_signed(scaled, decimals(scaled, kept, least=1), plus='')} %"


def whole_percent(value: float) -> str:
    """Format the level of an interval as a percentage, without trailing zeros.

    Examples
    --------
    >>> whole_percent(0.95), whole_percent(0.995)
    ('95 %', '99.5 %')
    """
    return f"{float(f'{100 * value:.10g}'):.10g} %"


def exact(value: float) -> str:
    """Format a number with all of its digits, for a threshold that other numbers are compared with.

    Examples
    --------
    >>> exact(0.6006), exact(1 / 3)
    ('0.6006', '0.3333333333333333')
    """
    return _signed(value, MOST + 1, plus="") if math.isfinite(value) else _word(value, "")


def plain(value: float) -> str:
    """Format a number without a kind as short as it is: a mark of an axis, or a given parameter.

    It has thousands separators, no trailing zeros and at most ten digits.

    Examples
    --------
    >>> plain(1281167), plain(0.1), plain(-0.05), plain(0.0003)
    ('1,281,167', '0.1', '−0.05', '0.0003')
    """
    if not math.isfinite(value):
        return _word(value, "")
    text = f"{value + 0.0:,.10g}"
    return (_signed(value, MOST + 1, plus="") if "e" in text else text).replace("-", MINUS)


def interval(
    estimate: float,
    low: float,
    high: float,
    write: Writer = level,
    beside: Collection[float] = (),
    reason: str = "",
    between: str = " ",
) -> str:
    """Format an estimate with its interval. All three numbers have the same number of decimals.

    If the estimate is NaN, only the reason is written. If a bound is NaN, the text says that there
    is no interval.

    Parameters
    ----------
    estimate, low, high
        Estimate, and bounds of the interval.
    write
        :func:`level` or :func:`difference`.
    beside
        Values that the rounded numbers must not become equal to.
    reason
        Reason to print if a number is not finite.
    between
        Text between estimate and interval.

    Examples
    --------
    >>> interval(0.857, 0.8214, 0.9)
    '0.857 [0.821, 0.900]'
    >>> interval(-0.0002, -0.0004, -0.00001, write=difference)
    '−0.00020 [−0.00040, −0.00001]'
    >>> interval(float("nan"), 0.8, 0.95, reason="no image was called negative (seed 1)")
    'no image was called negative (seed 1)'
    >>> interval(1.0, float("nan"), float("nan"), reason="all images are ranked right")
    '1.000 [no interval: all images are ranked right]'
    """
    if math.isnan(estimate):
        return _word(estimate, reason)
    if math.isnan(low) or math.isnan(high):
        why = f"no interval: {reason}" if reason else "no interval"
        return f"{write(estimate, beside)}{between}[{why}]"
    texts = _alike([estimate, low, high], write, beside)
    because = (
        f" ({reason})" if reason and not all(map(math.isfinite, (estimate, low, high))) else ""
    )
    return f"{texts[0]}{between}[{texts[1]}, {texts[2]}]{because}"


def value_of(text: str) -> float:
    """Read a number in the format of :func:`level`, :func:`difference` or :func:`count`.

    Examples
    --------
    >>> value_of("−0.034"), value_of("+1,200"), value_of("+2.5 × 10⁻¹²")
    (-0.034, 1200.0, 2.5e-12)
    """
    plain = re.sub(r" × 10(.*)", lambda found: f"e{found[1].translate(_LOWERED)}", text)
    return float(plain.replace(MINUS, "-").replace(",", ""))


def _word(value: float, reason: str) -> str:
    if math.isnan(value):
        return reason or UNDEFINED
    sign, word = "" if value > 0 else MINUS, "infinite"
    if reason.startswith(word):  # the reason says it already: infinite in two of three seeds
        return f"{sign}{reason}"
    return f"{sign}{word}: {reason}" if reason else f"{sign}{word}"


def _signed(value: float, digits: int, plus: str) -> str:
    sign = MINUS if value < 0 else plus if value > 0 else ""
    size = abs(value)
    if digits > MOST or size >= LARGE:
        return sign + _with_power(size)
    return f"{sign}{size:,.{digits}f}"


def _with_power(size: float) -> str:
    """Format a positive number: four digits if large, otherwise all digits; powers as in Python."""
    text = f"{size:.4g}" if size >= LARGE else repr(float(size))
    digits, _, power = text.partition("e")
    if not power:
        return digits
    return f"{digits} × 10{str(int(power)).translate(_RAISED)}"


def _alike(values: list[float], write: Writer, beside: Collection[float]) -> list[str]:
    """Format numbers with the number of decimals of the one that needs most.

    One that needs more than :data:`cxrstudy.base.rounding.MOST`, such as 0.99999999979, does not
    make the others longer.
    """
    texts = [write(value, beside) for value in values]
    counts = [count for text in texts if (count := _decimals_of(text)) <= MOST]
    needed = max(counts, default=DECIMALS)
    plus = "+" if write is difference else ""
    return [
        _signed(value, needed, plus) if 0 < _decimals_of(text) < needed else text
        for value, text in zip(values, texts, strict=True)
    ]


def _decimals_of(text: str) -> int:
    """Number of decimals in a text; 0 for a word or a power of ten."""
    return len(text.partition(".")[2]) if re.fullmatch(r"[+−]?[\d,]+\.\d+", text) else 0

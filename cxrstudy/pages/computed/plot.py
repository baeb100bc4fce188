"""Plot: the intervals of one claim as SVG in a page, whose text stays text in both themes."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, isfinite

from cxrstudy.base import numbers

WIDTH, LEFT, RIGHT = 250, 12, 238  # user units, which are pixels at the size of a table
ROW, FOOT = 18, 16

#: Marks of cohorts, in their order, as SVG around the origin.
MARKS = (
    '<circle r="5"/>', '<rect x="-4.5" y="-4.5" width="9" height="9"/>',
    '<path d="M0-6.5 6.5 0 0 6.5-6.5 0Z"/>', '<path d="M0-6 6 5H-6Z"/>', '<path d="M0 6 6-5H-6Z"/>',
    '<path d="M-6 0H6M0-6V6" stroke-width="3"/>', '<path d="M-5-5 5 5M5-5-5 5" stroke-width="3"/>',
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """An estimate to draw.

    Attributes
    ----------
    name
        What it is of, for the text that stands for the picture.
    mark
        Number of its mark in :data:`MARKS`.
    estimate, low, high
        The difference and the ends of its interval.
    """

    name: str
    mark: int
    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Scale:
    """The axis that the plots of several claims share."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Horizontal place of a value; values beyond the axis are at its end."""
        inside = min(max(value, self.low), self.high)
        return round(LEFT + (RIGHT - LEFT) * (inside - self.low) / (self.high - self.low), 1)


def scale_of(values: Sequence[float]) -> Scale:
    """The axis that holds zero and all values that are numbers, and ends at whole hundredths.

    So the numbers at its ends, which have two decimals, are exact.

    Examples
    --------
    >>> scale_of([-0.0931, 0.05, float("nan")])
    Scale(low=-0.1, high=0.05)
    """
    known = [0.0, *(100 * value for value in values if isfinite(value))]
    low, high = floor(round(min(known), 9)) / 100, ceil(round(max(known), 9)) / 100
    return Scale(low, high) if low < high else Scale(-1.0, 1.0)


def mark(number: int) -> str:
    """A mark alone, for a text that explains it."""
    return (
        '<svg class="study-mark" viewBox="-8 -8 16 16" width="12" height="12" aria-hidden="true">'
        f"{MARKS[number % len(MARKS)]}</svg>"
    )


def plot(rows: Sequence[Drawn], bounds: Sequence[float], scale: Scale, said: str) -> str:
    """Draw estimates below each other, with zero as a line and the bounds as broken ones.

    The text that stands for the picture says the same numbers, and what the bounds are.
    """
    foot = ROW * len(rows)
    height = foot + FOOT
    zero = scale.at(0.0)
    parts = [f'<line class="zero" x1="{zero}" x2="{zero}" y1="0" y2="{foot}"/>']
    for at in (scale.at(bound) for bound in bounds if bound):
        parts.append(f'<line class="bound" x1="{at}" x2="{at}" y1="0" y2="{foot}"/>')
    parts += [_row(row, ROW * place + ROW / 2, scale) for place, row in enumerate(rows)]
    parts += _ticks(scale, bounds, height)
    title = escape("; ".join([*map(_said, rows), said]))
    return (
        f'<svg class="study-plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{title}">'
        f"{''.join(parts)}</svg>"
    )


def _row(row: Drawn, height: float, scale: Scale) -> str:
    low, high = scale.at(row.low), scale.at(row.high)
    line = f'<line class="interval" x1="{low}" x2="{high}" y1="{height}" y2="{height}"/>'
    at = scale.at(row.estimate)
    return f'{line}<g transform="translate({at} {height})">{MARKS[row.mark % len(MARKS)]}</g>'


def _ticks(scale: Scale, bounds: Sequence[float], height: float) -> list[str]:
    """Numbers below the axis: its ends, zero, and the bounds, where they have room."""
    placed: list[tuple[float, str]] = []
    for value in (0.0, *bounds, scale.low, scale.high):
        at = min(max(scale.at(value), LEFT + 8), RIGHT - 8)
        if all(abs(at - other) > 38 for other, _ in placed):
            placed.append((at, "0" if value == 0 else numbers.difference(value, least=2)))
    return [
        f'<text x="{at}" y="{height - 3}" text-anchor="middle">{text}</text>' for at, text in placed
    ]


def _said(row: Drawn) -> str:
    return f"{row.name}: {numbers.interval(row.estimate, row.low, row.high, numbers.difference)}"

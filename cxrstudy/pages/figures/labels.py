"""Labels: direct labels of series and points, moved apart if they would overlap."""

import itertools
from collections.abc import Hashable, Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox
from numpy.typing import NDArray
from scipy.optimize import isotonic_regression

from cxrstudy.pages.figures.style import SMALL, Look, figure_of, ink
from cxrstudy.pages.figures.words import wrapped

LINE = 1.3  # height of a line of text, in font sizes
MOST_STEPS = 1000  # that a label of a point is lifted


def spread(
    heights: Sequence[float], sizes: Sequence[float], low: float = -np.inf, high: float = np.inf
) -> NDArray[np.float64]:
    """Move labels apart as little as possible, by least squares, and keep their order.

    Parameters
    ----------
    heights
        Desired middle of each label.
    sizes
        Height of each label.
    low, high
        Bounds that no label exceeds, if all of them together fit between.
    """
    order = np.argsort(heights, kind="stable")
    size = np.asarray(sizes, np.float64)[order]
    steps = np.concatenate([[0.0], np.cumsum((size[:-1] + size[1:]) / 2)])
    placed = np.empty(len(order))
    wanted = np.asarray(heights, np.float64)[order] - steps
    lowest = low + size[0] / 2
    highest = max(lowest, high - size[-1] / 2 - steps[-1])
    placed[order] = np.clip(isotonic_regression(wanted).x, lowest, highest) + steps
    return placed


def label_ends(
    axes: Axes, ends: Mapping[Hashable, tuple[float, float]], looks: Mapping[Hashable, Look]
) -> None:
    """Write names right of the axes, each with a thin line from the end of its series.

    To be called last, because it needs the final height of the axes. A figure that is too low for
    its names is made higher.

    Parameters
    ----------
    axes
        Axes with final limits and labels.
    ends
        Name of a series to the position of its last point.
    looks
        Name of a series to its look.
    """
    if not ends:
        return
    texts = [wrapped(name, 24) for name in ends]
    _make_room(axes, LINE * SMALL * sum(text.count("\n") + 1 for text in texts))
    line = LINE * SMALL / _height_in_points(axes)
    to_part = axes.transData + axes.transAxes.inverted()
    heights = [to_part.transform(end)[1] for end in ends.values()]
    places = spread(heights, [line * (text.count("\n") + 1) for text in texts], 0.0, 1.0)
    for (name, end), text, height in zip(ends.items(), texts, places, strict=True):
        colour = looks[name].colour
        axes.annotate(
            text, end, (1.03, height), "data", "axes fraction", va="center", fontsize=SMALL,
            color=ink(colour), annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "lw": 0.7, "shrinkA": 1, "shrinkB": 5},
        )  # fmt: skip


def label_points(axes: Axes, rows: pd.DataFrame, texts: Sequence[str], colour: str) -> None:
    """Write names above the intervals of points, higher if a name or interval is in the way.

    A name that stands higher has a thin line to its point: others may be nearer.

    To be called last, for the lowest points first.

    Parameters
    ----------
    axes
        Axes with final limits and labels; existing texts are avoided.
    rows
        Columns ``x`` and ``high``: the upper ends of the intervals.
    texts
        One text per row.
    colour
        Colour of the points.
    """
    figure = figure_of(axes)
    figure.draw_without_rendering()
    for row, text in zip(rows.itertuples(), texts, strict=True):
        label = axes.annotate(
            text, (row.x, row.high), (0, 4), textcoords="offset points", ha="center",
            va="bottom", fontsize=SMALL, linespacing=1.15, color=ink(colour),
        )  # fmt: skip
        # Names take no part in the layout, or the axes would shrink below them.
        label.set_in_layout(False)
        lifted = _lift(label, _obstacles(axes, label), figure.dpi)
        if lifted:
            line = {"arrowstyle": "-", "color": colour, "lw": 0.6, "shrinkA": 0, "shrinkB": 3}
            axes.annotate(
                "", (row.x, row.high), (0, 4 + lifted), textcoords="offset points", zorder=0,
                arrowprops=line,
            ).set_in_layout(False)  # fmt: skip


def make_higher(axes: Axes) -> bool:
    """Where labels of points rise over the axes, make the figure higher and remove them.

    The axes keep their scale; what they gain is above. So the labels can be written again.

    Returns
    -------
    Whether it was needed.
    """
    figure = figure_of(axes)
    figure.draw_without_rendering()
    labels = [text for text in axes.texts if isinstance(text, Annotation)]
    top = max((box.y1 for box in boxes(labels)), default=0.0)
    over = (top - axes.bbox.y1) * 72 / figure.dpi
    if over <= 1:
        return False
    before = _height_in_points(axes)
    for label in labels:
        label.remove()
    figure.set_figheight(figure.get_figheight() + (over + 4) / 72)
    figure.draw_without_rendering()
    bottom, end = axes.get_ylim()
    axes.set_ylim(bottom, bottom + (end - bottom) * _height_in_points(axes) / before)
    return True


def align_left(axes: Axes) -> None:
    """Align the names of rows on the left; to be called last."""
    figure = figure_of(axes)
    figure.draw_without_rendering()
    labels = axes.get_yticklabels()
    width = max(box.width for box in boxes(labels)) * 72 / figure.dpi
    for label in labels:
        label.set_horizontalalignment("left")
    axes.tick_params(axis="y", length=0, pad=width + 6)


def boxes(texts: Sequence[Text]) -> list[Bbox]:
    """Rectangles of texts on the canvas, without their leader lines."""
    return [_box(text) for text in texts if text.get_text()]


def _box(text: Text) -> Bbox:
    text.get_window_extent()  # updates the position of an annotation
    return Text.get_window_extent(text)


def _make_room(axes: Axes, points: float) -> None:
    """Make the figure higher until its axes have some height, and lay it out."""
    figure = figure_of(axes)
    figure.draw_without_rendering()
    lacking = points - _height_in_points(axes)
    if lacking > 0:
        figure.set_figheight(figure.get_figheight() + lacking / 72)
        figure.draw_without_rendering()


def _height_in_points(axes: Axes) -> float:
    box = axes.get_window_extent()
    return float(box.height * 72 / figure_of(axes).dpi)


def _obstacles(axes: Axes, label: Text) -> list[Bbox]:
    """Other texts inside the axes, upright bars, and points along the lines."""
    bars = [
        Bbox(axes.transData.transform(segment)).padded(2)
        for found in axes.collections
        if hasattr(found, "get_segments")
        for segment in found.get_segments()
        if len(segment) == 2 and np.isfinite(segment).all()
    ]
    points = [
        Bbox([point, point]).padded(2)
        for line in axes.lines
        for point in _along(line)
        if np.isfinite(point).all()
    ]
    return bars + points + boxes([text for text in axes.texts if text is not label])


def _along(line: Line2D) -> NDArray[np.float64]:
    """Points on the canvas, close together along a line."""
    corners = line.get_transform().transform(line.get_xydata())
    if line.get_linestyle() == "None" or len(corners) < 2:
        return np.asarray(corners)
    parts = [np.linspace(*pair, num=60) for pair in itertools.pairwise(corners)]
    return np.concatenate(parts)


def _lift(label: Annotation, obstacles: Sequence[Bbox], dpi: float) -> float:
    """Move a label up, by steps of three points, until nothing is in its way, and say how far."""
    own = _box(label).padded(1)
    found = np.array([box.extents for box in obstacles]).reshape(-1, 4)
    aside = found[(found[:, 0] < own.x1) & (found[:, 2] > own.x0)]
    step = 3 * dpi / 72
    for steps in range(MOST_STEPS):
        low, high = own.y0 + steps * step, own.y1 + steps * step
        if not ((aside[:, 1] < high) & (aside[:, 3] > low)).any():
            break
    x, y = label.get_position()
    label.set_position((x, y + 3 * steps))
    return 3.0 * steps

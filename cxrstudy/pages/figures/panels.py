"""Panels: one square panel per arm, for curves with both axes from 0 to 1."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from cxrstudy.pages.figures.style import WIDTH
from cxrstudy.pages.figures.words import wrapped

COLUMNS = 4
LETTERS = 80  # of the names above a row of panels, per line

#: Place of a caption below panels: from the left, as their names are.
LEFT: dict[str, Any] = {"x": 0.1, "ha": "left"}


def squares(arms: Sequence[Hashable]) -> tuple[Figure, Mapping[Hashable, Axes]]:
    """Make one panel per arm, at most four in a row, with the diagonal as a dotted line.

    The name of the arm is above its panel. Few panels leave the rest of the width empty.
    """
    columns = min(COLUMNS, max(3, len(arms)))
    lines = -(-len(arms) // columns)
    names = [wrapped(arm, LETTERS // columns) for arm in arms]
    above = 0.14 * max(name.count("\n") for name in names)
    figure, grid = plt.subplots(
        lines, columns, figsize=(WIDTH, (WIDTH / columns + above) * lines + 0.8),
        sharex=True, sharey=True, squeeze=False, layout="constrained",
    )  # fmt: skip
    panels = dict(zip(arms, grid.flat, strict=False))
    for axes in panels.values():
        axes.plot([0, 1], [0, 1], color="0.5", linewidth=0.6, linestyle=":")
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
        axes.set_aspect("equal")
    for axes, name in zip(panels.values(), names, strict=True):
        axes.set_title(name, fontsize=9.5, loc="left")
    for axes in grid.flat[len(arms) :]:
        axes.set_visible(False)
    for axes in grid.flat[max(0, len(arms) - columns) : len(arms)]:
        axes.tick_params(labelbottom=True)  # no panel below it
    return figure, panels

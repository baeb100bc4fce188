"""Pictures: radiographs side by side, with what is known about them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cxrstudy import phantom
from cxrstudy.base import numbers
from cxrstudy.base.checks import whole
from cxrstudy.base.words import label_name
from cxrstudy.pages.figures.source import with_source
from cxrstudy.pages.figures.style import ORANGE, SKY, SMALL, WIDTH, figure_of, finished, nothing
from cxrstudy.pages.figures.words import wrapped
from cxrstudy.phantom import Phantom


def specimens(shown: Mapping[str, Phantom], columns: int, outlines: bool = False) -> Figure:
    """Show phantoms side by side, optionally with outlines: lungs in blue, lesion in orange.

    Examples
    --------
    >>> from cxrstudy import phantom
    >>> from cxrstudy.notebook import figures
    >>> shown = {name: phantom.specimen(name, 7, 64) for name in ("normal", "covid19")}
    >>> figures.specimens(shown, columns=2, outlines=True)
    <Figure size ...>
    """
    if not shown:
        return nothing("No phantom to show")
    figure, grid = _grid(len(shown), columns)
    for axes, (name, specimen) in zip(grid.flat, shown.items(), strict=False):
        _radiograph(axes, specimen.image, label_name(name))
        for colour, mask in ((SKY, specimen.lung), (ORANGE, specimen.lesion)):
            if outlines and mask.any():
                axes.contour(mask, levels=[0.5], colors=[colour], linewidths=0.9)
    return finished(figure)


@with_source
def patients(rows: pd.DataFrame, pixels: int, columns: int) -> Figure:
    """Show images of a phantom manifest, each with its labels, projection, sex and age.

    Parameters
    ----------
    rows
        Columns of a manifest.
    pixels
        Side at which they are rendered.
    columns
        Images per row.

    Examples
    --------
    >>> from cxrstudy import phantom
    >>> from cxrstudy.notebook import figures
    >>> figures.patients(phantom.population.draw("target", 2, seed=2026), pixels=64, columns=2)
    <Figure size ...>
    """
    if rows.empty:
        return nothing("No patient to show")
    figure, grid = _grid(len(rows), columns)
    for axes, row in zip(grid.flat, rows.itertuples(), strict=False):
        label = label_name(row.labels)
        years = numbers.count(row.age, reason="age not known")
        age = f"{years} years" if np.isfinite(row.age) else years
        person = "" if row.sex == "unknown" else f"\n{row.view}, {row.sex}, {age}"
        _radiograph(axes, phantom.read(row.path, pixels), label + person)
    return finished(figure)


@dataclass(frozen=True, eq=False)
class Mapped:
    """An image, its map, both (h, w), and the mask of the lesion if known.

    A map that is not finite, or zero everywhere, is not drawn, and the title says so.
    """

    title: str
    image: NDArray[np.uint8]
    heat: NDArray[np.float32]
    lesion: NDArray[np.bool_] | None


def maps(shown: Sequence[Mapped], columns: int) -> Figure:
    """Show images with their maps in colour, and the outline of the lesion where it is known.

    Examples
    --------
    >>> import numpy as np
    >>> from cxrstudy.notebook import figures
    >>> grey, heat = np.full((8, 8), 90, np.uint8), np.eye(8, dtype=np.float32)
    >>> figures.maps([figures.Mapped("surest: 0.93", grey, heat, None)], columns=1)
    <Figure size ...>
    """
    if not shown:
        return nothing("No image to show")
    figure, grid = _grid(len(shown), columns)
    for axes, one in zip(grid.flat, shown, strict=False):
        lacking = _lacking(one.heat)
        _radiograph(axes, one.image, f"{one.title}{lacking and f' ({lacking})'}")
        if not lacking:
            axes.imshow(one.heat / one.heat.max(), cmap="magma", alpha=0.45, vmin=0, vmax=1)
        if one.lesion is not None and one.lesion.any():
            axes.contour(one.lesion, levels=[0.5], colors=[SKY], linewidths=1.1)
    return finished(figure)


def _lacking(heat: NDArray[np.float32]) -> str:
    """Why a map can't be drawn; empty if it can."""
    if not np.isfinite(heat).all():
        return "no map: it is not finite"
    return "" if heat.max() > 0 else "no map: it is zero everywhere"


def _grid(count: int, columns: int) -> tuple[Figure, Any]:
    """Panels for square images, with room for a title of two lines above each row."""
    columns = whole(columns, 1, "columns")
    lines, size = -(-count // columns), WIDTH / columns
    figure, grid = plt.subplots(
        lines, columns, figsize=(WIDTH, (size + 0.34) * lines), squeeze=False, layout="constrained"
    )
    for axes in grid.flat:
        axes.axis("off")
    return figure, grid


def _radiograph(axes: Axes, image: NDArray[np.uint8], title: str) -> None:
    axes.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    # As many letters as fit over the panel.
    letters = max(8, int(axes.bbox.width / figure_of(axes).dpi * 72 / (0.52 * SMALL)))
    lines = "\n".join(wrapped(line, letters) for line in title.split("\n"))
    axes.set_title(lines, fontsize=SMALL, pad=3)

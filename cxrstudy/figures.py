"""Figures: one style, one function a figure, every estimate with its interval and its n.

Colours are Okabe and Ito's (2008), which colour-blind readers can tell apart; what a colour says is
also said by place or by text, so that a figure survives a grey printer.
"""

from collections.abc import Hashable, Mapping
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from cxrstudy import phantom
from cxrstudy.phantom import Phantom
from cxrstudy.statistics import SPOKEN

BLUE, ORANGE, GREEN, RED, PURPLE, SKY, YELLOW, GREY = (
    "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9", "#F0E442", "#5F6670",
)  # fmt: skip
WIDTH = 7.2  # inches: the text width of the book


def use_style() -> None:
    """Set the style of all figures, and vector graphics where a notebook shows them."""
    sns.set_theme(
        context="notebook", style="ticks", palette=[BLUE, ORANGE, GREEN, RED, PURPLE, SKY]
    )
    plt.rcParams.update(
        {
            "font.size": 10, "axes.labelsize": 10, "xtick.labelsize": 9.5, "ytick.labelsize": 10,
            "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY,
            "figure.dpi": 110, "savefig.bbox": "tight", "savefig.facecolor": "white",
            # The same figure is the same file: no dates, no random ids.
            "svg.hashsalt": "cxrstudy",
        }
    )  # fmt: skip
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    set_matplotlib_formats("svg", metadata={"Date": None})


def estimates(
    table: pd.DataFrame, axis: str, published: Mapping[str, float] | None = None
) -> Figure:
    """Draw an estimate and its interval for every arm; what the paper reported as broken lines.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.estimates`, drawn from top to bottom.
    axis
        Name of the number.
    published
        Name to value in the paper.
    """
    figure, axes = _rows(len(table))
    for place, (name, value) in enumerate((published or {}).items()):
        axes.axvline(value, color=GREY, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
        side = "right" if place % 2 == 0 else "left"
        # Each label stands on the outer side of its line, so that two never meet.
        axes.text(
            value, 1.01, f" {name} ", ha=side, va="bottom", color=GREY, fontsize=8.5,
            transform=axes.get_xaxis_transform(),
        )  # fmt: skip
    _intervals(axes, table, BLUE)
    _caption_n(axes, table, axis)
    return finished(figure)


def differences(table: pd.DataFrame, axis: str) -> Figure:
    """Draw the difference of every arm to the one compared with, as a forest plot.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.contrasts`.
    axis
        Name of the number.
    """
    figure, axes = _rows(len(table))
    axes.axvline(0, color=GREY, linewidth=1, zorder=0)
    _intervals(axes, table, BLUE, signed=True)
    against = table["against"].iloc[0]
    _caption_n(axes, table, f"{axis}: difference to {against}\n(right of 0: better than {against})")
    return finished(figure)


def roc(scores: pd.DataFrame, label: str, estimated: pd.DataFrame, role: str = "target") -> Figure:
    """Draw the ROC curve of every arm, one panel an arm, the first arm as a grey line in each.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.Study.run`.
    label
        Against the rest.
    estimated
        Of :func:`cxrstudy.statistics.estimates`, written into the panels.
    """
    tested = scores[(scores["role"] == role) & (scores["split"] == "test")]
    arms = list(estimated["arm"])
    columns = min(4, len(arms))
    lines = -(-len(arms) // columns)
    figure, grid = plt.subplots(
        lines, columns, figsize=(WIDTH, WIDTH / columns * lines + 0.3),
        sharex=True, sharey=True, squeeze=False,
    )  # fmt: skip
    rates = np.linspace(0, 1, 201)
    curves = {arm: _mean_roc(tested[tested["arm"] == arm], label, rates) for arm in arms}
    for axes, arm in zip(grid.flat, arms, strict=False):
        axes.plot([0, 1], [0, 1], color=GREY, linewidth=0.6, linestyle=":")
        axes.plot(rates, curves[arms[0]], color=GREY, linewidth=1.2)
        if arm != arms[0]:
            axes.plot(rates, curves[arm], color=BLUE, linewidth=1.8)
        row = estimated[estimated["arm"] == arm].iloc[0]
        text = f"{row['estimate']:.3f}\n[{row['low']:.3f}, {row['high']:.3f}]"
        axes.text(0.97, 0.05, text, ha="right", va="bottom", fontsize=8.5)
        axes.set_title(arm, fontsize=9.5, loc="left", color=GREY if arm == arms[0] else BLUE)
        axes.set(xlim=(-0.01, 1), ylim=(0, 1.01), xticks=[0, 0.5, 1], yticks=[0, 0.5, 1])
        axes.set_aspect("equal")
    for axes in grid.flat[len(arms) :]:
        axes.set_visible(False)
    n = estimated.iloc[0]
    counts = f"n = {n['patients']} patients, {n['images']} images, seeds: {n['seeds']}"
    figure.supxlabel(f"1 − specificity\n{counts}", fontsize=9.5)
    figure.supylabel("sensitivity", fontsize=10)
    figure.tight_layout()
    return finished(figure)


def slopes(places: Mapping[str, pd.DataFrame], axis: str, chance: float = 0.5) -> Figure:
    """Follow every arm from one place to the next: a line that falls is a shortcut that broke.

    Parameters
    ----------
    places
        Name of the place to :func:`cxrstudy.statistics.estimates` there, from left to right.
    axis
        Name of the number.
    chance
        Value of guessing, drawn as a broken line.
    """
    figure, axes = plt.subplots(figsize=(WIDTH, 4.4))
    arms = list(next(iter(places.values()))["arm"])
    colours = dict(zip(arms, [BLUE, GREEN, ORANGE, RED, PURPLE, SKY, GREY], strict=False))
    axes.axhline(chance, color=GREY, linewidth=0.9, linestyle=(0, (4, 3)), zorder=0)
    axes.text(-0.3, chance, "chance ", va="bottom", color=GREY, fontsize=8.5)
    for number, arm in enumerate(arms):
        rows = pd.concat([table[table["arm"] == arm] for table in places.values()])
        # A little apart, or intervals would lie on one another.
        x = np.arange(len(rows)) + 0.035 * (number - (len(arms) - 1) / 2)
        bars = rows[["estimate", "low", "high"]].to_numpy().T
        axes.plot(x, bars[0], "o-", color=colours[arm], linewidth=2, markersize=6)
        axes.vlines(x, bars[1], bars[2], color=colours[arm], linewidth=1.2)
    _label_ends(axes, len(places) - 1 + 0.16, places, colours)
    tables = zip(places, places.values(), strict=True)
    axes.set_xticks(
        range(len(places)), [f"{name}\nn = {t['patients'].iloc[0]}" for name, t in tables]
    )
    axes.set(xlim=(-0.32, len(places) - 0.3), ylim=(-0.02, 1.02), ylabel=axis)
    axes.tick_params(axis="x", length=0)
    return finished(figure)


def specimens(shown: Mapping[str, Phantom], columns: int, outlines: bool = False) -> Figure:
    """Show phantoms side by side, if asked with their truth: lungs in blue, lesion in orange."""
    figure, grid = _grid(len(shown), columns)
    for axes, (name, specimen) in zip(grid.flat, shown.items(), strict=False):
        _radiograph(axes, specimen.image, SPOKEN.get(name, name))
        for colour, mask in ((SKY, specimen.lung), (ORANGE, specimen.lesion)):
            if outlines and mask.any():
                axes.contour(mask, levels=[0.5], colors=[colour], linewidths=0.9)
    return finished(figure)


def patients(rows: pd.DataFrame, pixels: int, columns: int) -> Figure:
    """Show images of a phantom manifest, each with its labels, projection, sex and age.

    Parameters
    ----------
    rows
        Columns of a manifest.
    pixels
        Side at which they are rendered.
    columns
        Images a row.
    """
    figure, grid = _grid(len(rows), columns)
    for axes, row in zip(grid.flat, rows.itertuples(), strict=False):
        label = SPOKEN.get(row.labels, row.labels).replace("_", " ")
        person = "" if row.sex == "unknown" else f"\n{row.view}, {row.sex}, {row.age:.0f} years"
        _radiograph(axes, phantom.read(row.path, pixels), label + person)
    return finished(figure)


def finished(figure: Figure) -> Figure:
    """Take a figure from pyplot's hands, or a notebook would show it a second time."""
    plt.close(figure)
    return figure


def _grid(count: int, columns: int) -> tuple[Figure, Any]:
    """Panels for square images, with room for a title of two lines above each row."""
    lines, size = -(-count // columns), WIDTH / columns
    figure, grid = plt.subplots(
        lines, columns, figsize=(WIDTH, (size + 0.34) * lines), squeeze=False, layout="constrained"
    )
    for axes in grid.flat:
        axes.axis("off")
    return figure, grid


def _radiograph(axes: Axes, image: NDArray[np.uint8], title: str) -> None:
    axes.imshow(image, cmap="gray", vmin=0, vmax=255, interpolation="antialiased")
    axes.set_title(title, fontsize=8.5, pad=3)


def _rows(count: int) -> tuple[Figure, Axes]:
    return plt.subplots(figsize=(WIDTH, 0.36 * count + 1.15))


def _intervals(axes: Axes, table: pd.DataFrame, colour: str, signed: bool = False) -> None:
    """Draw points and bars from top to bottom, the numbers in a column at the right."""
    sign = "+" if signed else ""
    for place, row in enumerate(table.itertuples()):
        axes.plot(
            [row.low, row.high], [place, place], color=colour, linewidth=2, solid_capstyle="butt"
        )
        axes.plot(row.estimate, place, "o", color=colour, markersize=6)
        text = f"{row.estimate:{sign}.3f}  [{row.low:{sign}.3f}, {row.high:{sign}.3f}]"
        text = text.replace("-", "−")
        axes.text(1.02, place, text, va="center", fontsize=9, transform=axes.get_yaxis_transform())
    axes.set_yticks(range(len(table)), [str(arm) for arm in table["arm"]])
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(len(table) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)


def _caption_n(axes: Axes, table: pd.DataFrame, name: str) -> None:
    row = table.iloc[0]
    seeds = "1 seed" if row["seeds"] == 1 else f"{row['seeds']} seeds"
    n = f"n = {row['patients']} patients, {row['images']} images, {seeds}; bars: 95 % interval"
    axes.set_xlabel(f"{name}\n{n}", fontsize=9.5)


def _label_ends(
    axes: Axes, x: float, places: Mapping[str, pd.DataFrame], colours: Mapping[Hashable, str]
) -> None:
    """Write the arms' names at the ends of their lines, pushed apart where they would touch."""
    ends = list(places.values())[-1].sort_values("estimate")
    height = -1.0
    for row in ends.itertuples():
        height = max(row.estimate, height + 0.055)
        axes.text(
            x, height, str(row.arm), color=colours[row.arm], va="center", fontsize=9.5,
            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8},
        )  # fmt: skip


def _mean_roc(rows: pd.DataFrame, label: str, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sensitivity at false positive rates, averaged over seeds."""
    curves = []
    for _, table in rows.groupby("seed"):
        false, true, _ = roc_curve(table[f"truth_{label}"] == 1, table[f"score_{label}"])
        curves.append(np.interp(rates, false, true))
    return np.asarray(np.mean(curves, axis=0))

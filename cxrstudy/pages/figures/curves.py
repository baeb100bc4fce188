"""Curves: ROC curves and calibration curves."""

from collections.abc import Hashable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray

from cxrstudy.base import numbers
from cxrstudy.base.columns import of_arms, score_column, truth_column
from cxrstudy.base.words import arm_name, label_name
from cxrstudy.pages.figures.gate import FigureError, interval_table, known_scores
from cxrstudy.pages.figures.panels import LEFT, squares
from cxrstudy.pages.figures.series import draw_line
from cxrstudy.pages.figures.source import with_source
from cxrstudy.pages.figures.style import BLUE, GREY, LOOKS, SMALL, caption_below, finished, nothing
from cxrstudy.pages.figures.words import caption, in_lines, level_text, not_drawn, wrapped

#: Column with the number of images that a point of a calibration curve stands for.
BIN_IMAGES = "in_bin"


@with_source
def roc(scores: pd.DataFrame, label: str, estimated: pd.DataFrame, role: str = "target") -> Figure:
    """Draw ROC curves, one panel per arm, with the first arm as a grey line in each.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.arms.Arms.scores`.
    label
        Label, against the rest.
    estimated
        From :func:`cxrstudy.statistics.estimates`, written into the panels.
    role
        Role whose test split is used.

    Raises
    ------
    ScoreError, FigureError
        The scores or estimates are not valid, or are not of the same images.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> scores = statistics.made_scores()
    >>> figures.roc(scores, "covid19", estimates(scores, metrics.auroc("covid19")))
    <Figure size ...>
    """
    rows = interval_table(estimated)
    if rows.empty:
        return nothing("No arm whose ROC curve could be drawn")
    known = known_scores(scores, label, role)
    _check_same_images(known, rows)
    rates = np.linspace(0, 1, 201)
    curves = {arm: _mean_roc(known, arm, label, rates) for arm in rows["arm"]}
    figure, panels = squares(list(curves))
    first = rows["arm"].iloc[0]
    for row in rows.itertuples():
        axes = panels[row.arm]
        axes.plot(rates, curves[first], color=GREY, linewidth=1.2)
        if row.arm != first:
            axes.plot(rates, curves[row.arm], color=BLUE, linewidth=1.8)
        text = "\n".join(wrapped(part, 24) for part in level_text(row, "\n").split("\n"))
        axes.text(0.97, 0.05, text, ha="right", va="bottom", fontsize=SMALL)
        colour = GREY if row.arm == first else BLUE
        axes.set_title(axes.get_title(loc="left"), fontsize=9.5, loc="left", color=colour)
    said = f"1 − specificity\n{caption(rows, 'in brackets')}"
    if len(curves) > 1:
        said += in_lines(f"; grey line: {arm_name(first)}")
    caption_below(figure, said, **LEFT)
    figure.supylabel("sensitivity", fontsize=10)
    return finished(figure)


def _check_same_images(known: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Refuse estimates of other arms or images than the curves beside them are drawn of."""
    for row in rows.itertuples():
        own = of_arms(known, [row.arm])
        if own.empty:
            raise FigureError(f"there are no scores of arm {arm_name(row.arm)!r}")
        images = own["id"].nunique()
        if getattr(row, "images", images) != images:
            raise FigureError(
                f"arm {arm_name(row.arm)!r}: the estimate is of {row.images} images, the scores "
                f"are of {images}; give both of the same role and label"
            )


@with_source
def calibration(table: pd.DataFrame, label: str) -> Figure:
    """Draw calibration curves, one panel per arm, with the ideal diagonal.

    Ticks below a curve mark its bins, which are close together where there are many images.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.calibration_curve`.
    label
        Label, or its name as text for people.

    Raises
    ------
    FigureError
        The table is not valid.

    Examples
    --------
    >>> from cxrstudy.notebook import figures, statistics
    >>> curve = statistics.calibration_curve(statistics.made_scores(), "covid19", bins=5)
    >>> figures.calibration(curve, "COVID-19")
    <Figure size ...>
    """
    rows, label = interval_table(table, keys=("arm", "bin"), also=["predicted"]), label_name(label)
    if rows.empty:
        return nothing(f"No arm whose calibration for {label} could be drawn")
    rows = rows.assign(x=rows["predicted"].astype(float))
    figure, panels = squares(list(dict.fromkeys(rows["arm"])))
    for arm, axes in panels.items():
        points = of_arms(rows[np.isfinite(rows["x"])], [arm])
        draw_line(axes, points.sort_values("x"), LOOKS[0])
        axes.vlines(
            points["x"], 0, 0.05, color=GREY, linewidth=1.2, transform=axes.get_xaxis_transform()
        )
        axes.set_title(axes.get_title(loc="left"), fontsize=9.5, loc="left", color=BLUE)
    undefined = not_drawn(
        rows, [f"{arm_name(row.arm)}, bin {row.bin}" for row in rows.itertuples()]
    )
    said = f"mean score of {label}\n{caption(rows)}\nticks: mean scores of the bins"
    caption_below(figure, f"{said}{_bins_said(rows)}{undefined}", **LEFT)
    figure.supylabel(f"fraction with {label}", fontsize=10)
    return finished(figure)


def _bins_said(rows: pd.DataFrame) -> str:
    """How many images the points stand for, and what is not drawn, in lines for the caption."""
    texts = []
    if BIN_IMAGES in rows:
        held = rows[BIN_IMAGES].dropna().astype(float)
        if len(held):
            shown = dict.fromkeys([numbers.count(held.min()), numbers.count(held.max())])
            texts.append(f", which hold {' to '.join(shown)} images")
        for arm, own in rows.groupby(rows["arm"].map(arm_name), sort=False):
            lost = float(own["images"].iloc[0]) - float(own[BIN_IMAGES].sum())
            if round(lost) > 0:
                texts.append(
                    "\n" + in_lines(f"{numbers.count(lost)} images of {arm} have no point")
                )
    for arm, own in rows.groupby(rows["arm"].map(arm_name), sort=False):
        missing = sorted(set(range(1, int(own["bin"].max()) + 1)) - set(own["bin"]))
        if missing and BIN_IMAGES not in rows:
            named = ", ".join(map(str, missing))
            texts.append("\n" + in_lines(f"no point for bins {named} of {arm}: empty in some seed"))
    return "".join(texts)


def _mean_roc(
    known: pd.DataFrame, arm: Hashable, label: str, rates: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Sensitivity at false positive rates, averaged over seeds."""
    # Here, because its import takes a second, and most kernels draw no such curve.
    from sklearn.metrics import roc_curve

    curves = []
    for _, table in of_arms(known, [arm]).groupby("seed", dropna=False):
        false, true, _ = roc_curve(table[truth_column(label)] == 1, table[score_column(label)])
        curves.append(np.interp(rates, false, true))
    return np.asarray(np.mean(curves, axis=0))

"""Curves: ROC curves and calibration curves."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from sklearn.metrics import roc_curve

from cxrstudy.base.columns import of_arms, score_column, truth_column
from cxrstudy.pages.figures.panels import squares
from cxrstudy.pages.figures.series import draw_line
from cxrstudy.pages.figures.style import BLUE, GREY, LOOKS, SMALL, finished
from cxrstudy.pages.figures.words import caption, counts, level_text, wrapped


def roc(scores: pd.DataFrame, label: str, estimated: pd.DataFrame, role: str = "target") -> Figure:
    """Draw ROC curves, one panel per arm, with the first arm as a grey line in each.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.study.Arms.scores`.
    label
        Label, against the rest.
    estimated
        From :func:`cxrstudy.statistics.estimates`, written into the panels.
    role
        Role whose test split is used.

    Examples
    --------
    >>> from cxrstudy.notebook import estimates, figures, metrics, statistics
    >>> scores = statistics.made_scores()
    >>> figures.roc(scores, "covid19", estimates(scores, metrics.auroc("covid19")))
    <Figure size ...>
    """
    tested = scores[(scores["role"] == role) & (scores["split"] == "test")]
    rates = np.linspace(0, 1, 201)
    curves = {arm: _mean_roc(of_arms(tested, [arm]), label, rates) for arm in estimated["arm"]}
    figure, panels = squares(list(curves))
    first = estimated["arm"].iloc[0]
    for row in estimated.itertuples():
        axes = panels[row.arm]
        axes.plot(rates, curves[first], color=GREY, linewidth=1.2)
        if row.arm != first:
            axes.plot(rates, curves[row.arm], color=BLUE, linewidth=1.8)
        text = level_text(row).replace("  ", "\n")
        axes.text(0.97, 0.05, text, ha="right", va="bottom", fontsize=SMALL)
        colour = GREY if row.arm == first else BLUE
        axes.set_title(wrapped(row.arm, 26), fontsize=9.5, loc="left", color=colour)
    figure.supxlabel(f"1 − specificity\n{counts(estimated)}", fontsize=9.5)
    figure.supylabel("sensitivity", fontsize=10)
    return finished(figure)


def calibration(table: pd.DataFrame, label: str) -> Figure:
    """Draw calibration curves, one panel per arm, with the ideal diagonal.

    Ticks below a curve mark its bins, which are close together where there are many images.

    Parameters
    ----------
    table
        From :func:`cxrstudy.statistics.calibration_curve`.
    label
        Name of the label, as text for people.

    Examples
    --------
    >>> from cxrstudy.notebook import figures, statistics
    >>> curve = statistics.calibration_curve(statistics.made_scores(), "covid19", bins=5)
    >>> figures.calibration(curve, "COVID-19")
    <Figure size ...>
    """
    figure, panels = squares(list(dict.fromkeys(table["arm"])))
    for arm, axes in panels.items():
        rows = of_arms(table, [arm]).assign(x=lambda rows: rows["predicted"])
        draw_line(axes, rows, LOOKS[0])
        axes.vlines(
            rows["x"], 0, 0.05, color=GREY, linewidth=1.2, transform=axes.get_xaxis_transform()
        )
        axes.set_title(wrapped(arm, 26), fontsize=9.5, loc="left", color=BLUE)
    said = "ticks: mean scores of the bins, which hold equal numbers of images"
    figure.supxlabel(f"mean score of {label}\n{caption(table)}\n{said}", fontsize=9.5)
    figure.supylabel(f"fraction with {label}", fontsize=10)
    return finished(figure)


def _mean_roc(rows: pd.DataFrame, label: str, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sensitivity at false positive rates, averaged over seeds."""
    curves = []
    for _, table in rows.groupby("seed"):
        false, true, _ = roc_curve(table[truth_column(label)] == 1, table[score_column(label)])
        curves.append(np.interp(rates, false, true))
    return np.asarray(np.mean(curves, axis=0))

"""Curves: ROC curves of the scores they are given, calibration curves of their table."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from sklearn.metrics import roc_auc_score

from cxrstudy.pages import figures
from cxrstudy.pages.figures.gate import FigureError
from tests.support import figure_tables as tables
from tests.support.some import some

ARMS = ["control", "general", "pneumonia", "pooled", "natural"]


@pytest.fixture(scope="module")
def scores():
    """Two seeds of five arms, of which each is better than the one before."""
    random = np.random.default_rng(0)
    truth = (np.arange(200) % 2).astype(float)
    tables = []
    for strength, arm in enumerate(ARMS):
        for seed in (0, 1):
            table = pd.DataFrame({"truth_covid19": truth, "id": np.arange(200)})
            table["patient"] = table["id"]
            table["score_covid19"] = random.normal(0.5 * strength * truth)
            tables.append(table.assign(arm=arm, seed=seed, role="target", split="test"))
    whole = pd.concat(tables, ignore_index=True)
    # What must not be drawn: it would be perfect.
    other = whole.assign(score_covid19=whole["truth_covid19"])
    return pd.concat([whole, other.assign(split="validation"), other.assign(role="external")])


ESTIMATED = pd.DataFrame(
    {
        "arm": ARMS,
        "estimate": 0.5,
        "low": 0.4567,
        "high": 0.6,
        "patients": 90,
        "images": 200,
        "seeds": 2,
        "level": 0.95,
    }
)


def panel_curves(axes):
    return {to_hex(line.get_color()): line for line in axes.lines if len(line.get_xdata()) > 2}


def test_every_arm_has_a_panel_with_its_curve_and_that_of_the_first(scores):
    figure = figures.roc(scores, "covid19", ESTIMATED)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == ARMS
    grey, blue = figures.GREY.lower(), figures.BLUE.lower()
    control = panel_curves(shown[0])[grey]
    assert set(panel_curves(shown[0])) == {grey}
    for axes in some(shown[1:]):
        assert set(panel_curves(axes)) == {grey, blue}
        np.testing.assert_array_equal(panel_curves(axes)[grey].get_ydata(), control.get_ydata())


def test_a_curve_encloses_the_mean_auroc_of_the_seeds_on_the_test_split(scores):
    figure = figures.roc(scores, "covid19", ESTIMATED)
    tested = scores[(scores["role"] == "target") & (scores["split"] == "test")]
    for axes, arm in some(zip(figure.axes, ARMS, strict=False)):
        line = list(panel_curves(axes).values())[-1]
        groups = tested[tested["arm"] == arm].groupby("seed")
        expected = np.mean(
            [roc_auc_score(rows["truth_covid19"], rows["score_covid19"]) for _, rows in groups]
        )
        assert np.trapezoid(line.get_ydata(), line.get_xdata()) == pytest.approx(expected, abs=0.01)
        assert expected < 0.97


def test_the_estimates_are_written_into_the_panels(scores):
    figure = figures.roc(scores, "covid19", ESTIMATED)
    assert [text.get_text() for text in figure.axes[2].texts] == ["0.500\n[0.457, 0.600]"]


def test_another_role_is_drawn_when_asked_for(scores):
    figure = figures.roc(scores, "covid19", ESTIMATED, role="external")
    line = list(panel_curves(figure.axes[3]).values())[-1]
    assert np.trapezoid(line.get_ydata(), line.get_xdata()) == pytest.approx(1)


def test_arms_that_are_tuples_have_curves_too():
    arms = [("random", 0.1), ("random", 1)]
    figure = figures.roc(
        tables.scored(arms), "covid19", tables.estimated(dict.fromkeys(arms, 0.8), images=200)
    )
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left") for axes in shown] == ["random, 0.1", "random, 1"]
    assert all(panel_curves(axes) for axes in some(shown))


# --- Calibration --------------------------------------------------------------------------------


def test_calibration_has_a_panel_an_arm_with_its_points_and_intervals(bars):
    table = tables.calibrated(["control", "pooled"])
    figure = figures.calibration(table, "COVID-19")
    for axes, arm in some(zip(figure.axes, ["control", "pooled"], strict=False)):
        rows = table[table["arm"] == arm]
        (curve,) = [line for line in axes.lines if line.get_marker() == "o"]
        np.testing.assert_array_equal(curve.get_xdata(), rows["predicted"])
        np.testing.assert_array_equal(curve.get_ydata(), rows["estimate"])
        intervals = list(zip(rows["predicted"], rows["low"], rows["high"], strict=True))
        assert bars(axes)[: len(rows)] == intervals


def test_calibration_has_its_ideal_and_a_tick_below_for_every_bin(bars):
    table = tables.calibrated(["control"])
    axes = figures.calibration(table, "COVID-19").axes[0]
    assert ([0, 1], [0, 1]) in [(list(x), list(y)) for x, y in (o.get_data() for o in axes.lines)]
    ticks = bars(axes)[len(table) :]
    assert [tick[0] for tick in ticks] == table["predicted"].tolist()
    assert max(tick[2] for tick in ticks) < 0.1


def test_a_curve_leaves_out_what_is_not_known_as_its_auroc_does():
    scores = tables.scored(["control"]).assign(score_covid19=lambda t: t["truth_covid19"] + 0.1)
    scores["id"] = scores["id"].astype(str)
    unknown = (scores["truth_covid19"] == 1) & (scores["id"].astype(int) < 100)
    scores.loc[unknown, "truth_covid19"] = np.nan
    estimated = tables.estimated({"control": 1.0}, images=150)
    line = panel_curves(figures.roc(scores, "covid19", estimated).axes[0])[figures.GREY.lower()]
    assert np.trapezoid(line.get_ydata(), line.get_xdata()) == pytest.approx(1)


def test_estimates_of_other_images_than_the_curves_are_refused(scores):
    with pytest.raises(FigureError, match="the estimate is of 150 images, the scores are of 200"):
        figures.roc(scores, "covid19", ESTIMATED.assign(images=150))
    with pytest.raises(FigureError, match="no scores of arm 'other'"):
        figures.roc(scores, "covid19", ESTIMATED.assign(arm=["other", *ARMS[1:]]))


def test_bins_that_have_no_point_are_said(said):
    table = tables.calibrated(["control"])
    text = said(figures.calibration(table[table["bin"] > 2], "COVID-19"))
    assert "no point for bins 1, 2 of control" in text.replace("\n", " ")
    assert "no point" not in said(figures.calibration(table, "COVID-19"))


def test_images_without_a_point_are_counted(said):
    table = tables.calibrated(["control"]).assign(in_bin=30.0)
    text = said(figures.calibration(table, "COVID-19"))
    assert "hold 30 images" in text
    assert "28 images of control have no point" in text


def test_an_arm_whose_curve_is_undefined_has_its_reason_instead(said):
    table = tables.calibrated(["control", "pooled"])
    lost = table["arm"] == "pooled"
    table.loc[lost, ["predicted", "estimate", "low", "high"]] = np.nan
    text = said(figures.calibration(table.assign(reason="too few patients"), "COVID-19"))
    assert "no point: pooled, bin 1;" in text
    assert "too few patients" in text.replace("\n", " ")

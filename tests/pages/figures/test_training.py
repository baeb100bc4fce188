"""Training curves: one panel per arm, from its record, with seeds as a band."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.pages import figures
from cxrstudy.pages.figures.gate import FigureError
from tests.support.some import some

ARMS = ("control", (2, "larger"))


def made(seeds=2, arms=ARMS):
    rows = []
    for a, arm in enumerate(arms):
        for seed in range(seeds):
            for n in (1, 2, 3):
                rows.append(
                    {
                        "arm": arm, "seed": seed, "step": 4 * n * (a + 1), "learning_rate": 0.1 * n,
                        "train_loss": 1 / n, "validation_loss": 0.9 / n + 0.1 * seed,
                        "validation_auroc": 0.6 + 0.1 * n - 0.02 * seed,
                        "plateau": "yes" if seed else "no",
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def panels(figure):
    return [axes for axes in figure.axes if axes.get_title(loc="left")]


def test_every_arm_has_a_panel_with_the_mean_of_its_seeds(said):
    figure = figures.training_curves(made())
    shown = [axes for axes in panels(figure) if axes.get_visible()]
    assert len(shown) == 2
    for axes in some(shown):
        line = next(line for line in axes.lines if len(line.get_xdata()) == 3)
        np.testing.assert_allclose(line.get_ydata(), [0.69, 0.79, 0.89])
        np.testing.assert_allclose(line.get_xdata(), [1 / 3, 2 / 3, 1])
    text = said(figure)
    assert "2, larger" in text or "larger" in text
    assert "lowest to highest of 2 seeds" in text
    assert "2 of 4 trainings" in text


def test_a_plateau_is_a_filled_mark_and_another_end_a_hollow_one():
    axes = panels(figures.training_curves(made()))[0]
    ends = {line.get_ydata()[0]: line for line in axes.lines if len(line.get_xdata()) == 1}
    fills = [ends[value].get_markerfacecolor() for value in sorted(ends)]
    assert fills == [figures.BLUE, "white"]


def test_one_seed_has_no_band_and_older_records_no_rate(said):
    table = made(seeds=1, arms=["a"]).assign(learning_rate=np.nan)
    figure = figures.training_curves(table)
    assert "seeds" not in said(figure)
    assert not panels(figure)[0].collections


def test_many_arms_are_drawn_and_none_is_said():
    figure = figures.training_curves(made(arms=[f"arm {n}" for n in range(23)]))
    assert len(panels(figure)) == 23
    assert figures.training_curves(made().iloc[:0]).texts[0].get_text() == "No training to draw"


def test_a_missing_column_is_named():
    with pytest.raises(FigureError, match="no column 'plateau'"):
        figures.training_curves(made().drop(columns="plateau"))


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("arm", None, "row 1 has no arm"), ("seed", np.nan, "row 1 has no seed"),
        ("train_loss", "x", "arm 'control', .*: train_loss is 'x', not a number"),
        ("step", 4, "arm 'control', seed '0', step '4' occurs twice"),
    ],
)  # fmt: skip
def test_rows_without_a_name_or_with_text_for_numbers_are_refused(column, value, said):
    table = made().astype(object)
    table.loc[1, column] = value
    with pytest.raises(FigureError, match=said):
        figures.training_curves(table)


def test_a_training_below_chance_is_seen():
    table = made()
    table.loc[2, "validation_auroc"] = 0.1
    for axes in some(panels(figures.training_curves(table))[:2]):
        assert axes.get_ylim()[0] == 0
    assert panels(figures.training_curves(made()))[0].get_ylim()[0] == 0.4

"""Selection: against closed forms for the largest of several normal numbers."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import norm

from cxrstudy.verdicts import selection
from cxrstudy.verdicts.score_likeness import Likeness
from cxrstudy.verdicts.selection import (
    SCENARIOS,
    Design,
    best_minus_control,
    paper_b,
    selection_table,
)
from tests.support.draws import draws

ALONE = Likeness(0, 0, 0, training=0)


def mean_of_largest(count):
    """Mean of the largest of independent standard normal numbers, by numerical integration."""

    def density(x):
        return x * count * norm.pdf(x) * norm.cdf(x) ** (count - 1)

    return quad(density, -8, 8)[0]


def test_the_mean_of_the_largest_of_six_is_that_of_the_tables():
    # Harter (1961), Biometrika 48:151-165
    assert mean_of_largest(6) == pytest.approx(1.26721, abs=1e-5)


def test_trainings_that_vary_give_the_mean_of_the_largest_of_six():
    """Nearly all patients see all trainings alike, so only trainings differ."""
    likeness = Likeness(1, 0, 0, training=0.02)
    found = best_minus_control(Design(800, 800), likeness, [0.0] * 5, draws=600)
    # The mean of 600 draws, each with the standard deviation of about 0.025.
    assert found.mean() == pytest.approx(0.02 * mean_of_largest(6), abs=0.004)


@pytest.mark.parametrize("positive", [40, 120])
def test_test_patients_alone_give_the_mean_of_the_largest_of_six(positive):
    """Without any likeness, each AUROC has the variance of Bamber (1975), binormal."""
    negative, auc = 60, 0.757
    found = best_minus_control(Design(positive, negative), ALONE, [0.0] * 5, auc, draws=1500)
    shift = np.sqrt(2) * norm.ppf(auc)
    q1 = quad(lambda x: norm.pdf(x) * norm.sf(x - shift) ** 2, -8, 8)[0]
    q2 = quad(lambda x: norm.pdf(x - shift) * norm.cdf(x) ** 2, -8, 10)[0]
    variance = auc * (1 - auc) + (positive - 1) * (q1 - auc**2) + (negative - 1) * (q2 - auc**2)
    deviation = (variance / (positive * negative)) ** 0.5
    assert found.mean() == pytest.approx(deviation * mean_of_largest(6), abs=0.006)


def test_schemes_that_are_the_same_are_never_told_apart():
    same = Likeness(0.5, 0.5, 0, training=0)
    assert not best_minus_control(Design(30, 30), same, [0.0] * 5, draws=20).any()


def test_with_many_patients_only_the_gain_is_left():
    found = best_minus_control(Design(4000, 4000), ALONE, [0.1, 0, 0, 0, 0], draws=20)
    assert found.mean() == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize(
    ("beyond", "end", "within"), [((0.001, 0.49), (0.01, 0.49), (0.011, 0.49)),
                                  ((0.5, 0.9999), (0.5, 0.999), (0.5, 0.998))]
)  # fmt: skip
def test_no_training_is_nearer_to_an_auroc_of_zero_or_one_than_a_simulation_can_draw(
    beyond, end, within
):
    beyond, end, within = (
        best_minus_control(Design(200, 200), ALONE, [best - control], control, draws=3)
        for control, best in (beyond, end, within)
    )
    assert beyond.tolist() == end.tolist()
    assert (end != within).any()


@draws(15)
@given(st.integers(1, 60), st.integers(1, 60), st.floats(1, 4), st.floats(0, 1), st.floats(0, 0.05))
def test_any_design_gives_differences_between_zero_and_one(positive, negative, images, part, sd):
    likeness = Likeness(part / 2, part / 4, part / 4, sd)
    found = best_minus_control(Design(positive, negative, images), likeness, [0.02, 0], draws=5)
    assert ((found >= 0) & (found <= 1)).all()


@draws(30)
@given(st.integers(1, 300), st.integers(1, 300), st.floats(1, 5))
def test_a_design_has_the_patients_and_images_that_it_says(positive, negative, images):
    patients, truth = selection._images(Design(positive, negative, images))
    table = pd.DataFrame({"patient": patients, "truth": truth})
    per_patient = table.groupby("patient")["truth"]
    assert (per_patient.nunique() == 1).all()
    assert per_patient.first().sum() == positive
    assert len(per_patient) == positive + negative
    assert len(table) == round(images * (positive + negative))


def test_the_whole_of_paper_b_is_its_475_patients_and_1060_images():
    design = paper_b(1)
    assert (design.positive, design.negative) == (359, 116)
    patients, truth = selection._images(design)
    assert (patients[-1] + 1, len(patients)) == (475, 1060)
    assert truth.sum() == pytest.approx(801, abs=6)


@pytest.mark.parametrize("design", [(0, 5, 1), (5, 0, 1), (5, 5, 0.5)])
def test_a_design_without_patients_or_images_is_refused(design):
    with pytest.raises(ValueError, match="each class needs a patient"):
        Design(*design)


def test_a_share_of_no_patients_is_refused():
    with pytest.raises(ValueError, match="share 0"):
        paper_b(0)


# --- Table ----------------------------------------------------------------------------------------


def test_a_table_has_every_scenario_at_every_share():
    table = selection_table(Likeness(0.3, 0.3, 0.1, 0.02), shares=[0.1, 0.3], draws=60)
    assert len(table) == 2 * len(SCENARIOS)
    assert (table["low"] <= table["mean"]).all()
    assert (table["mean"] <= table["high"]).all()
    none = table[table["scenario"] == "no scheme differs"].set_index("tested")["mean"]
    drawn = selection.as_arms(table)
    assert drawn["arm"].tolist()[0] == (0.1, "no scheme differs")
    assert drawn["estimate"].tolist() == table["mean"].tolist()
    # By selection alone, and the more so the fewer patients test.
    assert none[0.1] > none[0.3] > 0
    helped = table[table["tested"] == 0.3].set_index("scenario")["mean"]
    assert helped["one helps by .10"] > helped["no scheme differs"]


def test_the_words_hold_the_numbers_of_the_table():
    table = selection_table(ALONE, shares=[0.1], draws=40)
    words = selection.in_words(table)
    (row,) = table[table["scenario"] == "no scheme differs"].to_dict("records")
    assert f"{row['mean']:.3f} with {row['patients']} test patients" in words
    assert f"{100 * row['as_reported']:.1f} %" in words
    assert f"of which {row['studies']} were simulated" in words
    assert "one helps" not in words


def test_a_gain_that_no_simulated_study_has_is_bounded_by_their_number():
    table = selection.selection_table(Likeness(0.3, 0.3, 0.1, 0.02), shares=[0.2], draws=20).assign(
        as_reported=0.0
    )
    assert "found in less than 13.9 % of such studies" in selection.in_words(table)
    assert 0.862**20 > 0.05 > 0.860**20

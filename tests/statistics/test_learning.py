"""Patients saved: curves whose answer is known."""

import numpy as np
import pytest
from scipy.optimize import isotonic_regression

from cxrstudy.statistics import ScoreError, estimates, label_efficiency
from cxrstudy.statistics.bootstrap import resample
from cxrstudy.statistics.learning import BELOW, BEYOND, invert
from cxrstudy.statistics.sample import sample
from tests.support.score_tables import COVID, drawn, table


def study(skills, seeds=2, patients=120, noise=0.1, seed=0):
    """Arms keyed (start, patients) whose skill is given."""
    truth, names, base = drawn(seed, patients=patients, skill=0)
    generator = np.random.default_rng(70_000 + seed)
    arms = {
        arm: [base + skill * truth + noise * generator.normal(size=patients) for _ in range(seeds)]
        for arm, skill in skills.items()
    }
    return table(arms, truth, names)


def test_between_sizes_the_curve_is_straight_over_the_logarithm():
    assert invert(0.7, [10, 100], np.array([0.6, 0.8])) == pytest.approx(np.sqrt(1000))
    assert invert(0.8, [10, 100, 1000], np.array([0.6, 0.8, 0.8])) == pytest.approx(100)


@pytest.mark.parametrize(
    ("level", "expected"), [(0.5, 10), (0.6, 10), (0.81, np.inf), (np.nan, np.nan)]
)
def test_outside_of_the_curve_nothing_is_extrapolated(level, expected):
    np.testing.assert_equal(invert(level, [10, 100], np.array([0.6, 0.8])), expected)


def test_a_start_that_is_ten_times_ahead_saves_nine_patients_in_ten():
    """The other start needs ten times the patients for the same skill, at every size."""
    sizes = (10, 100, 1000)
    skills = {("good", n): 0.4 * np.log10(n) + 0.4 for n in sizes}
    skills |= {("plain", n): 0.4 * np.log10(n) for n in sizes}
    found = label_efficiency(study(skills, noise=0.0), COVID, "good", "plain")
    assert found["trained"].tolist() == [10, 100, 1000]
    assert found["estimate"].tolist() == pytest.approx([100, 1000, np.inf])
    assert found["saved"].tolist() == pytest.approx([90, 900, np.inf])
    assert found["note"].tolist() == ["", "", BEYOND]
    assert (found["low"] <= found["estimate"]).all()
    assert (found["estimate"] <= found["high"]).all()


def test_an_interval_ends_at_the_sizes_that_are_barely_refuted():
    """Where one end of the interval of the difference of both curves is 0."""
    skills = {("good", 10): 0.9, ("good", 20): 1.0}
    skills |= {("plain", 10): 0.0, ("plain", 100): 0.5, ("plain", 10_000): 1.5}
    scores = study(skills, noise=0.2)
    row = label_efficiency(scores, COVID, "good", "plain", replicates=200).iloc[0]
    assert 100 < row["low"] < row["high"] < 10_000
    drawn_anew = resample(sample(scores, COVID.labels, "target", 200), COVID)
    for size, end in ((row["low"], 1), (row["high"], 0)):
        part = np.log(size / 100) / np.log(10_000 / 100)
        arms = {("plain", 100): 1 - part, ("plain", 10_000): part, ("good", 10): -1.0}
        # Between two of the 129 sizes the end is taken to be straight.
        assert drawn_anew.combined(arms).interval(0.95)[end] == pytest.approx(0, abs=1e-5)


def test_an_interval_says_when_it_goes_beyond_the_largest_size():
    skills = {("good", 10): 0.5, ("good", 100): 1.1, ("plain", 10): 0.4, ("plain", 100): 1.2}
    row = label_efficiency(study(skills, noise=0.5), COVID, "good", "plain").iloc[1]
    assert np.isfinite(row["estimate"])
    assert row["high"] == np.inf


def test_the_start_that_is_behind_is_reached_at_or_below_the_smallest_size():
    skills = {("good", 10): 1.0, ("good", 100): 1.5, ("plain", 10): 0.1, ("plain", 100): 0.5}
    found = label_efficiency(study(skills), COVID, "plain", "good")
    assert found["estimate"].tolist() == [10, 10]
    assert found["note"].tolist() == [BELOW, BELOW]
    assert found["saved"].tolist() == [0, -90]


def test_a_curve_that_falls_is_made_to_rise_before_it_is_read():
    skills = {(start, n): s for start in "ab" for n, s in ((10, 0.5), (30, 1.2), (100, 1.0))}
    scores = study(skills)
    found = label_efficiency(scores, COVID, "a", "b")
    areas = estimates(scores, COVID)["estimate"].to_numpy()[:3]
    assert areas[1] > areas[2]
    assert found["reached"].to_numpy() == pytest.approx(isotonic_regression(areas).x)
    assert found["reached"][1] == found["reached"][2]


@pytest.mark.slow
def test_the_interval_covers_what_a_large_test_set_says():
    """60 studies with small test sets, against one of 40,000 patients."""
    sizes = (10, 100, 1000)
    skills = {("good", n): 0.4 * np.log10(n) + 0.2 for n in sizes}
    skills |= {("plain", n): 0.4 * np.log10(n) for n in sizes}
    large = study(skills, patients=20_000, noise=0.7)
    truth = label_efficiency(large, COVID, "good", "plain", replicates=100)["estimate"][0]
    assert truth == pytest.approx(10 * np.sqrt(10), rel=0.15)  # scores are drawn
    covered = 0
    for seed in range(60):
        made = study(skills, noise=0.7, seed=seed, seeds=4)
        row = label_efficiency(made, COVID, "good", "plain", replicates=100).iloc[0]
        covered += row["low"] <= truth <= row["high"]
    # Of 60 intervals that cover in 95 %, fewer than 50 do once in a thousand times or less.
    assert covered >= 50


def test_arms_that_are_no_sizes_of_a_start_are_refused():
    with pytest.raises(ScoreError, match="arm 'a' is not a tuple"):
        label_efficiency(table({"a": drawn(0)[2]}, drawn(0)[0]), COVID, "a", "b")
    one = study({("a", 10): 1.0, ("a", 20): 1.0, ("b", 10): 1.0})
    with pytest.raises(ScoreError, match=r"at least two sizes; 'b' has \[10\]"):
        label_efficiency(one, COVID, "a", "b")
    with pytest.raises(ScoreError, match=r"at least two sizes; 'c' has \[\]"):
        label_efficiency(one, COVID, "a", "c")

"""Power: statsmodels' and textbook numbers, and what more seeds and patients bring."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxrstudy.statistics.power import (
    VarianceComponents,
    degrees_of_freedom,
    minimum_detectable_difference,
    noncentrality,
    power,
)

PARTS = VarianceComponents(seed=0.0004, patient=0.05, residual=0.05)
variances = st.floats(1e-6, 1.0)
components = st.builds(VarianceComponents, variances, variances, variances, st.floats(0.1, 0.5))


@pytest.mark.parametrize("freedom", [2, 4, 9, 30])
def test_power_is_that_of_a_simulated_t_test(freedom):
    distance = noncentrality(0.95, 0.8, freedom)
    generator = np.random.default_rng(freedom)
    values = generator.normal(distance / np.sqrt(freedom + 1), 1, size=(40_000, freedom + 1))
    found = stats.ttest_1samp(values, 0, axis=1).pvalue < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.01)


def test_with_many_degrees_of_freedom_it_is_that_of_the_textbook():
    # 1.95996 + 0.84162 standard errors; at 90 % 1.64485 + 0.84162.
    assert noncentrality(0.95, 0.8, np.inf) == pytest.approx(2.80158, abs=1e-4)
    assert noncentrality(0.90, 0.8, 1e9) == pytest.approx(2.48647, abs=1e-4)


def test_few_seeds_need_larger_differences_than_the_normal_distribution_says():
    assert noncentrality(0.95, 0.8, 2) > 2 * 2.80158
    assert noncentrality(0.99, 0.8, 4) > noncentrality(0.95, 0.8, 4)


@given(components, st.integers(2, 30), st.integers(40, 5000), st.sampled_from([0.9, 0.95, 0.99]))
def test_the_detectable_difference_has_the_power_that_was_asked_for(parts, seeds, patients, level):
    found = minimum_detectable_difference(parts, seeds, patients, level)
    assert power(parts, found, seeds, patients, level) == pytest.approx(0.8, abs=1e-3)
    assert power(parts, -found, seeds, patients, level) == pytest.approx(0.8, abs=1e-3)


@given(components, st.integers(2, 30), st.integers(40, 5000))
def test_more_seeds_and_more_patients_hardly_ever_cost_power(parts, seeds, patients):
    """The degrees of freedom may fall a little, if few patients are most of the variance."""
    now = minimum_detectable_difference(parts, seeds, patients)
    assert minimum_detectable_difference(parts, seeds + 1, patients) < now * 1.05
    assert minimum_detectable_difference(parts, seeds, 2 * patients) < now * 1.3


def test_no_number_of_patients_does_away_with_the_seeds():
    error, freedom = PARTS.spread(5, 10**9)
    assert error == pytest.approx(0.02 / np.sqrt(5), rel=1e-3)
    assert freedom == pytest.approx(4, rel=1e-3)


def test_no_difference_is_found_with_half_of_alpha_on_each_side():
    assert power(PARTS, 0.0, 5, 400) == pytest.approx(0.025, abs=1e-3)


def test_without_seed_variance_the_patients_decide():
    assert degrees_of_freedom(0.0, 1.0, 5, 41) == 40
    assert degrees_of_freedom(0.0, 1.0, 1, 41) == 40
    assert degrees_of_freedom(1.0, 0.0, 5, 41) == 4


@pytest.mark.parametrize("bad", [-0.1, np.nan, np.inf])
@pytest.mark.parametrize("name", ["seed", "patient", "residual"])
def test_a_part_that_is_no_variance_is_refused_by_name(name, bad):
    with pytest.raises(ValueError, match=f"{name} .*: a variance of at least 0"):
        VarianceComponents(**({"seed": 1.0, "patient": 1.0, "residual": 1.0} | {name: bad}))


def test_sizes_that_can_not_be_planned_are_refused():
    with pytest.raises(ValueError, match="rarer 0: a share above 0"):
        VarianceComponents(1, 1, 1, rarer=0)
    with pytest.raises(ValueError, match="seeds 1: at least two"):
        power(PARTS, 0.1, 1, 100)
    with pytest.raises(ValueError, match="patients 3: at least two are needed in each class"):
        power(PARTS, 0.1, 5, 3)
    with pytest.raises(ValueError, match=r"power 1: one above 0\.05 and below 1"):
        minimum_detectable_difference(PARTS, 5, 100, wanted=1)

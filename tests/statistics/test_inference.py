"""Inference: by hand, at its edges, and with the variances of the recorded claims."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit, logit

from cxrstudy.statistics.inference import BOTH, FLAT, METHODS, PATIENTS, infer

SEEDS = np.array([0.78, 0.80, 0.84])


def normal_draws(seeds, shared=0.02, own=0.01, replicates=4000, start=0):
    """Draws whose seeds share one part of the variance, centred on the seeds' values."""
    generator = np.random.default_rng(start)
    common = shared * generator.normal(size=(replicates, 1))
    return np.asarray(seeds) + common + own * generator.normal(size=(replicates, len(seeds)))


def test_the_interval_is_that_of_obuchowski_and_rockette():
    draws = normal_draws(SEEDS)
    found = infer(SEEDS, draws, patients=200, fewest=50)
    covariance = np.cov(draws, rowvar=False)
    shared = covariance[~np.eye(3, dtype=bool)].mean() * 50 / 49
    between = SEEDS.var(ddof=1) / 3
    large = between * 4 / 2
    freedom = (large + shared) ** 2 / (large**2 / 2 + shared**2 / 49)
    error = np.sqrt(between + shared)
    assert found.estimate == pytest.approx(SEEDS.mean())
    assert found.standard_error == pytest.approx(error)
    assert found.freedom == pytest.approx(freedom)
    expected = stats.t.interval(0.95, freedom, SEEDS.mean(), error)
    assert found.interval(0.95) == pytest.approx(expected)
    assert found.p(0.75) == pytest.approx(2 * stats.t.sf((SEEDS.mean() - 0.75) / error, freedom))
    assert (found.covers, found.reason) == (BOTH, "")


def test_one_seed_is_an_interval_over_patients():
    draws = normal_draws([0.8])
    found = infer(np.array([0.8]), draws, patients=100, fewest=40)
    error = np.sqrt(draws.var(ddof=1) * 40 / 39)
    assert found.interval(0.9) == pytest.approx(stats.t.interval(0.9, 39, 0.8, error))
    assert found.covers == PATIENTS


@given(st.integers(1, 20), st.integers(2, 500), st.floats(0.5, 0.999), st.floats(-1, 1))
def test_p_and_interval_say_the_same(seeds, fewest, level, null):
    values = np.linspace(0.1, 0.2, seeds)
    found = infer(values, normal_draws(values, replicates=50), 2 * fewest, fewest)
    low, high = found.interval(level)
    assert low < found.estimate < high
    assert (found.p(null) < 1 - level) == (not low <= null <= high)
    assert found.p(low) == pytest.approx(1 - level, rel=1e-6)


@given(st.floats(0.001, 0.999), st.floats(1e-6, 0.5), st.floats(0.5, 0.999))
def test_on_the_logit_scale_an_interval_stays_between_its_bounds(area, spread, level):
    draws = area + spread * np.linspace(-1, 1, 100)[:, None]
    found = infer(np.array([area]), draws, patients=100, fewest=50)
    low, high = found.logit_interval(level, (0.0, 1.0))
    assert 0 <= low <= area <= high <= 1
    error = found.standard_error / (area * (1 - area))
    half = stats.t.ppf((1 + level) / 2, 49) * error
    expected = expit(logit(area) + np.array([-half, half]))
    assert [low, high] == pytest.approx(expected, rel=1e-4, abs=1e-12)


@given(st.integers(1, 20))
def test_what_never_varies_is_no_certainty(seeds):
    found = infer(np.full(seeds, 0.25), np.full((100, seeds), 0.25), 100, 50)
    assert found.reason == FLAT
    assert np.isnan([found.p(), found.p(0.25), found.standard_error, *found.interval(0.95)]).all()
    assert np.isnan(found.detectable())
    assert (found.covers, found.method) == ("", "")
    with pytest.raises(ValueError, match="no variance components: the same in every draw"):
        found.components()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([np.nan], "not defined"), ([np.inf], "infinite"),
        ([0.5, np.nan, np.nan], "not defined in 2 of 3 seeds"),
        ([0.5, np.inf, 0.5], "infinite in 1 of 3 seeds"),
    ],
)  # fmt: skip
def test_seeds_without_a_value_are_counted(values, reason):
    found = infer(np.array(values), normal_draws(np.zeros(len(values))), 100, 50)
    assert found.reason == reason
    assert np.isnan(found.interval(0.95)).all()
    assert np.isnan(found.p())


def test_a_few_draws_without_a_value_are_left_out_and_many_are_not():
    draws = normal_draws([0.5], replicates=1000)
    few, many = draws.copy(), draws.copy()
    few[:50], many[:51] = np.nan, np.inf
    left = infer(np.array([0.5]), few, 100, 50)
    assert left.standard_error == pytest.approx(draws[50:].std(ddof=1) * np.sqrt(50 / 49))
    assert infer(np.array([0.5]), many, 100, 50).reason == (
        "not defined in 5.1 % of the draws of patients"
    )


def test_seeds_that_agree_by_chance_do_not_make_an_interval_narrow():
    """Two seeds of a metric that counts: their draws differ though their values do not."""
    draws = normal_draws([0.5, 0.5], shared=0.0, own=0.1)
    found = infer(np.array([0.5, 0.5]), draws, 100, 50)
    assert found.standard_error == pytest.approx(0.1 / np.sqrt(2), rel=0.05)


def test_the_components_are_those_that_made_the_seeds():
    generator = np.random.default_rng(3)
    parts = []
    for study in range(400):
        values = generator.normal(0.8, np.hypot(0.03, 0.01), size=20)
        values = values + 0.02 * generator.normal()
        draws = normal_draws(values, replicates=200, start=study)
        found = infer(values, draws, patients=400, fewest=200)
        parts.append(found.components())
    assert np.mean([part.seed for part in parts]) == pytest.approx(0.03**2, rel=0.05)
    assert np.mean([part.patient for part in parts]) == pytest.approx(400 * 0.02**2, rel=0.05)
    assert np.mean([part.residual for part in parts]) == pytest.approx(400 * 0.01**2, rel=0.05)
    assert parts[0].rarer == 0.5


def test_one_seed_has_no_components():
    found = infer(np.array([0.8]), normal_draws([0.8]), 100, 50)
    with pytest.raises(ValueError, match="one seed says nothing of how seeds differ"):
        found.components()


def test_values_and_draws_of_different_seeds_are_refused():
    with pytest.raises(ValueError, match="do not belong together"):
        infer(SEEDS, normal_draws([0.5]), 100, 50)


#: Standard deviations that the recorded claims show: seed and arm, residual, patient.
RECORDED = {
    "A1": (0.0087, 0.0050, 0.0000), "A2": (0.0132, 0.0058, 0.0084), "A4": (0.0381, 0.0114, 0.0052),
    "A5": (0.0174, 0.0025, 0.0036), "B1": (0.0036, 0.0038, 0.0029), "B2": (0.0068, 0.0032, 0.0010),
}  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [3, 5, 10, 20])
@pytest.mark.parametrize("claim", RECORDED)
def test_with_the_recorded_variance_components_one_null_in_twenty_is_rejected(claim, seeds):
    """1,000 studies of 210 patients, whose contributions to the metric add up."""
    own, residual, patient = RECORDED[claim]
    generator = np.random.default_rng([seeds, *claim.encode()])
    patients, replicates, rejected = 210, 200, 0
    for _ in range(1000):
        parts = residual * generator.normal(size=(patients, seeds))
        parts += patient * generator.normal(size=(patients, 1))
        parts *= np.sqrt(patients)
        weights = generator.multinomial(patients, [1 / patients] * patients, replicates)
        skill = own * generator.normal(size=seeds)
        draws = skill + weights @ parts / patients
        rejected += infer(skill + parts.mean(axis=0), draws, patients, patients // 2).p() < 0.05
    assert 20 <= rejected <= 70


def test_two_seeds_are_an_interval_over_seeds_too():
    found = infer(SEEDS[:2], normal_draws(SEEDS[:2]), patients=100, fewest=40)
    assert (found.covers, found.method, found.reason) == (BOTH, METHODS[True], "")

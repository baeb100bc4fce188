"""SeedVariance: intervals hold at their nominal rate, with few seeds and with arms that differ."""

import numpy as np
import pytest
from scipy.stats import binom
from scipy.stats import t as student

from cxrstudy.statistics.seed_variance import (
    RESOLUTION,
    Prior,
    SeedVariance,
    moderate,
    prior,
    priors,
    tolerance,
)


def variances(random, arms, freedom, typical):
    """True variances of arms, as alike as a scaled inverse chi square makes them."""
    if np.isinf(freedom):
        return np.full(arms, typical)
    return typical * freedom / random.chisquare(freedom, arms)


@pytest.mark.parametrize(("freedom", "low", "high"), [(4.0, 2.5, 7.0), (20.0, 9.0, 80.0)])
def test_the_prior_that_made_the_arms_is_found(freedom, low, high):
    random = np.random.default_rng(1)
    true = variances(random, 2000, freedom, 0.01**2)
    found = prior(random.normal(0.8, np.sqrt(true)[:, None], (2000, 5)))
    assert low < freedom < high  # the bounds are about the freedom
    assert low < found.freedom < high
    assert found.variance == pytest.approx(0.01**2, rel=0.15)  # of 2,000 arms of 5


def test_arms_that_are_all_alike_are_pooled():
    random = np.random.default_rng(2)
    arms = random.normal(0.8, 0.02, (3000, 5))
    typical = prior(arms)
    assert typical.freedom > 100
    assert moderate(arms[0], typical).deviation == pytest.approx(0.02, rel=0.1)  # pooled, not known


def test_arms_that_are_nothing_alike_keep_their_own():
    random = np.random.default_rng(3)
    arms = random.normal(0, 10.0 ** random.uniform(-3, 3, 400)[:, None], (400, 5))
    widest = arms[np.argmax(arms.std(1))]
    own = moderate(widest, prior(arms))
    assert own.deviation == pytest.approx(widest.std(ddof=1), rel=0.1)  # moderated a little
    assert 4 < own.freedom < 5


def test_two_arms_say_nothing_about_how_alike_arms_are():
    arms = [[0.1, 0.3], [0.5, 0.5]]
    typical = prior(arms)
    assert typical == Prior(pytest.approx(0.01 + RESOLUTION**2 / 2), 0.0, 2.0)
    assert moderate(arms[0], typical) == SeedVariance(pytest.approx(np.sqrt(0.02)), 1.0)
    assert moderate([], typical).freedom == 1.0


def test_no_variance_is_known_better_than_that_of_all_arms_pooled():
    # Five arms of five seeds look alike by chance; together they have 20 degrees of freedom.
    arms = np.random.default_rng(2).normal(0.8, 0.02, (5, 5))
    typical = prior(arms)
    assert typical.freedom + 4 > typical.pooled == 20
    assert moderate(arms[0], typical).freedom == 20
    assert moderate([], typical).freedom == 20


def test_how_alike_arms_are_is_learnt_from_all_metrics():
    random = np.random.default_rng(8)
    metrics = [
        random.normal(0.8, np.sqrt(variances(random, 5, 6.0, 0.02**2))[:, None], (5, 5))
        for _ in range(200)
    ]
    found = priors(metrics)
    assert len({one.freedom for one in found}) == 1
    assert 4 < found[0].freedom < 9


def test_an_arm_without_any_spread_has_that_of_rounding():
    typical = prior([[1.0, 1.0, 1.0]] * 5)
    deviation = moderate([1.0, 1.0, 1.0], typical).deviation
    assert RESOLUTION <= deviation <= 2 * RESOLUTION


def test_the_tolerance_is_that_of_the_two_sample_t_test():
    own = SeedVariance(0.02, 8)
    assert tolerance(own, 5, 5, 0.05) == pytest.approx(student.ppf(0.975, 8) * np.sqrt(0.4))
    assert tolerance(own, 5, 1, 0.05) > tolerance(own, 5, 5, 0.05)


@pytest.mark.parametrize("again", [1, 5])
@pytest.mark.parametrize("freedom", [3.0, 15.0, np.inf])
def test_equally_good_means_leave_the_tolerance_at_the_nominal_rate(freedom, again):
    random = np.random.default_rng(4)
    arms, chance, outside = 30, 0.05, 0
    repeats = 60
    for _ in range(repeats):
        deviations = np.sqrt(variances(random, arms, freedom, 0.02**2))
        first = random.normal(0, deviations[:, None], (arms, 5))
        second = random.normal(0, deviations[:, None], (arms, again)).mean(1)
        typical = prior(first)
        for arm in range(arms):
            own = moderate(first[arm], typical)
            moved = abs(first[arm].mean() - second[arm]) / own.deviation
            outside += moved > tolerance(own, 5, again, chance)
    low, high = binom.interval(0.9999, arms * repeats, chance)
    assert 0.6 * low < outside < 1.15 * high

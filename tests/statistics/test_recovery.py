"""Recovery: the interval of a difference from those of two arms, as others compute it."""

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, norm

from cxrstudy.statistics import auroc, sensitivity
from cxrstudy.statistics.bootstrap import resample
from cxrstudy.statistics.exact import exact_interval
from cxrstudy.statistics.inference import Inference
from cxrstudy.statistics.recovery import LEAST_P, Part, recovered
from cxrstudy.statistics.sample import sample
from cxrstudy.statistics.simulation import World, first_order
from tests.support.score_tables import table

LEVELS = st.sampled_from([0.8, 0.95, 0.99])


def of_counts(one, other, interval):
    """Difference of two shares, each given as successes and trials."""
    shares = [won / trials for won, trials in (one, other)]
    parts = [
        Part(weight, share, partial(interval, *counts))
        for weight, share, counts in zip((1.0, -1.0), shares, (one, other), strict=True)
    ]
    return recovered(Inference(shares[0] - shares[1]), tuple(parts))


def clopper_pearson(won, trials, level):
    return exact_interval(won / trials, trials, level)


def wilson(won, trials, level):
    return binomtest(won, trials).proportion_ci(level, "wilson")


COUNTS = st.integers(5, 80).flatmap(lambda k: st.tuples(st.integers(0, k), st.just(k)))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((56, 70), (48, 80), (0.0524, 0.3339)), ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)), ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0)), ((10, 10), (0, 10), (0.6075, 1.0)),
    ],
)  # fmt: skip
def test_from_intervals_of_wilson_it_is_as_newcombe_published_it(one, other, expected):
    """Newcombe 1998, table II, method 10."""
    found = of_counts(one, other, wilson).interval(0.95, (-1, 1))
    assert found == pytest.approx(expected, abs=6e-5)


@given(COUNTS, COUNTS, LEVELS, st.floats(-0.9, 0.9))
def test_the_p_value_is_that_of_the_interval_that_ends_at_the_null(one, other, level, null):
    found = of_counts(one, other, clopper_pearson)
    low, high = found.interval(level)
    assert -1 <= low <= found.estimate <= high <= 1
    p = found.p(null)
    assert LEAST_P <= p <= 1
    assert (p < 1 - level) == (not low <= null <= high) or p == pytest.approx(1 - level, rel=1e-6)
    assert found.p(low) == pytest.approx(1 - level, rel=1e-6) or low in (-1, 0, found.estimate)


def test_of_one_arm_it_is_the_interval_of_the_arm():
    found = recovered(Inference(1.0), (Part(1.0, 1.0, partial(exact_interval, 1.0, 20)),))
    assert found.interval(0.95) == pytest.approx(exact_interval(1.0, 20, 0.95))


def test_nothing_can_be_planned_from_it():
    found = of_counts((20, 20), (10, 20), clopper_pearson)
    assert np.isnan([found.standard_error, found.freedom, found.detectable()]).all()
    with pytest.raises(ValueError, match="no variance components: an arm is too near the end"):
        found.components()


@pytest.mark.parametrize("wrong", [0, 1, 2, 3])
def test_an_error_makes_an_interval_wider_and_not_narrower(wrong):
    """Of 20 patients in each class; so many of the 400 pairs are out of order."""
    scores = np.concatenate([np.arange(20.0), np.arange(20.0, 40.0)])
    scores[20] -= wrong + 0.5
    truth = np.arange(40) >= 20
    drawn = sample(table({"a": scores, "b": 1.0 * truth}, truth), ["covid19"], "target", 100)
    bootstrap = resample(drawn, auroc("covid19"))
    row = bootstrap.row("a", 0.95)
    assert row["estimate"] == pytest.approx(1 - wrong / 400)
    assert row["low"] <= exact_interval(1.0, 20, 0.95)[0] + 1e-9
    assert bootstrap.difference("a", "b").interval(0.95)[0] < -0.16


def test_beside_an_arm_without_an_interval_there_is_none_and_it_says_which():
    truth = np.arange(40) >= 20
    made = table({"a": 1.0 * truth, "constant": np.zeros(40)}, truth)
    bootstrap = resample(sample(made, ["covid19"], "target", 100), auroc("covid19"))
    found = bootstrap.difference("a", "constant")
    assert found.estimate == 0.5
    assert np.isnan([*found.interval(0.95), found.p()]).all()
    assert found.reason == "constant: the same in every draw of patients, which is no certainty"


def test_of_sensitivities_it_is_that_of_two_shares():
    truth = np.arange(60) >= 30
    half = np.where(np.arange(60) % 2, 1.0, 0.0)
    made = table({"all": 1.0 * truth, "half": half}, truth)
    drawn = sample(made, ["covid19"], "target", 2000)
    found = resample(drawn, sensitivity("covid19", 0.5)).difference("all", "half")
    low, high = found.interval(0.95)
    below = 1 - exact_interval(1.0, 30, 0.95)[0]
    assert 0.5 - low == pytest.approx(np.hypot(below, 0.18), abs=0.02)
    assert high - 0.5 == pytest.approx(0.18, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("patients", "seeds", "spread", "ill"),
    [(40, 5, 0.0, 0.5), (200, 5, 0.3, 0.05), (400, 10, 1.0, 0.05), (210, 5, 0.3, 0.33)],
)
@pytest.mark.parametrize("lost", [0.1, 0.5, 1.5])
def test_near_perfection_an_arm_that_is_inferior_is_not_found_to_be_not_inferior(
    patients, seeds, spread, ill, lost
):
    """The second arm is worse by just the margin; `lost` pairs of patients are out of order."""
    margin = 0.05 if ill * patients < 50 else 0.02
    area = 1 - lost / round(ill * patients)
    skill = float(norm.ppf(area) * np.sqrt(4 + spread**2))
    world = World(patients, seeds, spread, skill=skill, prevalence=ill).with_difference(-margin)
    covered = wrong = 0
    for generator in np.random.default_rng(11).spawn(200):
        bootstrap = first_order(world.study(generator, 200))
        found = bootstrap.difference("b", "a")
        low, high = found.interval(0.95)
        covered += low <= -margin <= high
        wrong += found.estimate > -margin and found.p(-margin) < 0.05
    assert wrong / 200 <= 0.09
    assert covered / 200 >= 0.91

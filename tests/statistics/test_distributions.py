"""Distributions: the same bits as scipy.stats, also at the ends and where nothing is known."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy import stats

from cxrstudy.statistics import distributions

chances = st.floats(0, 1)
values = st.floats(-1e3, 1e3) | st.sampled_from([np.nan, np.inf, -np.inf])
freedoms = st.floats(0.1, 1e9) | st.sampled_from([1.0, 4.0, np.inf, np.nan])
sizes = st.floats(0.5, 1e4)


def _same(one: float, other: float) -> bool:
    return np.float64(one).tobytes() == np.float64(other).tobytes() or (one == other == 0)


@given(chances)
@example(0.0)
@example(1.0)
def test_normal_quantiles_are_those_of_scipy_stats(chance: float) -> None:
    assert _same(distributions.normal_quantile(chance), stats.norm.ppf(chance))


@given(st.floats(-40, 40))
def test_normal_chances_are_those_of_scipy_stats(value: float) -> None:
    assert _same(distributions.normal_below(value), stats.norm.cdf(value))


# stdtrit says that nothing is below +inf with the chance 0; no level is 1.
@given(st.floats(0, 1, exclude_min=True), freedoms)
@example(0.975, np.inf)
def test_t_quantiles_are_those_of_scipy_stats(chance: float, freedom: float) -> None:
    found, wanted = distributions.t_quantile(chance, freedom), stats.t.ppf(chance, freedom)
    assert np.isnan(found) == np.isnan(wanted)
    assert np.isnan(wanted) or _same(found, wanted)


@given(values, freedoms)
@example(np.nan, 4.0)
def test_t_chances_are_those_of_scipy_stats(value: float, freedom: float) -> None:
    found, wanted = distributions.t_above(value, freedom), stats.t.sf(value, freedom)
    assert np.isnan(found) == np.isnan(wanted)
    assert np.isnan(wanted) or _same(found, wanted)


@given(chances, sizes, sizes)
def test_beta_quantiles_are_those_of_scipy_stats(
    chance: float, first: float, second: float
) -> None:
    assert _same(
        distributions.beta_quantile(chance, first, second), stats.beta.ppf(chance, first, second)
    )
    assert _same(
        distributions.beta_upper_quantile(chance, first, second),
        stats.beta.isf(chance, first, second),
    )


@pytest.mark.parametrize("name", ["cxrstudy.statistics", "cxrstudy.study.status"])
def test_no_command_waits_for_all_of_scipy_stats(name: str) -> None:
    told = f"import sys, {name}; print('numpy' in sys.modules, 'scipy.stats' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]

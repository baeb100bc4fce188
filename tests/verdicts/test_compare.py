"""Compare: equal passes, other seeds pass, a drift fails and is named."""

import numpy as np
import pytest
from scipy.stats import binom

from cxrstudy.verdicts import compare
from cxrstudy.verdicts.compare import CompareError, Key, Series
from tests.support import compared

folders = compared.folders


def states(folder, a, b, **options):
    rows = compare.compare(compare.measure(folder / a), compare.measure(folder / b), **options)
    return {row.key: row.state for row in rows}


# --- The three cases ----------------------------------------------------------------------------


def test_equal_results_are_equal_in_every_metric(folders):
    found = states(folders, "first", "again")
    assert set(found.values()) == {"equal"}
    # 5 arms on 2 roles with 3 metrics
    assert len(found) == 30
    assert {key.metric.split(" ")[0] for key in found} == {"AUROC", "macro", "Brier"}


def test_results_that_differ_as_seeds_do_are_within_the_tolerance(folders):
    found = states(folders, "first", "elsewhere")
    # Few patients have few values of AUROC: two seeds may agree in one by chance.
    assert {"within"} <= set(found.values()) <= {"within", "equal"}


def test_a_drift_fails_and_names_the_arm_that_moved(folders):
    rows = compare.compare(compare.measure(folders / "first"), compare.measure(folders / "drifted"))
    drifted = [row for row in rows if row.state == "drifted"]
    assert {(row.key.experiment, row.key.arm) for row in drifted} == {("01_sequences", "general")}
    for row in drifted:
        assert abs(row.moved) > row.tolerance
        assert row.moved == pytest.approx((row.b - row.a) / row.deviation)


def test_one_seed_is_equal_to_the_same_seed_of_five(folders):
    assert set(states(folders, "first", "single").values()) == {"equal"}
    assert set(states(folders, "single", "single").values()) == {"equal"}


def test_one_seed_has_no_spread_and_takes_that_of_others(folders):
    with pytest.raises(CompareError, match=r"no arm has two seeds .* give --spread"):
        states(folders, "single", "single-elsewhere")
    measured = compare.measure(folders / "first")
    found = states(folders, "single", "single-elsewhere", measured=measured)
    assert {"within"} <= set(found.values()) <= {"within", "equal"}


def test_stores_are_compared_by_what_was_asked_of_their_stages(folders):
    assert set(states(folders, "first-store", "again-store").values()) == {"equal"}
    assert "drifted" in states(folders, "first-store", "drifted-store").values()


# --- The rate of false alarms and the power -----------------------------------------------------


def made(random, deviations, seeds, shift=0.0):
    """Metrics of arms that share nothing: one value per seed."""
    return {
        Key("one", f"arm {n}", "target", "AUROC"): Series(
            dict(enumerate(random.normal(0.8 + shift * (n == 0) * deviation, deviation, seeds))),
            "the same images",
            (f"run {n}",),
        )
        for n, deviation in enumerate(deviations)
    }


def alarms(repeats, seeds, shift=0.0, **options):
    """How many of repeated comparisons find a drift."""
    random = np.random.default_rng(7)
    found = 0
    for _ in range(repeats):
        deviations = 0.02 * np.sqrt(6 / random.chisquare(6, 25))
        a, b = made(random, deviations, 5), made(random, deviations, seeds, shift)
        found += any(row.state == "drifted" for row in compare.compare(a, b, **options))
    return found


@pytest.mark.parametrize("seeds", [1, 5])
@pytest.mark.parametrize("chance", [0.01, 0.3])
def test_other_seeds_pass_at_the_nominal_rate(seeds, chance):
    repeats = 100
    found = alarms(repeats, seeds, false_alarms=chance)
    assert found <= binom.ppf(0.999, repeats, chance)
    if chance == 0.3:  # and the tolerance is no wider than it has to be
        assert found >= 0.1 * repeats


def test_a_drift_of_many_deviations_is_nearly_always_found():
    assert alarms(50, 5, shift=8.0) >= 45


# --- What can't be compared ---------------------------------------------------------------------


def test_missing_arms_and_other_images_are_told_apart_from_a_drift(folders):
    a = dict(compare.measure(folders / "first"))
    key, other, *_ = a
    b = {name: series for name, series in a.items() if name != key}
    b[other] = Series(a[other].values, "other images", a[other].runs)
    rows = {row.key: row.state for row in compare.compare(a, b)}
    assert (rows[key], rows[other]) == ("only in A", "other images")
    assert {row.key: row.state for row in compare.compare(b, a)}[key] == "only in B"


def test_folders_without_results_are_named(tmp_path):
    with pytest.raises(CompareError, match="neither reference results nor a store"):
        compare.measure(tmp_path)
    with pytest.raises(CompareError, match="no experiment and arm in common"):
        compare.compare(made(np.random.default_rng(0), [0.1], 2), {})

"""Compare: equal passes, other seeds pass, a drift fails and is named."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from cxrstudy.base.checks import ParameterError
from cxrstudy.verdicts import compare, results
from cxrstudy.verdicts.measure import CompareError, Key, Series, measure
from tests.support import compared
from tests.support.score_tables import table
from tests.support.some import some

folders = compared.folders


@lru_cache
def metrics(folder):
    """Metrics of a folder of the fixture, which no test changes."""
    return measure(folder).metrics


def states(folder, a, b, **options):
    rows = compare.compare(metrics(folder / a), metrics(folder / b), **options)
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
    rows = compare.compare(metrics(folders / "first"), metrics(folders / "drifted"))
    drifted = [row for row in rows if row.state == "drifted"]
    assert {(row.key.experiment, row.key.arm) for row in drifted} == {("01_sequences", "general")}
    for row in some(drifted):
        assert abs(row.moved) > row.tolerance
        assert row.moved == pytest.approx((row.b - row.a) / row.deviation)


def test_one_seed_that_is_equal_to_the_same_of_five_is_said_to_be_fewer(folders):
    for a, b in (("first", "single"), ("single", "first")):
        rows = compare.compare(metrics(folders / a), metrics(folders / b))
        assert {row.state for row in rows} == {"fewer seeds"}
        assert "fewer seeds" in compare.GOOD
        assert "fewer seeds" not in compare.SAME
        side = "A" if a == "first" else "B"
        assert compare.unequal_seeds(rows) == [f"4 of 5 seeds of 5 arms are only in {side}"]
    assert set(states(folders, "single", "single").values()) == {"equal"}


def test_a_metric_without_two_seeds_borrows_the_spread_of_its_kind(folders):
    """As a label that one experiment alone asks about, of which one seed is recorded."""
    first, other = metrics(folders / "first"), metrics(folders / "elsewhere")
    kind = "AUROC"
    key = next(key for key in first if key.metric.startswith(kind))
    alone = replace(key, metric=f"{kind} of another label", arm="alone")
    value = first[key].values[0]
    one, two = (
        replace(first[key], values={0: value + shift}, runs=(name,))
        for shift, name in ((0, "one"), (0.001, "two"))
    )
    rows = compare.compare(first | {alone: one}, other | {alone: two}, first)
    (row,) = [row for row in rows if row.key == alone]
    assert row.state == "within"
    assert row.deviation > 0


def test_one_seed_has_no_spread_and_takes_that_of_others(folders):
    with pytest.raises(CompareError, match=r"no arm has two seeds .* give --spread"):
        states(folders, "single", "single-elsewhere")
    measured = metrics(folders / "first")
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
            100,
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


def test_few_arms_that_look_alike_by_chance_raise_no_more_alarms():
    # Three arms on six metrics: the variance is never known better than that of all arms pooled.
    random, repeats, found = np.random.default_rng(3), 500, 0
    for _ in range(repeats):
        a, b = (
            {
                Key("one", arm, "target", metric): Series(
                    dict(enumerate(random.normal(0.8, 0.02, 5))), "same", 100, (arm,)
                )
                for arm in "abc"
                for metric in "uvwxyz"
            }
            for _ in "AB"
        )
        found += any(row.state == "drifted" for row in compare.compare(a, b))
    assert found <= binom.ppf(0.999, repeats, 0.014)


def test_a_drift_of_many_deviations_is_nearly_always_found():
    assert alarms(50, 5, shift=8.0) >= 45


# --- What can't be compared ---------------------------------------------------------------------


def test_missing_arms_and_other_images_are_told_apart_from_a_drift(folders):
    a = dict(metrics(folders / "first"))
    key, other, *_ = a
    b = {name: series for name, series in a.items() if name != key}
    b[other] = replace(a[other], images="other images", shown=7)
    (moved,) = [row for row in compare.compare(a, b) if row.key == other]
    assert (moved.images_a, moved.images_b) == (a[other].shown, 7)
    rows = {row.key: row.state for row in compare.compare(a, b)}
    assert (rows[key], rows[other]) == ("only in A", "other images")
    assert {row.key: row.state for row in compare.compare(b, a)}[key] == "only in B"


def test_folders_without_results_are_named(tmp_path):
    with pytest.raises(CompareError, match="neither reference results nor a store"):
        measure(tmp_path)
    with pytest.raises(CompareError, match="no experiment and arm in common"):
        compare.compare(made(np.random.default_rng(0), [0.1], 2), {})


def test_a_chance_that_is_no_share_is_named():
    both = made(np.random.default_rng(0), [0.1], 2)
    with pytest.raises(ParameterError, match="false_alarms 5: give a number above 0 and below 1"):
        compare.compare(both, both, false_alarms=5)


# --- What is not defined ------------------------------------------------------------------------

NAN = float("nan")


def one(*values, seeds=None, images="same"):
    numbered = dict(zip(seeds or range(len(values)), values, strict=True))
    return {Key("one", "arm", "target", "AUROC"): Series(numbered, images, 100, ("run",))}


def state(a, b):
    (row,) = compare.compare(a, b, one(0.5, 0.6, 0.7))
    return row.state


def test_what_is_undefined_in_both_is_the_same():
    assert state(one(NAN, NAN), one(NAN, NAN)) == "undefined in both"
    assert state(one(0.5, NAN), one(0.5, NAN)) == "equal"
    assert state(one(NAN, NAN), one(NAN)) == "fewer seeds"


def test_what_only_one_can_say_is_a_failure():
    assert state(one(NAN, NAN), one(0.5, 0.5)) == "undefined in A"
    assert state(one(0.5, 0.5), one(0.5, NAN)) == "undefined in B"
    assert not {"undefined in A", "undefined in B"} & set(compare.GOOD)


def test_undefined_seeds_are_left_out_where_others_differ():
    (row,) = compare.compare(one(0.5, NAN, 0.6), one(0.51, NAN, 0.62), one(0.5, 0.6, 0.7))
    assert row.state == "within"
    assert row.a == pytest.approx(0.55)


@given(st.sets(st.integers(0, 5), min_size=1), st.sets(st.integers(0, 5), min_size=1))
def test_a_subset_of_seeds_is_never_equal(first, second):
    a, b = (one(*[0.1 * seed for seed in seeds], seeds=sorted(seeds)) for seeds in (first, second))
    found = state(a, b)
    assert (found == "equal") == (first == second)
    if first & second and first != second:
        assert found == "fewer seeds"


def test_seeds_that_one_side_alone_has_are_counted():
    rows = compare.compare(one(0.5, 0.6, 0.7), one(0.5))
    assert compare.unequal_seeds(rows) == ["2 of 3 seeds of 1 arm are only in A"]
    rows = compare.compare(one(0.5, 0.6, seeds=[0, 1]), one(0.6, 0.7, 0.8, seeds=[1, 2, 3]))
    assert compare.unequal_seeds(rows) == [
        "1 of 2 seeds of 1 arm are only in A",
        "2 of 3 seeds of 1 arm are only in B",
    ]


def test_a_metric_of_one_seed_borrows_the_spread_of_its_kind_alone():
    def made(*values, metric, runs):
        key = Key("one", "arm", "target", metric)
        return {key: Series(dict(enumerate(values)), "same", 100, (runs,))}

    known = made(0.8, 0.9, metric="AUROC of a", runs="first")
    known |= made(0.1, 0.3, metric="Brier score of a", runs="first")
    a, b = (known | made(value, metric="Brier score of b", runs="other") for value in (0.2, 0.25))
    (row,) = [row for row in compare.compare(a, b) if row.state == "within"]
    assert row.key.metric == "Brier score of b"
    assert row.deviation == pytest.approx(np.std([0.1, 0.3], ddof=1))
    assert row.moved == pytest.approx(0.05 / row.deviation)


# --- Measuring ----------------------------------------------------------------------------------


def test_an_arm_called_none_is_measured_and_images_are_counted(monkeypatch, tmp_path):
    scores = table(
        {None: [[0.1, 0.9, 0.4], [0.2, 0.8, 0.3]], 0.2: [[0.1, 0.9, 0.4]] * 2}, [0, 1, 1]
    )
    scores.loc[scores["id"] == "image-2", "truth_covid19"] = np.nan
    scores = scores.assign(
        run=[f"{arm} {seed}" for arm, seed in zip(scores["arm"], scores["seed"], strict=False)]
    )
    (tmp_path / results.RESULTS).touch()
    monkeypatch.setattr(results, "experiments", lambda folder: ["one"])
    monkeypatch.setattr(results, "read", lambda folder, name: scores)
    found = measure(tmp_path)
    assert {key.arm for key in found.metrics} == {None, 0.2}
    assert {series.shown for series in found.metrics.values()} == {2}
    assert {tuple(series.values) for series in found.metrics.values()} == {(0, 1)}
    assert found.lacking == ()


def test_runs_without_test_scores_are_named(monkeypatch, tmp_path):
    scores = table({"a": [[0.1, 0.9]]}, [0, 1], split="validation").assign(run="abcdef")
    (tmp_path / results.RESULTS).touch()
    monkeypatch.setattr(results, "experiments", lambda folder: ["one"])
    monkeypatch.setattr(results, "read", lambda folder, name: scores)
    assert measure(tmp_path).lacking == ("one, a, seed 0: run abcdef, which has no test scores",)

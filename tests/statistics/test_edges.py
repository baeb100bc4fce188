"""Edges: whatever scores there are, an estimator gives an interval, or says why there is none."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from cxrstudy import statistics
from cxrstudy.statistics import ScoreError, auroc
from tests.support.draws import draws

ARMS = [("start", 10), ("start", 20), ("other", 10), ("other", 20)]
DOSES = {arm: float(place) for place, arm in enumerate(ARMS)}
COVID = auroc("covid19")

METRICS = {
    "auroc": COVID,
    "macro": statistics.macro_auroc(["covid19", "normal"]),
    "brier": statistics.brier("covid19"),
    "slope": statistics.calibration_slope("covid19"),
    "intercept": statistics.calibration_intercept("covid19"),
    "calibration error": statistics.expected_calibration_error("covid19"),
    "squared error": statistics.squared_calibration_error("covid19"),
    "sensitivity": statistics.sensitivity("covid19", 0.5),
    "specificity": statistics.specificity("covid19", 0.5),
    "ppv": statistics.positive_predictive_value("covid19", 0.5),
    "npv": statistics.negative_predictive_value("covid19", 0.5),
    "benefit": statistics.net_benefit("covid19", 0.3),
    "mean": statistics.mean("covid19", (0.0, 1.0)),
}
#: Metrics of which arms are compared too: with exact intervals, without bounds, without a value.
COMPARED = ("auroc", "brier", "slope", "ppv", "mean")


def _sites(scores):
    names = scores["id"].unique()
    return pd.Series([f"site {n % 3}" for n in range(len(names))], names, name="site")


#: Table of scores to table of results, for every estimator and every metric.
ESTIMATORS = {
    **{
        f"{what} of {name}": partial(make, metric)
        for name, metric in METRICS.items()
        for what, make in {
            "estimates": lambda m, s: statistics.estimates(s, m, replicates=100),
            "contrasts": lambda m, s: statistics.contrasts(s, m, ARMS[0], replicates=100),
            "trend": lambda m, s: statistics.trend(s, m, DOSES, replicates=100),
        }.items()
        if what == "estimates" or name in COMPARED
    },
    "label efficiency": lambda s: statistics.label_efficiency(
        s, COVID, "start", "other", replicates=100
    ),
    "calibration table": lambda s: statistics.calibration_table(s, "covid19", replicates=100),
    "calibration curve": lambda s: statistics.calibration_curve(s, "covid19", replicates=100),
    "decision curve": lambda s: statistics.decision_curve(s, "covid19", [0.1, 0.9], replicates=100),
    "operating points": lambda s: statistics.operating_points(
        s, "covid19", statistics.at_sensitivity(0.9), replicates=100
    ),
    "subgroups": lambda s: statistics.subgroups(s, COVID, _sites(s), replicates=100),
}

KINDS = ("noisy", "tied", "saturated", "perfect", "nearly perfect", "reversed", "constant", "two")


def scores_of_kind(kind, ill, generator):
    """Scores of the images of one arm and seed."""
    noisy = 1 / (1 + np.exp(-(2.0 * ill - 1) - generator.normal(size=len(ill))))
    order = np.linspace(0.001, 0.999, len(ill))[np.argsort(np.argsort(ill + 0.5 * noisy))]
    nearly = order.copy()
    nearly[np.argmax(ill)] = 0.0
    return {
        "noisy": noisy, "tied": noisy.round(1), "saturated": np.where(noisy > 0.6, 1.0, noisy),
        "perfect": order, "nearly perfect": nearly, "reversed": 1 - order,
        "constant": np.full(len(ill), 0.5), "two": 1.0 * ill,
    }[kind]  # fmt: skip


@st.composite
def tables(draw):
    """Scores of four arms, each of a kind, and whether they are legal."""
    patients = draw(st.sampled_from([12, 40, 100]))
    prevalence = draw(st.sampled_from([0.005, 0.05, 0.3, 0.5, 0.9, 0.995]))
    seeds = draw(st.sampled_from([1, 2, 5, 20]))
    images = draw(st.sampled_from(["one", "some", "one patient has most"]))
    kinds = draw(st.lists(st.sampled_from(KINDS), min_size=4, max_size=4))
    generator = np.random.default_rng(draw(st.integers(0, 9)))
    count = {
        "one": np.ones(patients, int), "some": generator.integers(1, 4, patients),
        "one patient has most": np.r_[patients, np.ones(patients - 1, int)],
    }[images]  # fmt: skip
    patient = np.repeat(np.arange(patients), count)
    ill = (np.arange(patients) < max(1, round(prevalence * patients)))[patient]
    parts = []
    for arm, kind in zip(ARMS, kinds, strict=True):
        for seed in range(seeds):
            for split in ("validation", "test"):
                score = scores_of_kind(kind, ill, generator)
                parts.append(_part(arm, seed, split, patient, ill, score))
    return pd.concat(parts, ignore_index=True)


def _part(arm, seed, split, patient, ill, score):
    names = [f"{split}-{number}" for number in range(len(ill))]
    return pd.DataFrame({
        "arm": pd.Series([arm] * len(ill)), "seed": seed, "role": "target", "split": split,
        "id": names, "patient": patient, "truth_covid19": 1.0 * ill, "truth_normal": 1.0 - ill,
        "score_covid19": score, "score_normal": 1 - score,
    })  # fmt: skip


FEW, MANY = (draws(many, suppress_health_check=[HealthCheck.too_slow]) for many in (3, 40))


@pytest.mark.parametrize("what", ESTIMATORS)
@FEW
@given(table=tables())
def test_there_is_an_interval_or_the_reason_why_there_is_none(what, table):
    check_rows(what, table)


@pytest.mark.slow
@pytest.mark.parametrize("what", ESTIMATORS)
@MANY
@given(table=tables())
def test_in_many_tables_there_is_an_interval_or_the_reason_why_there_is_none(what, table):
    check_rows(what, table)


def check_rows(what, table):
    try:
        found = ESTIMATORS[what](table)
    except ScoreError:
        # Without both classes there is no threshold to choose, and no group to look at.
        assert table["truth_covid19"].nunique() == 1
        return
    rows = found[found["method"] != "by definition"]
    assert len(rows)
    assert (rows[["patients", "images", "seeds"]] > 0).all(axis=None)
    low, high, estimate = (rows[name].to_numpy(float) for name in ("low", "high", "estimate"))
    held = ~np.isnan(low)
    assert (held == ~np.isnan(high)).all()
    assert (held == (rows["reason"] == "")).all()
    assert (held == (rows["covers"] != "")).all()
    assert (held == (rows["method"] != "")).all()
    assert not np.isnan(estimate[held]).any()
    assert ((low <= estimate) & (estimate <= high))[held].all()
    # No estimator is ever certain; both ends may be "at most" or "more than" the same size.
    at_a_bound = what == "label efficiency" and (np.isinf(low) | (high == 10))
    assert ((low < high) | at_a_bound)[held].all()
    if what.startswith("estimates of"):
        lowest, highest = METRICS[what.removeprefix("estimates of ")].bounds
        assert ((low >= lowest) & (high <= highest))[held].all()
    if "p" in rows:
        p = rows["p"].to_numpy()
        assert (np.isnan(p) == ~held).all()
        assert ((p > 0) & (p <= 1))[held].all()
    if rows["seeds"].iloc[0] == 1:
        assert set(rows["covers"]) <= {"patients", ""}


@FEW
@given(table=tables())
def test_estimates_are_those_of_scikit_learn(table):
    tested = table[table["split"] == "test"]
    areas, squares = (ESTIMATORS[f"estimates of {name}"](table) for name in ("auroc", "brier"))
    for place, arm in enumerate(ARMS):
        own = tested[[one == arm for one in tested["arm"]]]
        by_seed = [(one["truth_covid19"], one["score_covid19"]) for _, one in own.groupby("seed")]
        ill = own.groupby("patient")["truth_covid19"].max()
        is_refused = min(ill.sum(), (1 - ill).sum()) < 10
        assert areas["reason"][place].endswith("at least 10 are needed") == is_refused
        if is_refused:
            assert np.isnan([areas["estimate"][place], squares["estimate"][place]]).all()
            continue
        for found, oracle in ((areas, roc_auc_score), (squares, brier_score_loss)):
            expected = np.mean([oracle(*one) for one in by_seed])
            assert found["estimate"][place] == pytest.approx(expected, abs=1e-12)


@FEW
@given(table=tables(), missing=st.sampled_from(["seed", "image"]))
def test_arms_of_unequal_seeds_or_images_are_never_compared(table, missing):
    last = np.array([arm == ARMS[3] for arm in table["arm"]])
    there = table["seed"] if missing == "seed" else table["id"]
    gone = last & (there == there.iloc[-1]) & (table["split"] == "test")
    unequal = table[~gone]
    if not (last & ~gone & (table["split"] == "test")).any():
        return
    with pytest.raises(ScoreError, match=r"'other', 20\)"):
        statistics.contrasts(unequal, COVID, ARMS[0], replicates=100)


@given(
    kind=st.sampled_from(["perfect", "two"]), seeds=st.integers(1, 20), patients=st.integers(20, 80)
)
@draws(10)
def test_perfect_separation_is_never_certain(kind, seeds, patients):
    ill = np.arange(patients) % 2 == 1
    generator = np.random.default_rng(patients)
    table = pd.concat(
        _part(arm, seed, "test", np.arange(patients), ill, scores_of_kind(kind, ill, generator))
        for arm in ARMS
        for seed in range(seeds)
    )
    row = statistics.estimates(table, COVID, replicates=100).iloc[0]
    assert row["estimate"] == 1
    assert row["low"] < 1 - 2 / patients
    contrast = statistics.contrasts(table, COVID, ARMS[0], replicates=100, null=-0.05).iloc[0]
    assert contrast["p"] > 0.05
    assert np.isnan(contrast["minimum_detectable_difference"])

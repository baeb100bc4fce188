"""Cohorts: prevalences, independence, addresses."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest, chi2_contingency
from sklearn.metrics import roc_auc_score

from cxrstudy.phantom import population
from cxrstudy.phantom.acquisition import SITES
from cxrstudy.phantom.address import ROLES, WITH_OWN_HOSPITALS, Address
from cxrstudy.phantom.population import (
    AP_SHARE,
    DIAGNOSES,
    FINDINGS,
    GENERAL,
    LABELS,
    OWN_SITES,
    PNEUMONIA,
    parse,
)
from tests.support.some import some

PATIENTS = 900


@pytest.fixture(scope="module")
def target():
    return population.draw("target", PATIENTS, 0)


def consistent(count, total, share):
    """Whether a count lies within wide binomial limits."""
    return binomtest(int(count), int(total), share).pvalue > 1e-4


@pytest.mark.parametrize("role", ROLES)
def test_rows_have_the_manifests_columns_and_legal_labels(role):
    table = population.draw(role, 12, 3)
    assert list(table.columns) == list(population.COLUMNS)
    assert table.id.is_unique
    assert (table.licence == "CC0-1.0").all()
    for labels in some(table.labels):
        assert set(filter(None, labels.split("|"))) <= set(LABELS[role])
    assert (table[["origin", "prepared_sha256", "excluded"]] == "").all(axis=None)


def test_an_example_row():
    row = population.draw("target", 1, 0).iloc[0]
    assert row.id == "target-00000-1"
    assert row.patient == "phantom-target-00000"
    assert row.path == "phantom:seed=0;role=target;site_follows_label=0;id=target-00000-1"
    assert row.source in ("phantom-alder", "phantom-birch")
    assert (row.width, row.height) == (256, 256)


def test_fractals_are_nobodys():
    table = population.draw("natural_small", 30, 0)
    assert (table.patient == table.id).all()
    assert (table.source == "fractals").all()
    assert table.age.isna().all()
    assert (table.view == "unknown").all()
    assert table.labels.isin(LABELS["natural_small"]).all()
    assert len(LABELS["natural_small"]) == 20
    assert len(LABELS["natural_large"]) == 60


@pytest.mark.parametrize("role", ["target", "external"])
def test_diagnoses_follow_the_table(role):
    table = population.draw(role, PATIENTS, 0).drop_duplicates("patient")
    for label, share in some(DIAGNOSES[role].items()):
        assert consistent((table.labels == label).sum(), len(table), share), label


def test_general_findings_follow_the_table():
    table = population.draw("general", PATIENTS, 0).drop_duplicates("patient")
    carried = table.labels.str.split("|")
    for label in GENERAL:
        count = sum(label in labels for labels in carried)
        assert consistent(count, len(table), FINDINGS[label]), label


def test_pneumonia_follows_the_table():
    table = population.draw("pneumonia", PATIENTS, 0).drop_duplicates("patient")
    assert consistent((table.labels == "pneumonia").sum(), len(table), PNEUMONIA)


def test_patients_have_one_to_three_images(target):
    counts = target.groupby("patient").size()
    assert set(counts) == {1, 2, 3}
    assert counts.mean() == pytest.approx(1.4, abs=0.1)
    per_patient = target.groupby("patient")[["labels", "sex", "age", "source"]].nunique()
    assert (per_patient == 1).all(axis=None)


def test_neither_view_nor_sex_nor_site_tells_the_label(target):
    one = target.drop_duplicates("patient")
    for column in ("view", "sex", "source"):
        assert chi2_contingency(pd.crosstab(one.labels, one[column])).pvalue > 1e-3, column
    assert consistent((one.view == "AP").sum(), len(one), AP_SHARE)


def test_age_does_not_tell_the_label(target):
    one = target.drop_duplicates("patient")
    for label in some(LABELS["target"]):
        assert abs(roc_auc_score(one.labels == label, one.age) - 0.5) < 0.08


def test_the_site_follows_the_label_when_told_to():
    table = population.draw("target", 150, 0, site_follows_label=1.0)
    expected = np.where(table.labels == "covid19", "phantom-birch", "phantom-alder")
    assert (table.source == expected).all()


def test_the_site_follows_the_label_the_other_way_round_below_zero():
    table = population.draw("target", 150, 0, site_follows_label=-1.0)
    expected = np.where(table.labels == "covid19", "phantom-alder", "phantom-birch")
    assert (table.source == expected).all()


def test_tying_the_site_changes_nothing_else():
    free = population.draw("target", 40, 0)
    tied = population.draw("target", 40, 0, site_follows_label=0.6)
    columns = ["id", "patient", "view", "sex", "age", "labels"]
    assert free[columns].equals(tied[columns])
    assert (free.source != tied.source).any()


@pytest.mark.parametrize("role", WITH_OWN_HOSPITALS)
def test_hospitals_of_its_own_change_nothing_else_in_a_role(role):
    shared = population.draw(role, 60, 0)
    own = population.draw(role, 60, 0, own_hospitals=True)
    columns = ["id", "patient", "view", "sex", "age", "labels"]
    assert own[columns].equals(shared[columns])
    assert set(shared.source) == {"phantom-alder", "phantom-birch"}
    assert set(own.source) == {f"phantom-{site}" for site in OWN_SITES[role]}
    assert not set(own.sha256) & set(shared.sha256)


def test_no_two_roles_share_a_hospital_of_their_own_and_every_hospital_has_a_style():
    own = [site for sites in OWN_SITES.values() for site in sites]
    used = {site for sites in population.SITES.values() for site in sites}
    assert len(set(own)) == len(own)
    assert not used & set(own)
    assert used | set(own) == set(SITES)


@pytest.mark.parametrize("role", ["target", "general", "natural_large"])
def test_a_small_cohort_is_the_beginning_of_a_large_one(role):
    few, many = population.draw(role, 10, 4), population.draw(role, 25, 4)
    pd.testing.assert_frame_equal(few, many.iloc[: len(few)])


def test_recipes_hash_the_address_and_the_source(monkeypatch):
    address = Address(0, "target", 0.0, 1, 1)
    before = population.recipe_hash(address)
    assert before == population.recipe_hash(address)
    assert len(before) == 64
    assert before != population.recipe_hash(Address(0, "target", 0.0, 2, 1))
    monkeypatch.setattr(population, "code_fingerprint", lambda purpose: f"other {purpose}")
    assert population.recipe_hash(address) != before


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("cats", 3, 0), "role"),
        (("target", -1, 0), "patients"),
        (("target", 1, -2), "seed"),
        (("target", 1, 0, 1.5), "site_follows_label"),
        (("target", 1, 0, -1.5), "site_follows_label"),
        (("target", 1, 0, 0.0, True), "hospitals of its own"),
    ],
)
def test_wrong_arguments_are_named(arguments, named):
    with pytest.raises(ValueError, match=named):
        population.draw(*arguments)


def test_an_empty_cohort_is_a_table():
    assert len(population.draw("target", 0, 0)) == 0


def test_an_image_that_the_patient_does_not_have_is_refused():
    wrong = "phantom:seed=0;role=target;site_follows_label=0;id=target-00000-9"
    with pytest.raises(ValueError, match=r"the patient has \d image.*legal: phantom:seed="):
        parse(wrong)

"""Prevalence: patients are drawn as the tables say, and independently."""

import pandas as pd
import pytest
from scipy.stats import binomtest, chi2_contingency
from sklearn.metrics import roc_auc_score

from cxrstudy.phantom import population
from cxrstudy.phantom.case import case_of
from cxrstudy.phantom.pathology import ATYPICAL
from cxrstudy.phantom.prevalence import (
    AP_SHARE,
    AP_SHIFT,
    DIAGNOSES,
    FINDINGS,
    GENERAL,
    LABELS,
    PNEUMONIA,
)
from tests.support.some import some

PATIENTS = 900


@pytest.fixture(scope="module")
def target():
    return population.draw("target", PATIENTS, 0)


def consistent(count, total, share):
    """Whether a count lies within wide binomial limits."""
    return binomtest(int(count), int(total), share).pvalue > 1e-4


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


@pytest.mark.parametrize(
    ("label", "typical", "atypical"),
    [
        ("covid19", "covid19", "mild covid19"),
        ("other_pneumonia", "lobar pneumonia", "multifocal pneumonia"),
    ],
)
def test_some_cases_look_like_those_of_another_class(
    target: pd.DataFrame, label: str, typical: str, atypical: str
) -> None:
    one = target[target["labels"] == label].drop_duplicates("patient")
    found = [case_of(population.parse(path)).findings for path in one["path"]]
    assert set(found) == {(typical,), (atypical,)}
    assert consistent(found.count((atypical,)), len(found), ATYPICAL)


def test_the_sicker_are_more_often_seen_at_the_bedside() -> None:
    table = pd.concat([population.draw(role, PATIENTS, 0) for role in ("general", "pneumonia")])
    sicker = table["labels"].str.contains("pneumonia|effusion|oedema|consolidation")
    is_bedside = table["view"] == "AP"
    for rows, share in ((sicker, AP_SHARE + AP_SHIFT), (~sicker, AP_SHARE)):
        assert consistent(is_bedside[rows].sum(), rows.sum(), share)
    assert not consistent(is_bedside[sicker].sum(), sicker.sum(), AP_SHARE)


def test_neither_view_nor_sex_nor_site_tells_the_label(target):
    one = target.drop_duplicates("patient")
    for column in ("view", "sex", "source"):
        assert chi2_contingency(pd.crosstab(one.labels, one[column])).pvalue > 1e-3, column
    assert consistent((one.view == "AP").sum(), len(one), AP_SHARE)


def test_age_does_not_tell_the_label(target):
    one = target.drop_duplicates("patient")
    for label in some(LABELS["target"]):
        assert abs(roc_auc_score(one.labels == label, one.age) - 0.5) < 0.08

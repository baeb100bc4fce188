"""The committed cohorts: who is tested is trained on nowhere, and every label can be learnt."""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.manifest import read_manifest
from cxrstudy.data.sources.prepared import RULE
from cxrstudy.data.split import SplitRule, split_of
from tests.support.some import some


@cache
def loaded(name):
    return load_cohort(name, {}, 0)


@pytest.fixture(scope="module")
def opened():
    return loaded("open")


@pytest.fixture(scope="module")
def committed():
    return {
        path.stem: read_manifest(path).table for path in sorted(places.manifests().glob("*.csv"))
    }


def test_no_tested_patient_and_no_tested_image_is_upstream(opened, committed):
    target = opened.role("target")
    tested = target.table.iloc[target.rows("test")]
    shared = set(tested["patient"]) & set(committed["nih1k"]["patient"])
    assert len(shared) > 100, "the sets share no patient, so this test can't fail"
    for name, other in some(opened.roles.items()):
        if name != "target":
            assert not set(tested["patient"]) & set(other.table["patient"]), name
            assert not set(tested["sha256"]) & set(other.table["sha256"]), name


@pytest.mark.parametrize("name", ["target", "general", "pneumonia"])
def test_no_image_is_in_two_splits_under_two_names(opened, name):
    splits = opened.role(name).table.groupby("sha256")["split"].nunique()
    assert splits.max() == 1, splits[splits > 1].index.tolist()


def test_the_external_hospitals_only_test(opened, committed):
    assert set(opened.role("external").table["split"]) == {"test"}
    elsewhere = pd.concat([table for name, table in committed.items() if name != "external"])
    assert not set(committed["external"]["source"]) & set(elsewhere["source"])


def test_every_role_that_trains_has_all_splits_and_every_label_to_learn(opened):
    for name in ("target", "general", "pneumonia"):
        one = opened.role(name)
        assert len(one.rows("validation"))
        trained = one.truth[one.rows("train")]
        assert (np.nansum(trained, axis=0) > 0).all(), name


def test_committed_splits_follow_one_salt(committed):
    apart = ("external", "nih_pneumonia")  # the one only tests, the other is a target of its own
    tables = pd.concat([table for name, table in committed.items() if name not in apart])
    split_by_patient = tables.drop_duplicates("patient").set_index("patient")["split"]
    first = split_by_patient.iloc[:40]
    found = [
        salt
        for salt in range(RULE.salt, 1000)
        if all(
            split_of(patient, SplitRule(salt, RULE.test, RULE.validation)) == split
            for patient, split in first.items()
        )
    ]
    assert len(found) == 1
    rule = SplitRule(found[0], RULE.test, RULE.validation)
    expected = [split_of(patient, rule) for patient in tables["patient"]]
    assert tables["split"].tolist() == expected


def test_the_committed_target_is_stratified(opened):
    target = opened.role("target").table
    assert set(target["labels"]) == {"normal", "other_pneumonia", "covid19"}
    strata = target.groupby("patient").agg(label=("labels", "max"), split=("split", "first"))
    shares = pd.crosstab(strata["label"], strata["split"], normalize="index")
    assert ((shares["test"] - RULE.test).abs() <= 0.02).all()
    assert ((shares["validation"] - RULE.validation).abs() <= 0.02).all()


TARGETS = {
    "kermany": "bacterial",
    "nih": "infiltration",
    "nih_effusion": "effusion",
    "nih_finding": "finding",
    "cohen": "covid19",
}


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_inside_one_source_is_learnt_and_tested_both_ways(name):
    cohort = loaded(name)
    assert cohort.label == TARGETS[name]
    target = cohort.role("target")
    for split in ("train", "validation", "test"):
        truth = target.truth[target.rows(split), -1]
        assert 0.1 < truth.mean() < 0.9, split
    assert {"general", "pneumonia"} <= set(cohort.roles)
    # Nobody of the target is in what is trained first, nor in the other hospital.
    for other in some(set(cohort.roles) - {"target"}):
        assert not set(cohort.role(other).table["patient"]) & set(target.table["patient"]), other


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_inside_one_source_has_its_labels_at_every_source(name):
    target = loaded(name).role("target")
    shares = pd.Series(target.truth[:, -1]).groupby(target.table["source"].to_numpy()).mean()
    assert ((shares > 0.1) & (shares < 0.9)).all()

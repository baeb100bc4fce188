"""Who is in a cohort, and how they came to be in it."""

import re

import pandas as pd
import pytest

from cxrstudy.data.cohort import load_cohort
from cxrstudy.data.cohort_file import cohort_names
from cxrstudy.pages.demographics import demographics, flow_of
from cxrstudy.study.profile import read_profile
from tests.support.some import some

QUICK = read_profile("quick")


@pytest.fixture
def cohort(folder):
    """A target of two manifests, and an upstream role that shares a patient with its test."""
    folder.source(
        "one",
        ["normal", "covid19"],
        {"labels": "normal", "patient": "p1", "sex": "F", "age": 40, "view": "PA"},
        {"labels": "normal", "patient": "p1", "sex": "F", "age": 42, "view": "AP"},
        {"labels": "covid19", "patient": "p2", "sex": "M", "age": 60, "view": "AP"},
        {
            "labels": "covid19",
            "patient": "p3",
            "split": "test",
            "sex": "unknown",
            "view": "unknown",
        },
        {"labels": "covid19", "patient": "p4", "excluded": "a copy"},
    )
    folder.source(
        "two", ["mass"], {"patient": "p3"}, {"patient": "p5", "labels": "mass"}, {"patient": "p6"}
    )
    target = {"task": "multiclass", "sources": [{"manifest": "one"}]}
    general = {"task": "multilabel", "sources": [{"manifest": "two"}]}
    folder.cohort("made", target=target, general=general)
    return load_cohort("made", {}, 0)


def test_people_are_counted_once_and_images_each(cohort):
    row = demographics(cohort).set_index(["role", "split"]).loc[("target", "train")]
    assert row[["patients", "images"]].tolist() == [2, 3]
    assert row["women"] == "50.0 %"
    assert row["age"] == "42 [41, 51]"
    assert row["AP"] == "66.7 %"
    assert row["unknown"] == 0


def test_fractals_are_no_patients():
    cohort = load_cohort("phantom", QUICK.phantom_patients, QUICK.phantom_seed)
    assert not any("natural" in role for role in demographics(cohort)["role"])
    used = flow_of(cohort).set_index("role")["used"]
    assert "patient" in used["target"]
    assert re.fullmatch(r"train: [\d,]+ images\nvalidation: [\d,]+ images", used["natural_large"])


def test_what_nobody_knows_is_called_unknown(cohort):
    row = demographics(cohort).set_index(["role", "split"]).loc[("target", "test")]
    assert row[["women", "AP"]].tolist() == ["unknown", "unknown"]
    assert row["unknown"] == 1


def test_the_flow_accounts_for_every_listed_image(cohort):
    flow = flow_of(cohort).set_index("role")
    assert flow.loc["target", "listed"] == "one: 5 images"
    assert flow.loc["target", "excluded"] == "1: a copy"
    assert flow.loc["target", "used"].splitlines() == [
        "train: 2 patients, 3 images",
        "(images: normal 2, COVID-19 1)",
        "test: 1 patient, 1 image",
        "(images: normal 0, COVID-19 1)",
    ]
    assert flow.loc["general", "excluded"] == "1: patients in the target's test split"
    assert flow.loc["general", "used"].startswith("train: 2 patients, 2 images")


def test_tables_have_a_row_a_role(cohort):
    assert flow_of(cohort)["role"].tolist() == ["target", "general"]
    assert isinstance(demographics(cohort), pd.DataFrame)


def counts_in(text, before):
    """Numbers of a box that stand before a word or a colon."""
    return [int(number.replace(",", "")) for number in re.findall(rf"([\d,]+){before}", text)]


@pytest.mark.parametrize("name", cohort_names())
def test_in_every_committed_cohort_the_counts_by_reason_add_up(name):
    flow = flow_of(load_cohort(name, QUICK.phantom_patients, QUICK.phantom_seed))
    for row in some(flow.itertuples()):
        listed = sum(counts_in(row.listed, " image"))
        used = sum(counts_in(row.used, " image"))
        assert listed == used + sum(counts_in(row.excluded, ": ")), (name, row.role)
        if row.role == "target":
            assert "target's" not in row.excluded, name


def test_each_filter_of_a_committed_cohort_is_named():
    said = {
        (name, row.role): row.excluded.splitlines()
        for name in ("kermany", "cohen", "nih")
        for row in flow_of(load_cohort(name, {}, 0)).itertuples()
    }
    assert "1,571: without pneumonia" in said["kermany", "target"]
    assert "46: of a site that the role leaves out" in said["cohen", "target"]
    assert "122: of a site that the role leaves out" in said["cohen", "external"]
    assert "442: with pneumonia" in said["nih", "general"]
    assert "57: patients in the target's other splits" in said["nih", "general"]

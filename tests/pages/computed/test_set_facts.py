"""Set facts: what they say of recorded results is what their files and their cohorts say."""

from types import SimpleNamespace

import pandas as pd
import pytest

from cxrstudy.base import numbers, places
from cxrstudy.data.manifest import read_manifest
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.computed import set_facts
from cxrstudy.pages.computed.proven import proven
from cxrstudy.pages.computed.set_facts import NOTHING, OF_ALL, OF_EACH, of_sets
from cxrstudy.study.profile import read_profile
from cxrstudy.verdicts import results
from cxrstudy.verdicts.judge import deciding
from tests.support.some import some


@pytest.fixture(scope="module")
def known():
    return of_sets()


def shown():
    """The sets that facts are of: those that count, if any does."""
    return [path for path in deciding() if proven(path).counts] or deciding()


def test_test_patients_and_events_are_those_of_the_recorded_images(known):
    for folder in some(shown()):
        images = pd.read_csv(folder / results.IMAGES)
        mine = images[(images["role"] == "target") & (images["split"] == "test")]
        made = results.facts(folder)
        patients = f"{numbers.count(mine['patient'].nunique())} patients"
        assert f"{patients}, {numbers.count(len(mine))} images (" in known["tested"]
        assert cohort_title(made.cohort) in known["cohorts"]
        assert all(commit[:12] in known["commit"] for commit in some(made.ran))
        last = [name for name in images if name.startswith("truth_")]
        events = {numbers.count(int((mine[name] == 1).sum())) for name in last} - {"0"}
        for number in some(events):
            assert f" {number}" in known["tested"]


def test_what_is_left_out_is_counted_in_the_manifest_itself():
    made = SimpleNamespace(cohort="kermany")
    one = set_facts.Recorded("Children", places.results(), made, read_profile("real"))
    table = read_manifest(places.manifest("kermany224")).table
    kept = (table["excluded"] == "") & table["labels"].str.contains("pneumonia")
    out, listed = numbers.count(int((~kept).sum())), numbers.count(len(table))
    assert f"target {out} of {listed}" in set_facts._left_out(one)


def test_networks_are_those_of_the_recorded_chapters():
    profile = set_facts.for_cohort(read_profile("real"), "kermany")
    compared = profile.initial_weights["kermany"].architecture
    other = profile.networks["kermany"].architecture
    said = {("02_pretraining_source",): compared, ("04_mixup",): other}
    for experiments, network in some(said.items()):
        made = SimpleNamespace(cohort="kermany", experiments=experiments)
        one = set_facts.Recorded("Children", places.results(), made, profile)
        assert set_facts._networks(one) == network


def test_chapters_are_named_with_the_sets_that_hold_them_and_none_is_said():
    made = SimpleNamespace(experiments=["04_mixup", "08_shortcuts"])
    one = SimpleNamespace(title="Phantoms", made=made)
    assert set_facts._chapters([one], set_facts.TIES) == "Shortcuts: Phantoms"
    assert set_facts._chapters([one], set_facts.FEW_PATIENTS) == "no results that count"


def test_results_on_simulated_patients_are_none_on_patients_with_covid19():
    sets = [SimpleNamespace(made=SimpleNamespace(cohort=name)) for name in ("phantom", "kermany")]
    assert "patients with COVID-19: none" in set_facts._cohorts(sets)
    sets.append(SimpleNamespace(made=SimpleNamespace(cohort="open")))
    assert "patients with COVID-19: Open radiographs" in set_facts._cohorts(sets)


def test_what_all_sets_share_is_said_once():
    assert set_facts._joined([("one", "64 pixels"), ("two", "64 pixels")]) == "64 pixels"
    assert set_facts._joined([("one", "64"), ("two", "128")]) == "one: 64; two: 128"


def test_without_records_every_fact_says_so(monkeypatch):
    monkeypatch.setattr(set_facts, "deciding", list)
    assert of_sets() == dict.fromkeys([*OF_EACH, *OF_ALL], NOTHING)

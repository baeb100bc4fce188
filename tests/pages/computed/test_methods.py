"""Methods: what the page says of profiles, cohorts and records is what is in their files."""

import re
import subprocess
import sys
from html import unescape

import pytest

from cxrstudy.base import numbers, places
from cxrstudy.pages.computed import methods, networks
from cxrstudy.pages.computed.methods import EXCEPT
from cxrstudy.statistics.sample import REPLICATES
from cxrstudy.study.profile import read_profile
from cxrstudy.training import batches
from cxrstudy.verdicts import results
from cxrstudy.verdicts.proof import Proof
from tests.support.some import some


def text_of(html):
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html.data)))


def test_the_stages_are_those_of_the_profile_that_decides_on_the_cohort(monkeypatch):
    first = results.REFERENCE_PROFILES[0]
    monkeypatch.setattr(
        methods, "deciding_profile", lambda cohort: "halved" if cohort == "phantom" else first
    )
    shown = text_of(methods.stages())
    for name, cohort in (("halved", "phantom"), (first, "open")):
        target = read_profile(name).stage(cohort, "target")
        assert f"{name} {target.pixels} {target.steps} {target.batch_size} " in shown
    assert "Open radiographs" in shown


def test_training_and_statistics_say_the_constants_of_the_code():
    assert f"{numbers.plain(batches.ROTATION)}°" in text_of(methods.training())
    shown = text_of(methods.statistics())
    assert f"draws of patients {numbers.count(REPLICATES)}" in shown
    assert "another simulated world" in shown


def test_constants_are_read_from_a_module_that_is_not_imported():
    known = methods.constants_of("training/batches.py")
    assert {"ROTATION", "TRANSLATION", "ZOOM", "LIGHTING"} <= known.keys()
    for name, value in some(known.items()):
        assert getattr(batches, name) == value


def test_the_part_about_training_takes_no_torch():
    code = (
        "import sys; from cxrstudy.pages.computed import PARTS; PARTS['training'](); "
        "sys.exit(bool({'torch', 'fastai'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_records_name_commit_and_command_and_whether_they_count():
    shown = text_of(methods.records())
    assert results.folders()
    for folder in some(results.folders()):
        made = results.facts(folder)
        assert all(commit[:12] in shown for commit in some(made.ran or [made.commit]))
        assert made.command in shown
        assert (made.registration or "does not count: these results name no") in shown
    assert unescape(EXCEPT.removeprefix("<p>").removesuffix("</p>")) in shown


def test_a_set_that_counts_says_only_yes_and_which_claims_do_not():
    said = {
        "yes": Proof(places.root(), "0001"),
        "yes, except A5": Proof(places.root(), "0001", amended=("A5",), changed=("rule x",)),
        "does not count: no": Proof(places.root(), "0001", problems=("no",)),
    }
    assert {methods._counting(proof, [], True): proof for proof in said.values()} == said
    assert methods._counting(said["yes, except A5"], ["B5", "A5"], True) == "yes, except A5, B5"
    assert methods._counting(said["yes"], [], False).startswith("not for a claim")
    assert methods._counting(said["does not count: no"], [], False) == "does not count: no"


def test_the_splits_of_a_role_lie_in_one_box_after_what_is_listed(monkeypatch):
    monkeypatch.setattr(methods, "cohort_names", lambda: ["kermany"])
    target = methods.cohorts().data.partition("<ol")[2].partition("</p>")[0]
    outer, _, inner = target.partition('<li class="study-splits"><ol>')
    assert re.findall(r"<b>(\w+)</b>", outer) == ["listed", "excluded"]
    assert re.findall(r"<b>(\w+)</b>", inner.partition("</ol>")[0]) == [
        "train", "validation", "test",
    ]  # fmt: skip


def test_who_is_in_the_cohorts_with_recorded_results_is_tabulated(monkeypatch):
    monkeypatch.setattr(methods, "cohort_names", lambda: ["kermany", "nih_effusion"])
    folded = methods.cohorts().data.partition("Sex, age and projection")[2]
    assert "Bacterial and viral pneumonia in children" in folded
    assert "Effusion" not in folded


def test_no_cohort_is_told_at_more_length_than_another(monkeypatch):
    monkeypatch.setattr(methods, "cohort_names", lambda: ["kermany", "nih_effusion"])
    assert methods.cohorts().data.count("<details><summary>") == 2


@pytest.mark.parametrize("part", [networks.networks, methods.stages])
def test_tables_for_reference_are_folded(part):
    assert part().data.startswith('<details class="study-fold"><summary>Every ')


def test_whether_records_count_is_open_and_how_they_were_made_is_folded():
    shown, folded = methods.records().data.split("<details")
    assert "does it count?" in shown
    assert "versions" not in shown
    assert "versions" in folded


def test_a_cohort_shows_the_images_of_every_split_and_why_others_are_excluded(monkeypatch):
    monkeypatch.setattr(methods, "cohort_names", lambda: ["nih_effusion"])
    shown = text_of(methods.cohorts())
    manifest = (places.manifests() / "nih_pneumonia.csv").read_text().count("\n") - 1
    assert re.search(rf"target listed nih pneumonia: {manifest} images", shown)
    assert re.search(r"excluded 58: labelled Pneumonia by NIH, read as Normal", shown)
    assert re.search(r"test \d+ patients, \d+ images \(images: effusion \d+\)", shown)


@pytest.mark.parametrize("part", [networks.networks, methods.stages, methods.training])
def test_no_raw_value_is_shown(part):
    shown = text_of(part())
    assert not re.search(r"\bNone\b|\bTrue\b|\bFalse\b|nan|\(\d|\[", shown)

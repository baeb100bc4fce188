"""Beside: reference results are shown as what they are, or not at all."""

from types import SimpleNamespace

import pandas as pd
import pytest
from matplotlib.figure import Figure

from cxrstudy.pages import beside as module
from cxrstudy.pages.arm_words import cohort_title
from cxrstudy.pages.beside import beside, evidence_of, reference_of
from cxrstudy.pages.computed.numbered import with_numbers
from cxrstudy.pages.figures.source import source_of, with_source
from cxrstudy.pages.tables import table
from tests.support.project import use

MADE = SimpleNamespace(
    profile="quick", cohort="phantom", seeds=5, command="cxrstudy results write", uncommitted=False,
    commit="0123456789abcdef", finished="2026-11-22T03:00:00+00:00", runs=12, seconds=7200.0,
    cores=2, processor="a processor", registration="",
)  # fmt: skip


@pytest.fixture
def recorded(tmp_path, monkeypatch):
    folder = use(monkeypatch, tmp_path, "results") / "results" / "phantom" / "standard"
    held = {("phantom", "03_resolution"): folder}
    monkeypatch.setattr(module.results, "reference", lambda *asked: held.get(asked))
    monkeypatch.setattr(module.results, "facts", lambda asked: MADE)
    monkeypatch.setattr(module.results, "read", lambda *asked: pd.DataFrame({"asked": [asked]}))
    ends = pd.DataFrame({"experiment": ["03_resolution", "04_mixup"], "run": ["3f9a", "1c"]})
    monkeypatch.setattr(module.results, "arms", lambda folder: ends)
    return folder


@pytest.fixture(autouse=True)
def made_arms(monkeypatch):
    monkeypatch.setattr(
        module, "arms_of", lambda experiment, study: SimpleNamespace(study=study, name=experiment)
    )


def study(cohort):
    return SimpleNamespace(cohort=SimpleNamespace(name=cohort))


def test_what_is_recorded_is_drawn_with_the_study_that_made_it(recorded):
    found = reference_of(study("phantom"), "03_resolution")
    drawn = beside(found, lambda arms, scores: (arms.study.seeds, scores["asked"].iloc[0]))
    assert drawn == (5, (recorded, "03_resolution"))
    said = found.banner.data
    for text in (
        "5 seeds",
        "12 runs",
        "2.0 h of training and scoring",
        "2 cores",
        "0123456789ab",
        "2026-11-22",
    ):
        assert text in said
    assert found.made["runs"] == "3f9a"
    assert found.made["commit"].startswith("0123456789ab")


@pytest.mark.parametrize(
    ("registration", "standing"),
    [("", "not registered, so no evidence"), ("0002-phantom-plateau", "registered")],
)
def test_captions_name_the_results_and_whether_they_could_count(
    recorded, monkeypatch, registration, standing
):
    made = SimpleNamespace(**vars(MADE) | {"registration": registration})
    monkeypatch.setattr(module.results, "facts", lambda asked: made)
    found = reference_of(study("phantom"), "03_resolution")
    shown = beside(found, lambda arms, scores: table(pd.DataFrame({"a": [1]}), caption="Gain"))
    said = f"Phantoms, profile quick, 5 seeds; {standing}"
    assert f"<b>Table 1.</b> Gain ({said})</caption>" in with_numbers(shown.data)
    drawn = beside(found, with_source(lambda arms, scores: Figure()))
    assert source_of(drawn).made["results"] == said


@pytest.mark.parametrize(
    ("cohort", "experiment"), [("open", "03_resolution"), ("phantom", "04_mixup")]
)
def test_what_is_not_recorded_is_said_and_nothing_is_drawn(recorded, cohort, experiment):
    found = reference_of(study(cohort), experiment)
    assert "No reference results" in found.banner.data
    assert f"“{cohort_title(cohort)}”" in found.banner.data
    assert beside(found, lambda arms, scores: 1 / 0) is None


@pytest.fixture
def several(recorded, monkeypatch):
    """Results of one experiment on several cohorts, of which some are registered."""

    def use(registered, unregistered):
        made = {
            (cohort, "03_resolution"): SimpleNamespace(
                **vars(MADE) | {"cohort": cohort, "registration": "0002" * (cohort in registered)}
            )
            for cohort in (*registered, *unregistered)
        }
        monkeypatch.setattr(module.results, "reference", lambda *asked: made.get(asked))
        monkeypatch.setattr(module.results, "facts", lambda one: one)
        monkeypatch.setattr(module, "_facts", lambda *asked: {})

    return use


@pytest.mark.parametrize(
    ("cohort", "registered", "unregistered", "shown"),
    [
        ("phantom", ["phantom", "kermany"], [], ["kermany", "phantom"]),
        ("phantom", ["kermany"], ["phantom"], ["kermany", "phantom"]),
        ("phantom", ["phantom"], ["kermany"], ["phantom", None]),
        ("kermany", ["phantom", "kermany"], [], ["kermany", "phantom"]),
        ("kermany", ["phantom"], ["kermany"], ["phantom", "kermany"]),
        ("nih", ["kermany", "nih"], [], ["nih", "kermany"]),
        ("open", ["phantom"], [], ["phantom", None]),
        ("open", [], ["phantom"], [None, None]),
    ],
)
def test_registered_results_come_first_and_radiographs_before_simulated_images(
    several, cohort, registered, unregistered, shown
):
    several(registered, unregistered)
    found = evidence_of(study(cohort), "03_resolution")
    drawn = [beside(each, lambda arms, scores: arms.study.cohort.name) for each in found]
    assert drawn == shown
    assert ("No reference results" in found[0].banner.data) is (shown[0] is None)

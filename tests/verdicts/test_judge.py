"""Judgement: each origin of evidence is judged apart, by all claims of both papers."""

import shutil
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxrstudy.base import places
from cxrstudy.base.words import arm_name
from cxrstudy.data.cohort_file import world_of
from cxrstudy.runs.no_result import NoResultError
from cxrstudy.study import experiment
from cxrstudy.verdicts import judge, results
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.evidence import evidence
from cxrstudy.verdicts.judge import (
    claims_about,
    evidence_of_run,
    judged,
    judged_results,
)
from cxrstudy.verdicts.proof import Proof
from cxrstudy.verdicts.results import VERDICTS
from cxrstudy.verdicts.written_table import read_texts, write_table
from tests.support.some import some

CLAIMS = [claim for claims in all_claims() for claim in claims.testable if claim.metric == "auroc"]

#: Results of before there were registrations.
OLDER = places.results() / "phantom" / "standard"


def scores_of(name, gain):
    """Scores of the arms that the claims about an experiment contrast."""
    mine = [claim for claim in CLAIMS if claim.experiment == name]
    better = {arm for claim in mine for arm in claim.arm_from or [claim.arm]}
    places = {
        arm: (claim.against_role or claim.role, claim.against_label or claim.label)
        for claim in mine
        for arm in claim.against_from or [claim.against]
    } | {arm: (claim.role, claim.label) for claim in mine for arm in claim.arm_from or [claim.arm]}
    tables = [
        scores_on(*places[arm], split, gain if arm in better else 0).assign(
            arm=pd.Series([arm] * 200)
        )
        for arm in places
        for split in ("validation", "test")
    ]
    return pd.concat(tables, ignore_index=True)


def scores_on(role, label, split, gain):
    truth = np.arange(200) % 2
    names = [f"{role} {split} {number}" for number in range(200)]
    noise = np.random.default_rng(1).normal(size=200)
    return pd.DataFrame(
        {"seed": 0, "run": "r", "role": role, "split": split, f"truth_{label}": truth,
         "id": names, "patient": names, "source": "made",
         f"score_{label}": (1 + gain) * truth + noise}
    )  # fmt: skip


@pytest.fixture
def study(monkeypatch):
    def made(name, study):
        return SimpleNamespace(scores=lambda: scores_of(name, gain=2.0), failed={})

    monkeypatch.setattr(experiment, "arms_of", made)
    names = sorted({claim.experiment for claim in CLAIMS})
    monkeypatch.setattr(experiment, "experiment_names", lambda: names)

    def study_on(profile, cohort, seeds):
        return SimpleNamespace(
            cohort=SimpleNamespace(name=cohort),
            seeds=seeds,
            profile=SimpleNamespace(profile=profile),
        )

    monkeypatch.setattr(judge, "Study", study_on)
    return study_on("quick", "phantom", 1)


def test_a_run_gives_evidence_for_every_claim_about_auroc(study):
    found = evidence_of_run(study)
    assert sorted(found["claim"]) == sorted(claim.id for claim in CLAIMS)
    table = judged(found, "this run", "phantom", "quick").set_index("claim")
    assert set(table["paper"]) == {claims.paper for claims in all_claims()}
    elsewhere = {
        claim.id: claim.cohort for claims in all_claims() for claim in claims.claims if claim.cohort
    }
    assert set(table.drop(list(elsewhere))["world"]) == {"on simulated radiographs"}
    for name, cohort in some(elsewhere.items()):
        assert table.loc[name, "world"] == world_of(cohort)
    assert set(table["counts"]) == {judge.OWN}
    for claim in CLAIMS:
        # One seed decides nothing, however large the effect.
        assert table.loc[claim.id, "verdict"] == "not judged", claim.id
        assert table.loc[claim.id, "why"] == "1 seed, the rule asks for 5"
    assert table.loc["A6", "verdict"] == "not testable"


def test_every_claim_has_a_row_even_without_evidence():
    nothing = pd.DataFrame(columns=judge.EVIDENCE)
    table = judged(nothing, "nothing", "phantom", "quick")
    ids = [claim.id for claims in all_claims() for claim in claims.claims]
    assert table["claim"].tolist() == ids
    assert set(table["verdict"]) == {"not judged", "not testable"}


NOT_RUN = "seed 0, not run: its parent, run 0123456789ab (random → general), has no result: weak"


@pytest.mark.parametrize("failed_trainings", ["refused", "counted"])
def test_a_claim_about_an_arm_that_was_not_run_has_no_numbers(failed_trainings):
    claim = next(each for each in CLAIMS if not each.arm_from and each.is_paired)
    claim = claim.model_copy(update={"failed_trainings": failed_trainings})
    scores = scores_of(claim.experiment, gain=2.0)
    without = scores[[arm != claim.arm for arm in scores["arm"]]]
    (row,) = evidence([claim], without, 1, {claim.arm: NOT_RUN}).itertuples()
    assert row.reason == f"arm {arm_name(claim.arm)!r}: {NOT_RUN}"
    assert np.isnan(row.estimate)


def test_one_that_was_not_run_is_not_chosen_from():
    claim = next(each for each in CLAIMS if each.arm_from)
    scores = scores_of(claim.experiment, gain=2.0)
    gone = claim.arm_from[0]
    without = scores[[arm != gone for arm in scores["arm"]]]
    (row,) = evidence([claim], without, 1, {gone: NOT_RUN}).itertuples()
    assert row.estimate > 0
    (row,) = evidence([claim], without).itertuples()
    assert row.reason.startswith(f"no arm {arm_name(gone)!r}; there are ")


def test_claims_about_an_experiment_without_any_result_say_why(study, monkeypatch):
    def made(name, study):
        def scores():
            raise NoResultError(NOT_RUN)

        return SimpleNamespace(scores=scores, failed={})

    monkeypatch.setattr(experiment, "arms_of", made)
    found = evidence_of_run(study)
    assert sorted(found["claim"]) == sorted(claim.id for claim in CLAIMS)
    assert set(found["reason"]) == {NOT_RUN}


def test_a_cohort_that_is_gone_still_names_its_world():
    nothing = pd.DataFrame(columns=judge.EVIDENCE)
    worlds = set(judged(nothing, "old", "elsewhere", "quick")["world"])
    assert worlds == {"on cohort elsewhere", world_of("sign"), world_of("tied")}


def test_where_lesions_are_not_known_a_claim_about_maps_says_so(monkeypatch):
    monkeypatch.setattr(judge.results, "experiments", lambda folder: ["07_gradcam"])
    monkeypatch.setattr(judge, "read_attention", lambda folder: pd.DataFrame())
    monkeypatch.setattr(judge.results, "failed", lambda folder, name: {})
    found = judge.evidence_of_results(None)
    assert set(found["reason"]) == {"lesions are not known on this cohort"}
    assert found["estimate"].isna().all()


def test_older_results_that_lack_a_measure_of_maps_say_so_and_not_that_lesions_are_unknown(
    monkeypatch,
):
    monkeypatch.setattr(judge.results, "experiments", lambda folder: ["07_gradcam"])
    found = judge.evidence_of_results(OLDER).set_index("claim")
    assert found.loc["A15", "reason"] == "these results lack this measure of maps"


def test_older_results_are_judged_by_the_present_rule_and_do_not_count(monkeypatch):
    monkeypatch.setattr(judge.results, "experiments", lambda folder: ["07_gradcam"])
    table = judged_results(OLDER).set_index("claim")
    assert set(table["counts"]) == {"does not count: these results name no registration"}
    assert table.loc["A5", "why"].startswith("no arm 'permuted labels'")


def test_under_a_changed_rule_a_claim_counts_only_with_every_number_of_its_own_that_was_recorded(
    tmp_path, monkeypatch
):
    folder = tmp_path / "phantom" / "plateau"
    shutil.copytree(places.results() / "phantom" / "plateau", folder)
    proof = Proof(folder, "0002", changed=("rule statistics.metrics",))
    monkeypatch.setattr(judge, "prove", lambda folder: proof)
    monkeypatch.setattr(judge, "evidence_of_results", cache(judge.evidence_of_results))
    counting = judged_results(folder).set_index("claim")["counts"]
    assert set(counting) == {proof.said_of("B1")}
    stored = read_texts(folder / VERDICTS)
    stored.loc[stored["claim"] == "B1", "high"] = "0.5"
    stored.loc[stored["claim"] == "B3", ["adjusted_p", "adjusted_p_relevant"]] = "0.5"
    stored.loc[stored["claim"] == "B4", "verdict"] = "inconclusive"
    write_table(stored[stored["claim"] != "B2"], folder / VERDICTS)
    made = results.facts
    monkeypatch.setattr(results, "facts", lambda _: made(places.results() / "phantom" / "plateau"))
    again = judged_results(folder).set_index("claim")["counts"]
    assert list(again[again != counting].index) == ["B1", "B2", "B4"]
    assert again["B1"] == proof.said_of("B1", is_same=False)


def test_on_a_cohort_without_the_paper_s_label_its_own_is_asked_about():
    scores = scores_of("04_mixup", 0.5)
    claims = [claim for claim in CLAIMS if claim.experiment == "04_mixup"]
    assert judge.on_labels_of(scores, claims) == claims
    renamed = scores.rename(columns=lambda name: name.replace("covid19", "bacterial"))
    asked = judge.on_labels_of(renamed, claims)
    assert {claim.label for claim in asked} == {"bacterial"}
    mine = judge.evidence(asked, renamed)
    paper = judge.evidence(claims, scores)
    assert mine["estimate"].tolist() == paper["estimate"].tolist()
    assert mine["estimate"].notna().all()


def test_the_label_asked_about_is_one_of_the_claims_own_role():
    claims = [claim for claim in CLAIMS if claim.experiment == "13_pneumonia"]
    scores = scores_of("13_pneumonia", 0.5)
    renamed = scores.rename(columns=lambda name: name.replace("covid19", "bacterial"))
    # Whichever of the two sets is scored first.
    for columns in (list(renamed), list(renamed)[::-1]):
        asked = judge.on_labels_of(renamed[columns], claims)
        assert [claim.label for claim in some(asked)] == ["bacterial"] * len(claims)
        mine = judge.evidence(asked, renamed)
        assert mine["estimate"].tolist() == judge.evidence(claims, scores)["estimate"].tolist()
        assert mine["estimate"].notna().all()


def test_papers_are_found_by_experiment():
    assert [claims.paper for claims in claims_about("06_sequential_schemes")] == ["B"]
    assert [claims.paper for claims in claims_about("03_resolution")] == ["A"]
    assert claims_about("08_shortcuts") == []


def test_recorded_verdicts_are_those_of_all_results_that_may_decide(monkeypatch):
    names = ["06_sequential_schemes", "nowhere"]
    monkeypatch.setattr(
        judge, "judged_results", lambda path: pd.DataFrame({"of": [path] * 2, "experiment": names})
    )
    # Once for a process; here anew.
    found = judge.recorded.__wrapped__()
    # What is recorded for no profile stands once too: with the last one.
    assert set(found["of"]) <= set(judge.deciding())
    cohorts = {path.parent.name for path in judge.deciding()}
    assert len(found) == len(names) * len(cohorts)
    phantom = found[found["of"].map(lambda path: path.parent.name) == "phantom"]
    (held,) = phantom.loc[phantom["experiment"] == names[0], "of"]
    assert held == results.reference("phantom", names[0])
    monkeypatch.setattr(judge, "deciding", list)
    assert judge.recorded.__wrapped__().empty


def test_the_profile_that_decides_is_the_first_of_the_cohorts_own(monkeypatch):
    folders = [Path("kermany", "real"), Path("phantom", "plateau"), Path("phantom", "standard")]
    monkeypatch.setattr(judge, "deciding", lambda: folders)
    found = [judge.deciding_profile(name) for name in ("kermany", "phantom", "nowhere")]
    assert found == ["real", "plateau", judge.REFERENCE_PROFILES[0]]

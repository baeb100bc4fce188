"""Log: what it tells of the time before registrations is what git shows."""

import csv
from hashlib import sha256
from types import SimpleNamespace

import pandas as pd
import pytest
import yaml

from cxrstudy.base import places
from cxrstudy.base.repository import RepositoryError, open_repository
from cxrstudy.verdicts import log
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.log import (
    history,
    recorded_verdicts,
    verdicts_by_rule,
    versions,
)
from cxrstudy.verdicts.registration import registrations
from tests.support.some import some

RULES = history().rules
RESULTS = "results/phantom/standard"


@pytest.fixture(scope="module")
def repository():
    try:
        found = open_repository(places.root())
    except RepositoryError as problem:
        pytest.skip(str(problem))
    if found.is_shallow:
        pytest.skip("a shallow clone has no history")
    return found


@pytest.mark.parametrize("version", RULES, ids=lambda version: version.committed)
def test_every_hash_is_that_of_the_commit_that_is_named(repository, version):
    contents = repository.contents(version.commit, version.claims)
    assert {path: sha256(text).hexdigest() for path, text in contents.items()} == version.claims
    assert version.commit in {
        commit for path in version.claims for commit in repository.commits_of(path)
    }


WITH_RESULTS = [one for one in RULES if one.results]


@pytest.mark.parametrize("version", WITH_RESULTS, ids=lambda version: version.committed)
def test_every_verdict_is_that_of_the_results_that_were_committed(repository, version):
    paths = [f"{RESULTS}/verdicts.csv", f"{RESULTS}/results.yaml"]
    verdicts, facts = repository.contents(version.results, paths).values()
    rows = csv.DictReader(verdicts.decode().splitlines())
    assert {row["claim"]: row["verdict"] for row in rows} == version.verdicts
    named = {f"claims/{name}": sha for name, sha in yaml.safe_load(facts)["claims"].items()}
    assert named == version.claims


def test_the_same_runs_were_stamped_with_two_commits(repository):
    stamps = [
        yaml.safe_load(repository.contents(one.results, [f"{RESULTS}/results.yaml"]).popitem()[1])
        for one in RULES
        if one.results
    ]
    first, second = stamps
    assert first["files"]["scores.csv.gz"] == second["files"]["scores.csv.gz"]
    assert first["finished"] == second["finished"] == "2026-11-22T03:24:34+00:00"
    assert (first["uncommitted"], second["uncommitted"]) == (True, False)
    assert first["commit"] != second["commit"]
    assert round(first["seconds"]) == 8656


def test_each_file_had_three_hashes():
    for path in ("claims/paper_a.yaml", "claims/paper_b.yaml"):
        assert len({one.claims[path] for one in RULES if path in one.claims}) == 3


def test_all_versions_are_listed_and_the_registrations_after_them():
    table = versions()
    assert table["rule"].tolist()[:4] == [one.committed for one in RULES]
    assert table["rule"].tolist()[4:] == [one.name for one in registrations()]


def test_a_registration_with_the_hashes_of_an_earlier_one_names_it():
    said = dict(zip(versions()["rule"], versions()["hashes"], strict=True))
    claims = {one.name: one.frozen.claims for one in registrations()}
    named = {name: said[name].removeprefix("those of ") for name in claims}
    repeated = {name: first for name, first in named.items() if first in claims}
    assert all(claims[name] == claims[first] for name, first in some(repeated.items()))
    whole = [text for name, text in named.items() if name not in repeated]
    assert len(set(whole)) == len(whole)


def test_a_reason_is_told_once():
    said = dict(zip(versions()["rule"], versions()["changed"], strict=True))
    reasons = {one.name: one.because for one in registrations()}
    repeated = {name: text[3:] for name, text in said.items() if text.startswith("as ")}
    assert all(reasons[name] == reasons[first] for name, first in some(repeated.items()))
    told = [said[name] for name, why in reasons.items() if why and name not in repeated]
    assert len(set(told)) == len(told)
    assert {said[name] for name, why in reasons.items() if not why} == {"first registration"}


def test_every_claim_has_its_verdict_under_every_version_that_was_run():
    rows = [
        ("A1", "supported", "plateau", "counts: registered in one"),
        ("A8", "inconclusive", "standard", "does not count: these results name no registration"),
        ("A9", "not judged", "standard", "does not count: these results name no registration"),
    ]
    columns = ["claim", "verdict", "profile", "counts"]
    judged = pd.DataFrame(rows, columns=columns).assign(origin="recorded: made", cohort="made")
    own = judged.assign(origin="this run", verdict="not judged")
    table = verdicts_by_rule(pd.concat([own, judged])).set_index("claim")
    assert len(table.columns) == 1 + sum(bool(one.verdicts) for one in RULES)
    assert table.loc["A1"].tolist() == ["inconclusive", "inconclusive", "supported (plateau)"]
    assert table.loc["A8"].tolist() == [
        "not a claim", "not a claim", "inconclusive (standard, does not count)"
    ]  # fmt: skip
    assert table.loc["A9"].tolist()[-1] == "not judged"
    assert table.loc["A7"].tolist()[-1] == "withdrawn"
    assert log.HISTORY.startswith("claims/")


def test_cohorts_stand_beside_each_other_and_nothing_is_said_of_where_nothing_is():
    rows = [("A1", "made"), ("A2", "other")]
    judged = pd.DataFrame(rows, columns=["claim", "cohort"]).assign(
        verdict="supported", profile="plateau", counts="counts: registered in one"
    )
    table = verdicts_by_rule(judged.assign(origin="recorded: " + judged["cohort"]))
    assert table.set_index("claim").loc["A2"].tolist()[-2:] == ["not judged", "supported (plateau)"]
    assert table.columns[-2:].tolist() == [f"{log.NOW}made", f"{log.NOW}other"]


# --- Recorded verdicts ----------------------------------------------------------------------------


def test_recorded_verdicts_are_kept_and_void_once_the_claims_file_changed(tmp_path, monkeypatch):
    papers = all_claims()
    rows = [
        (paper.paper, claim.id, "phantom", "standard", "supported", paper.sha256)
        for paper in papers
        for claim in paper.claims
    ]
    columns = ["paper", "claim", "cohort", "profile", "verdict", "rule"]
    pd.DataFrame(rows, columns=columns).to_csv(tmp_path / log.VERDICTS, index=False)
    monkeypatch.setattr(log, "deciding", lambda: [tmp_path])
    named = SimpleNamespace(registration="")
    monkeypatch.setattr(log.results, "facts", lambda folder: named)
    read = recorded_verdicts()
    assert set(read["standing"]) == {"the claims file is the same"}
    named.registration = (first := registrations()[0]).name
    before = first.frozen.claims["claims/paper_a.yaml"]
    said = recorded_verdicts().groupby("paper")["standing"].unique()
    assert said["A"] == f"written under the claims file of now; registered under {before[:12]}"
    assert said["B"] == "the claims file is the same"
    changed = [papers[0].model_copy(update={"sha256": "other"})]
    monkeypatch.setattr(log, "all_claims", lambda: changed)
    voided = recorded_verdicts()
    assert voided["verdict"].tolist() == read["verdict"].tolist()
    standing = voided.set_index("paper")["standing"]
    assert set(standing[papers[0].paper]) == {"void: the claims file has changed"}
    assert set(standing[papers[1].paper]) == {"void: the claim was withdrawn"}


def test_without_recorded_verdicts_the_table_is_empty(monkeypatch, tmp_path):
    monkeypatch.setattr(log, "deciding", lambda: [tmp_path])
    assert recorded_verdicts().empty

"""Log: what it tells of the time before registrations is what git shows."""

import csv
from hashlib import sha256

import pandas as pd
import pytest
import yaml

from cxrstudy.base import places
from cxrstudy.base.repository import RepositoryError, open_repository
from cxrstudy.verdicts import log
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.log import (
    NO_RUN,
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


def test_every_claim_has_its_verdict_under_every_version(monkeypatch):
    rows = [("A1", "supported"), ("A8", "inconclusive")]
    judged = pd.DataFrame(rows, columns=["claim", "verdict"]).assign(origin="recorded: made")
    own = judged.assign(origin="this run", verdict="not judged")
    table = verdicts_by_rule(pd.concat([own, judged])).set_index("claim")
    assert table.loc["A1"].tolist() == [NO_RUN, NO_RUN, "inconclusive", "inconclusive", "supported"]
    assert table.loc["A8"].tolist()[2:] == ["not a claim", "not a claim", "inconclusive"]
    assert table.loc["A7"].tolist()[-1] == "withdrawn"
    elsewhere = pd.DataFrame([("A2", "supported")], columns=judged.columns[:2])
    both = verdicts_by_rule(pd.concat([judged, elsewhere.assign(origin="recorded: other")]))
    assert both.set_index("claim").loc["A2"].tolist()[-2:] == [
        "decided by another set",
        "supported",
    ]
    assert log.HISTORY.startswith("claims/")


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
    read = recorded_verdicts()
    assert set(read["standing"]) == {"the claims file is the same"}
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

"""Claims: fixed in a file that is checked, and whose hash stands for the rule."""

import hashlib

import pytest
import yaml

from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts.claim import (
    Claim,
    ClaimError,
    Claims,
    all_claims,
    claims_table,
    read_claims,
)
from tests.support.project import use

CLAIM = {
    "id": "X1", "sentence": "Order helps.", "experiment": "06", "metric": "auroc",
    "label": "covid19", "arm": "ordered", "against": "control",
}  # fmt: skip
CLAIMS = {"paper": "X", "citation": "nobody2020", "claims": [CLAIM]}


@pytest.fixture
def write(tmp_path, monkeypatch):
    use(monkeypatch, tmp_path, "claims")

    def written(content):
        path = tmp_path / "claims" / "made.yaml"
        path.write_text(yaml.safe_dump(content))
        return path

    return written


def test_a_file_is_read_with_its_hash(write):
    path = write(CLAIMS)
    read = read_claims("made")
    assert read.claims == [Claim(**CLAIM)]
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert all_claims() == [read]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"id": None}, "claims.0.id"),
        ({"metric": "accuracy"}, "claims.0.metric"),
        ({"level": 1.0}, "claims.0.level"),
        ({"against": ""}, "claims.0: Value error, experiment, label, arm and against are needed"),
        ({"not_testable": "no data"}, "a claim that is not testable has no contrast"),
        ({"rule": "better"}, "claims.0.rule"),
    ],
)
def test_an_illegal_claim_is_named_with_the_file(write, change, named):
    write(CLAIMS | {"claims": [CLAIM | change]})
    with pytest.raises(ClaimError, match=r"made\.yaml: .*") as error:
        read_claims("made")
    assert named in str(error.value)


def test_an_arm_of_two_factors_is_a_list_in_the_file(write):
    write(CLAIMS | {"claims": [CLAIM | {"arm": [0.1, 1], "against": ["large", 1]}]})
    (claim,) = read_claims("made").claims
    assert (claim.arm, claim.against) == ((0.1, 1), ("large", 1))
    assert claim.contrast == "0.1, 1 − large, 1"


def test_published_values_are_named_after_the_paper():
    claims = Claims(**CLAIMS | {"claims": [CLAIM | {"published": {"best": 0.857}}]})
    assert claims.published("X1") == {"paper X, best": 0.857}
    with pytest.raises(ClaimError, match="paper X has no claim 'X9'"):
        claims.published("X9")


def test_claims_are_tabulated_before_they_are_judged():
    unable = {"id": "X2", "sentence": "It is best.", "not_testable": "No weights."}
    claims = Claims(**CLAIMS | {"claims": [CLAIM | {"published": {"best": 0.9}}, unable]})
    table = claims_table(claims)
    assert table["contrast"].tolist() == ["ordered − control", "not testable"]
    assert table["published"].tolist() == ["best: 0.9", ""]
    assert [claim.id for claim in claims.testable] == ["X1"]
    assert [claim.id for claim in claims.of("06")] == ["X1"]


@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_the_arms_that_the_papers_claims_contrast_exist(profile):
    study = Study(profile, "phantom", 1)
    wanted = {
        (claim.experiment, arm)
        for claims in all_claims()
        for claim in claims.testable
        if claim.metric == "auroc"
        for arm in (claim.arm, claim.against)
    }
    assert len(wanted) >= 10
    arms = {name: experiment.arms_of(name, study) for name, _ in wanted}
    assert not {(name, arm) for name, arm in wanted if arm not in arms[name]}

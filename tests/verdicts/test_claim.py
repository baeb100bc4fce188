"""Claims: read from files that are checked, with the abstract's words and ours apart."""

import hashlib

import pytest
import yaml

from cxrstudy.explain import LESIONS, LUNGS
from cxrstudy.study import experiment
from cxrstudy.study.study import Study
from cxrstudy.verdicts.claim import Claim, ClaimError
from cxrstudy.verdicts.claims_file import (
    Claims,
    abstract_table,
    all_claims,
    claims_table,
    find_claim,
    read_claims,
)
from tests.support.claims import ABSTRACT, CLAIM, CLAIMS, NEEDS, UNTESTABLE
from tests.support.project import use
from tests.support.some import some


@pytest.fixture
def write(tmp_path, monkeypatch):
    use(monkeypatch, tmp_path, "claims")

    def written(content, name="made"):
        path = tmp_path / "claims" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(content))
        return path

    return written


def test_a_file_is_read_with_its_hash(write):
    path = write(CLAIMS)
    read = read_claims("made")
    assert read.claims == [Claim(**CLAIM)]
    assert read.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert all_claims() == [read]
    assert find_claim("X1") == Claim(**CLAIM)


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"id": None}, "claims.0.id"),
        ({"metric": "accuracy"}, "claims.X1.metric"),
        ({"level": 1.0}, "claims.X1: level 1: give a"),
        ({"margin": float("nan")}, "(it is not finite), line"),
        ({"relevant": float("inf")}, "(it is not finite), line"),
        ({"seeds": 1}, "claims.X1.seeds"),
        ({"against": ""}, "claims.X1: experiment, label, arm and against are needed"),
        ({"against": "ordered"}, "arm and against are both 'ordered'"),
        ({"not_testable": "no data"}, "a claim that is not testable has no contrast"),
        ({"needs": "more arms"}, "a claim that needs arms has no contrast"),
        ({"relevant": 0.0}, "relevant (above 0), because, budgets and control are needed"),
        ({"level": 0.05}, "level 0.05: that is alpha; give 0.95"),
        ({"level": 95}, "level 95: give a proportion, 0.95"),
        ({"level": 0.7}, "level 0.7: give at least 0.8"),
        ({"margin": -5, "kind": "non-inferiority"}, "margin −5: give a number above −1 and below"),
        ({"relevant": 3}, "relevant 3: give a number from 0 to 1, such as 0.03"),
        ({"relevant": -0.1}, "relevant −0.1: give a number from 0 to 1"),
        ({"published": {"ours": 98.7}}, "published 'ours' 98.7: give a number from 0 to 1"),
        ({"because": ""}, "because, budgets and control are needed"),
        ({"budgets": []}, "budgets and control are needed"),
        ({"control": ""}, "control are needed"),
        ({"budgets": ["for ever"]}, "claims.X1.budgets.0"),
        ({"margin": -0.1}, "an accepted loss (margin below 0) is of kind non-inferiority"),
        ({"kind": "non-inferiority"}, "non-inferiority needs an accepted loss"),
        ({"kind": "equivalence", "margin": 0.1}, "the bounds of equivalence are relevant"),
        ({"words": "size helps"}, "claim X1: its words are not those of the abstract"),
        ({"rule": "better"}, "claims.X1.rule"),
    ],
)
def test_an_illegal_claim_is_named_with_the_file(write, change, named):
    write(CLAIMS | {"claims": [CLAIM | change]})
    with pytest.raises(ClaimError, match=r"made\.yaml: .*") as error:
        read_claims("made")
    assert named in str(error.value)


def test_a_claim_needs_its_id_for_itself_in_one_file_and_over_all_of_them(write):
    write(CLAIMS | {"claims": [CLAIM, CLAIM]})
    with pytest.raises(ClaimError, match="claim X1: the id is given twice"):
        read_claims("made")
    write(CLAIMS)
    write(CLAIMS | {"paper": "Y"}, "other")
    with pytest.raises(ClaimError, match="claim X1: papers X and Y both have it"):
        all_claims()


def test_a_value_that_stands_twice_is_refused(write):
    path = write(CLAIMS)
    path.write_text(path.read_text() + "paper: Y\n")
    with pytest.raises(ClaimError, match="'paper' stands twice"):
        read_claims("made")


def test_an_abstract_names_no_claim_that_is_not_there(write):
    write(CLAIMS | {"claims": []})
    with pytest.raises(ClaimError, match="names claim X1, which is not there"):
        read_claims("made")


def test_any_number_of_papers_is_read(write):
    for name in ("X", "Y", "Z"):
        text = (
            yaml.safe_dump(CLAIMS).replace("X1", f"{name}1").replace("paper: X", f"paper: {name}")
        )
        write(yaml.safe_load(text), name.lower())
    assert [claims.paper for claims in all_claims()] == ["X", "Y", "Z"]
    with pytest.raises(ClaimError, match="no paper has claim 'W1'; there are X1, Y1, Z1"):
        find_claim("W1")


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
    made = [CLAIM | {"published": {"best": 0.9}}, UNTESTABLE, NEEDS]
    claims = Claims(**CLAIMS | {"abstract": ABSTRACT, "claims": made})
    table = claims_table(claims)
    assert table["contrast"].tolist() == ["ordered − control", "not testable", "needs arms"]
    assert table["published"].tolist() == ["best: 0.9", "", ""]
    assert table["words"].tolist()[0] == "“Order helps”"
    assert [claim.id for claim in claims.testable] == ["X1"]
    assert [claim.id for claim in claims.of("06")] == ["X1"]
    assert abstract_table(claims)["words"].tolist()[0] == "Order helps"


@pytest.mark.parametrize("profile", ["quick", "standard"])
def test_the_arms_that_the_papers_claims_contrast_exist(profile):
    wanted = {
        (claim.experiment, claim.cohort or "phantom", arm)
        for claims in all_claims()
        for claim in claims.testable
        for arm in claim.arms
    }
    assert len(wanted) >= 10
    studies = {cohort: Study(profile, cohort, 1) for cohort in {each[1] for each in wanted}}
    asked = {name: studies[cohort] for name, cohort, _ in wanted}
    arms = {name: experiment.arms_of(name, study) for name, study in asked.items()}
    drawn = {LUNGS, LESIONS, "uniform"}  # baselines, which nobody trains
    assert not {(name, arm) for name, _, arm in wanted if arm not in {*arms[name], *drawn}}


def test_a_reason_that_several_claims_share_stands_at_the_first_of_them():
    for paper in some(all_claims()):
        table = claims_table(paper).set_index("claim")["because"]
        stated = [said for said in table if said and not said.startswith("As for ")]
        assert len(stated) == len(set(stated))
        for claim in some(paper.claims):
            said = table[claim.id]
            first = said.removeprefix("As for ").rstrip(".") if said != claim.because else claim.id
            assert find_claim(first).because == claim.because

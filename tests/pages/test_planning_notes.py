"""Planning notes: claims that share their numbers, and claims that are in no list."""

from pathlib import Path

from cxrstudy.base import places
from cxrstudy.pages.planning_notes import notes
from cxrstudy.statistics.power import VarianceComponents
from cxrstudy.verdicts.claims_file import all_claims, find_claim
from cxrstudy.verdicts.planning import RecordedComponents
from tests.support.judged import text_of
from tests.support.some import some

PLANNED = {claim.id: "no arm" for paper in all_claims() for claim in paper.testable}


def test_each_claim_without_a_row_is_named_with_the_reason():
    said = text_of(notes(PLANNED))
    every = {claim.id for paper in all_claims() for claim in paper.claims}
    for name in some(sorted(every - set(PLANNED))):
        claim = find_claim(name)
        assert f"{name}: {claim.not_testable or 'needs'}".rstrip(".") in said
    assert "in no list" not in text_of(notes(dict.fromkeys(every, "no arm")))


def test_claims_about_the_same_difference_are_named_together():
    said = text_of(notes(PLANNED))
    assert find_claim("B1").contrast == find_claim("B3").contrast
    assert "B1 and B3" in said
    assert "same numbers" not in text_of(notes({"B1": "no arm", "A3": "no arm"}))


def recorded(*folder: str) -> RecordedComponents:
    return RecordedComponents(1e-5, 0.01, 0.01, folder=places.results() / Path(*folder))


def test_claims_are_named_beside_the_results_that_their_variances_are_of():
    standard, plateau = recorded("phantom", "standard"), recorded("phantom", "plateau")
    said = text_of(notes({"A1": standard, "A3": plateau, "B1": standard, "B2": "no arm"}))
    assert "Phantoms, profile standard, 5 seeds: A1, B1; " in said
    assert "Phantoms, profile plateau, 5 seeds: A3." in said
    unknown = {"A1": VarianceComponents(1e-5, 0.01, 0.01), "B2": "no arm"}
    assert "Whose variances" not in text_of(notes(unknown))


def test_the_strictest_level_is_that_of_a_claim_over_the_tests_of_its_paper():
    said = text_of(notes(PLANNED))
    for paper in some(all_claims()):
        strictest = 100 * (1 - paper.testable[0].level) / len(paper.testable)
        assert f"{paper.testable[0].id[0]} {strictest:.1f} % ({len(paper.testable)} tests)" in said

"""Planning notes: claims that share their numbers, and claims that are in no list."""

from cxrstudy.pages.planning_notes import notes
from cxrstudy.verdicts.claims_file import all_claims, find_claim
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

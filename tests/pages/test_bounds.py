"""Bounds: every claim is held against the lines that its kind has."""

import pytest

from cxrstudy.pages.bounds import bounds_in_words, bounds_of, is_equivalence
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.outcome import Evidence, Interval, decide

CLAIMS = [claim for paper in all_claims() for claim in paper.testable]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_an_interval_just_inside_its_bounds_is_support_and_one_across_them_is_not(claim):
    bounds = bounds_of(claim.id, claim.margin, claim.relevant)
    low = bounds[0] + 1e-6
    inside = Interval(low, bounds[1] - 1e-6 if len(bounds) > 1 else low + 0.1)
    across = Interval(bounds[0] - 1e-3, inside.high)
    seen = [
        decide(claim.kind, claim.margin, claim.relevant, Evidence(each, each, 0.001, 0.001))
        for each in (inside, across)
    ]
    assert seen[0] == "supported"
    assert seen[1] != "supported"


def test_what_is_no_claim_has_one_bound():
    assert not is_equivalence("no claim")
    assert bounds_of("no claim", 0.1, 0.2) == (0.1,)
    assert bounds_in_words("no claim", -0.05, 0.02) == "above −0.050"

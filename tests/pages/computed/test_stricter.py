"""Stricter: a claim that only the weaker control supports is not left to stand alone."""

import pandas as pd
import pytest

from cxrstudy.pages.computed.stricter import not_against_stricter, stricter_controls
from cxrstudy.pages.html import HTML
from cxrstudy.verdicts.claims_file import all_claims
from tests.support.judged import text_of
from tests.support.some import some

MARKS = {"results/kermany/real": 0, "results/phantom/plateau": 1}


def row(claim, verdict, origin="results/kermany/real"):
    return {
        "claim": claim, "verdict": verdict, "origin": origin, "cohort": origin.split("/")[1],
        "estimate": -0.008, "low": -0.024, "high": 0.009, "margin": 0.0,
    }  # fmt: skip


def test_a_stricter_control_is_another_claim_of_the_same_paper():
    ids = {claim.id: paper.paper for paper in all_claims() for claim in paper.claims}
    found = stricter_controls()
    for claim, control in some(found.items()):
        assert ids[claim] == ids[control]
        assert claim != control


@pytest.mark.parametrize("strict", ["inconclusive", "reversed", "no relevant difference"])
def test_a_claim_that_only_the_weaker_control_supports_is_said_with_the_other(strict):
    two = pd.DataFrame([row("B1", "supported"), row("B6", strict)])
    said = text_of(HTML(not_against_stricter(two, MARKS)))
    assert "B1 is supported, but B6" in said
    assert f"with the stricter control, is {strict} (" in said
    assert "−0.008 [−0.024, +0.009]" in said


@pytest.mark.parametrize(
    "rows",
    [
        [row("B1", "supported"), row("B6", "supported")],
        [row("B1", "inconclusive"), row("B6", "inconclusive")],
        [row("B1", "supported")],
        [row("B1", "supported"), row("B6", "inconclusive", "results/phantom/plateau")],
        [row("B2", "supported"), row("B6", "inconclusive")],
    ],
)
def test_nothing_is_said_where_both_hold_or_results_are_not_the_same(rows):
    assert not_against_stricter(pd.DataFrame(rows), MARKS) == ""

"""Correction: where an interval and its verdict seem to differ, the reader is told why."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.pages.computed.claim_strip import claims_table
from cxrstudy.pages.computed.correction import withheld_by_correction
from cxrstudy.pages.html import HTML
from cxrstudy.pages.marks import marks_of
from cxrstudy.statistics.multiplicity import holm
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.outcome import Evidence, Interval, decide
from tests.support.judged import judged, text_of

CLAIMS = {claim.id: claim for paper in all_claims() for claim in paper.testable}


def row(name, verdict, estimate, **numbers):
    return next(judged((name, verdict, estimate)).assign(**numbers).itertuples())


def test_an_interval_beside_zero_that_decides_nothing_is_explained():
    one = row("A1", "inconclusive", -0.07, p=0.0068, adjusted_p=0.122)
    said = withheld_by_correction(one)
    assert said == ("Alone it would be reversed; with the paper's other claims (Holm), p = 0.122.")


def test_equality_that_only_the_correction_withholds_is_told_with_its_own_p():
    one = row("A3", "inconclusive", 0.0, p=0.9, adjusted_p=1.0, adjusted_p_relevant=0.0504)
    said = withheld_by_correction(one)
    assert said.startswith("Alone it would be no relevant difference")
    assert said.endswith("p = 0.0504.")


def test_a_verdict_that_needs_no_correction_is_not_explained():
    assert withheld_by_correction(row("A1", "supported", 0.02)) == ""
    wide = {"low": -0.05, "high": 0.06, "narrow_low": -0.04, "narrow_high": 0.05}
    assert withheld_by_correction(row("A1", "inconclusive", 0.01, **wide, p=0.6)) == ""


def test_the_explanation_stands_in_the_row_of_its_cohort():
    told = judged(("A1", "inconclusive", -0.07)).assign(adjusted_p=0.122)
    shown = text_of(HTML(claims_table(told, marks_of(told), "")))
    assert shown.count("Alone it would be reversed") == 1
    untold = judged(("A1", "reversed", -0.07))
    assert "Alone" not in text_of(HTML(claims_table(untold, marks_of(untold), "")))


@given(
    name=st.sampled_from(sorted(CLAIMS)),
    estimate=st.floats(-0.3, 0.3),
    half=st.floats(0.001, 0.2),
    p=st.floats(0.0001, 1),
    p_relevant=st.floats(0.0001, 1),
    tests=st.integers(1, 30),
)
def test_it_is_silent_exactly_when_the_uncorrected_verdict_is_the_same(
    name, estimate, half, p, p_relevant, tests
):
    claim = CLAIMS[name]
    wide = Interval(estimate - half, estimate + half)
    narrow = Interval(estimate - 0.8 * half, estimate + 0.8 * half)
    corrected = [min(1.0, tests * each) for each in (p, p_relevant)]

    def verdict(*pair):
        seen = Evidence(wide, narrow, *pair)
        return decide(claim.kind, claim.margin, claim.relevant, seen, claim.level)

    one = row(
        name, verdict(*corrected), estimate, low=wide.low, high=wide.high, narrow_low=narrow.low,
        narrow_high=narrow.high, margin=claim.margin, relevant=claim.relevant, level=claim.level,
        p=p, p_relevant=p_relevant, adjusted_p=corrected[0], adjusted_p_relevant=corrected[1],
    )  # fmt: skip
    alone = verdict(p, p_relevant)
    assert (withheld_by_correction(one) == "") == (alone == one.verdict)
    assert alone == one.verdict or f"Alone it would be {alone};" in withheld_by_correction(one)


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_what_is_withheld_of_any_claim_is_told_with_the_p_of_its_margin(name):
    claim = CLAIMS[name]
    corrected = holm(np.array([0.004, 0.02, 0.02, 0.03]))[1]
    one = row(
        name, "inconclusive", claim.margin + 0.2, margin=claim.margin, relevant=claim.relevant,
        p=0.02, adjusted_p=corrected,
    )  # fmt: skip
    assert withheld_by_correction(one).endswith("p = 0.060.")

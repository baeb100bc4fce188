"""Verdicts: one rule, fixed in a file whose hash stands beside every verdict."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.verdicts.claim import Claim, ClaimError, Claims
from cxrstudy.verdicts.verdict import EVIDENCE, decide, evidence, standing, verdicts

CLAIM = {
    "id": "X1", "sentence": "Order helps.", "experiment": "06", "metric": "auroc",
    "label": "covid19", "arm": "ordered", "against": "control", "seeds": 1,
}  # fmt: skip


def claims(*changes, sha256="0123456789abcdef"):
    made = [CLAIM | change for change in changes or ({},)]
    return Claims(paper="X", citation="nobody2020", claims=made, sha256=sha256)


def found(*rows):
    columns = ["claim", "estimate", "low", "high", "p"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(minimum_detectable_difference=0.04, patients=40, images=50, seeds=5)[
        EVIDENCE
    ]


@pytest.mark.parametrize(
    ("low", "high", "margin", "outcome"),
    [
        (0.01, 0.09, 0.0, "reproduced"),
        (-0.09, -0.01, 0.0, "contradicted"),
        (-0.01, 0.09, 0.0, "inconclusive"),
        (0.0, 0.09, 0.0, "inconclusive"),
        (-0.09, 0.0, 0.0, "inconclusive"),
        (0.0, 0.0, 0.0, "inconclusive"),
        (0.01, 0.09, 0.02, "inconclusive"),
        (0.03, 0.09, 0.02, "reproduced"),
        (0.005, 0.015, 0.02, "contradicted"),
        (-0.01, 0.09, -0.02, "reproduced"),
    ],
)
def test_the_rule_is_where_the_whole_interval_lies(low, high, margin, outcome):
    assert decide(low, high, margin, p=0.001) == outcome
    assert decide(low, high, margin, p=0.05) == "inconclusive"


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1))
def test_a_turned_interval_turns_the_verdict(one, other, margin):
    low, high = sorted((one, other))
    turned = {"reproduced": "contradicted", "contradicted": "reproduced"}
    outcome = decide(low, high, margin, 0.0)
    assert decide(-high, -low, -margin, 0.0) == turned.get(outcome, "inconclusive")


@pytest.mark.parametrize(("low", "high"), [(0.2, 0.1), (float("nan"), 0.1)])
def test_what_is_no_interval_is_refused(low, high):
    with pytest.raises(ValueError, match="is not an interval"):
        decide(low, high, 0.0, 0.01)


def test_every_claim_is_judged_after_correction_over_the_testable_claims_of_the_paper():
    paper = claims(
        {}, {"id": "X2"}, {"id": "X3", "margin": 0.05},
        {"id": "X4", "experiment": "", "label": "", "arm": "", "against": "",
         "not_testable": "No weights."},
    )  # fmt: skip
    table = verdicts(
        paper,
        found(("X1", 0.07, 0.04, 0.10, 0.002), ("X2", 0.05, 0.01, 0.09, 0.04),
              ("X3", 0.00, -0.02, 0.02, 0.004)),
    ).set_index("claim")  # fmt: skip
    assert table["adjusted_p"].drop("X4").tolist() == pytest.approx([0.006, 0.04, 0.008])
    assert table["verdict"].tolist() == [
        "reproduced", "reproduced", "contradicted", "not testable",
    ]  # fmt: skip
    assert set(table["rule"]) == {"0123456789abcdef"}
    assert table.loc["X4", "why"] == "No weights."
    assert np.isnan(table.loc["X4", "adjusted_p"])


def test_a_claim_without_evidence_counts_in_the_correction():
    paper = claims({}, {"id": "X2"})
    table = verdicts(paper, found(("X1", 0.05, 0.01, 0.09, 0.03)))
    assert table["verdict"].tolist() == ["inconclusive", "no evidence"]
    assert table["adjusted_p"].tolist() == pytest.approx([0.06, 1.0])


def test_fewer_seeds_than_the_claim_asks_for_never_decide():
    table = found(("X1", 0.07, 0.04, 0.10, 0.002))
    assert verdicts(claims({"seeds": 5}), table)["verdict"].tolist() == ["reproduced"]
    few = verdicts(claims({"seeds": 5}), table.assign(seeds=4))
    assert few["verdict"].tolist() == ["inconclusive"]


def test_two_pieces_of_evidence_for_one_claim_are_refused():
    row = ("X1", 0.05, 0.01, 0.09, 0.03)
    with pytest.raises(ClaimError, match="claim X1: more than one contrast"):
        verdicts(claims(), found(row, row))


# --- From scores ----------------------------------------------------------------------------------


def scores(gain, shuffled=None, patients=150, seeds=3, seed=0):
    """Scores of two arms on the same patients; the second sees the label better by ``gain``."""
    random = np.random.default_rng(seed)
    truth = np.arange(patients) % 2
    if shuffled is not None:
        truth = np.random.default_rng(shuffled).permutation(truth)
    base = pd.DataFrame(
        {
            "role": "target", "split": "test", "id": [f"i{n}" for n in range(patients)],
            "patient": [f"p{n}" for n in range(patients)], "source": "made",
            "truth_covid19": truth,
        }
    )  # fmt: skip
    tables = []
    for repeat in range(seeds):
        for arm, skill in (("control", 0.8), ("ordered", 0.8 + gain)):
            noise = random.normal(size=patients)
            level = skill * (np.arange(patients) % 2) + noise
            scored = base.assign(arm=arm, seed=repeat, run="r", score_covid19=level)
            tables.append(scored)
    return pd.concat(tables, ignore_index=True)


def judge(table, margin=0.0):
    paper = claims({"margin": margin})
    return verdicts(paper, evidence(paper.of("06"), table))["verdict"].iloc[0]


def test_a_planted_effect_is_found_in_its_own_direction_and_beyond_a_margin():
    assert judge(scores(2.0)) == "reproduced"
    assert judge(scores(-0.8)) == "contradicted"
    assert judge(scores(2.0), margin=0.02) == "reproduced"
    assert judge(scores(0.0), margin=0.2) == "contradicted"
    assert judge(scores(0.0)) == "inconclusive"


def test_where_labels_are_shuffled_claims_are_decided_no_more_often_than_the_level_says():
    outcomes = [judge(scores(1.5, shuffled=n, patients=80, seeds=1, seed=n)) for n in range(100)]
    # Of 100 true nulls at a two-sided 5 %, more than 7 on one side happen once in 500 times.
    assert outcomes.count("reproduced") <= 7
    assert outcomes.count("contradicted") <= 7


def test_evidence_is_about_the_margin_and_says_what_could_have_been_seen():
    paper = claims({"margin": 0.0}, {"id": "X2", "margin": 0.3})
    table = evidence(paper.of("06"), scores(0.0))
    assert table.columns.tolist() == EVIDENCE
    assert table["estimate"].nunique() == 1
    assert table["p"].iloc[0] > 0.05 > table["p"].iloc[1]
    assert (table["minimum_detectable_difference"] > 0).all()
    assert evidence([], scores(0.0)).empty


# --- A rule that changed --------------------------------------------------------------------------


def test_a_verdict_under_another_rule_is_void():
    recorded = verdicts(claims(sha256="old"), found(("X1", 0.07, 0.04, 0.10, 0.001)))
    assert recorded["verdict"].tolist() == ["reproduced"]
    assert standing(recorded, claims(sha256="old"))["verdict"].tolist() == ["reproduced"]
    voided = standing(recorded, claims({"margin": 0.06}, sha256="new"))
    assert voided["verdict"].tolist() == ["void: the claims file has changed since"]


def test_the_claim_s_rule_is_in_its_verdict():
    assert Claim(**CLAIM).margin == 0.0
    assert verdicts(claims(sha256="abc"), found())["rule"].tolist() == ["abc"]

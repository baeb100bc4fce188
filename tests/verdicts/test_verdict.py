"""Verdicts: estimates, one correction, one rule; every outcome is reached from made scores."""

import numpy as np
import pandas as pd
import pytest

from cxrstudy.statistics import auroc, contrast
from cxrstudy.verdicts.claim import Claim, ClaimError
from cxrstudy.verdicts.claims_file import Claims
from cxrstudy.verdicts.evidence import EVIDENCE, evidence
from cxrstudy.verdicts.outcome import Outcome
from cxrstudy.verdicts.verdict import verdicts
from tests.support.claims import CLAIM, CLAIMS, NEEDS, UNTESTABLE, abstract

WORLD = "on made images"


def claims(*changes, sha256="0123456789abcdef"):
    made = [CLAIM | change for change in changes or ({},)]
    stated = {"abstract": abstract(*(claim["id"] for claim in made)), "claims": made}
    return Claims(**CLAIMS | stated | {"sha256": sha256})


def found(*rows, seeds=5):
    columns = ["claim", "estimate", "low", "high", "p", "p_relevant"]
    table = pd.DataFrame(rows, columns=columns)
    return table.assign(
        narrow_low=table["low"], narrow_high=table["high"], minimum_detectable_difference=0.04,
        patients=40, images=50, seeds=seeds, trainings=2 * seeds, at_plateau=2 * seeds,
        plateau_unknown=0, reason="",
    )[EVIDENCE]  # fmt: skip


def test_every_claim_is_judged_after_one_correction_over_the_claims_with_a_contrast():
    paper = claims({}, {"id": "X4"}, {"id": "X5", "margin": 0.05})
    paper = paper.model_copy(
        update={"claims": [*paper.claims, Claim(**UNTESTABLE), Claim(**NEEDS)]}
    )
    table = verdicts(
        paper,
        found(("X1", 0.07, 0.04, 0.10, 0.002, 1), ("X4", 0.05, 0.01, 0.09, 0.04, 1),
              ("X5", 0.00, -0.01, 0.01, 0.004, 0.01)),
        WORLD,
    ).set_index("claim")  # fmt: skip
    known = table.drop(["X2", "X3"])
    assert known["adjusted_p"].tolist() == pytest.approx([0.006, 0.04, 0.008])
    assert known["adjusted_p_relevant"].tolist() == pytest.approx([1, 1, 0.03])
    assert table["verdict"].tolist() == [
        "supported", "supported", "no relevant difference", "not testable", "not judged",
    ]  # fmt: skip
    assert set(table["rule"]) == {"0123456789abcdef"}
    assert table.loc["X2", "why"] == "No weights."
    assert table.loc["X3", "why"] == "needs an arm that trains longer"
    assert table.loc[["X2", "X3"], "adjusted_p"].isna().all()


def test_every_outcome_names_its_world():
    assert verdicts(claims(), found(), WORLD)["world"].tolist() == [WORLD]


# --- Plateau --------------------------------------------------------------------------------------

SUPPORTED = ("X1", 0.07, 0.04, 0.10, 0.002, 1)


def at_budgets(*budgets, at_plateau=10, unknown=0):
    row = found(SUPPORTED).assign(at_plateau=at_plateau, plateau_unknown=unknown)
    return verdicts(claims({"budgets": list(budgets)}), row, WORLD).iloc[0]


def test_a_claim_that_must_hold_at_a_plateau_is_judged_there_if_all_trainings_are_at_one():
    for budgets in (["plateau"], ["profile", "plateau"]):
        row = at_budgets(*budgets)
        assert (row["verdict"], row["budget"], row["lacking"]) == ("supported", "at a plateau", "")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"at_plateau": 9}, "1 of 10 trainings still improved when they ended"),
        ({"at_plateau": 0, "unknown": 10},
         "whether 10 of 10 trainings ended at a plateau is not known"),
        ({"at_plateau": 9, "unknown": 1},
         "whether 1 of 10 trainings ended at a plateau is not known"),
    ],
)  # fmt: skip
def test_without_a_plateau_the_verdict_is_about_the_profiles_steps_and_says_so(changed, why):
    row = at_budgets("profile", "plateau", **changed)
    assert row["verdict"] == "supported"
    assert row["budget"] == "with the steps of the profile"
    assert row["lacking"] == why
    strict = at_budgets("plateau", **changed)
    assert (strict["verdict"], strict["why"], strict["lacking"]) == ("not judged", why, "")


def test_a_claim_that_need_not_hold_at_a_plateau_lacks_nothing():
    row = at_budgets("profile", at_plateau=0)
    assert (row["verdict"], row["lacking"]) == ("supported", "")
    assert row["budget"] == "with the steps of the profile"


def test_what_is_not_judged_has_no_budget():
    table = verdicts(claims(), found(), WORLD)
    assert table[["budget", "lacking"]].to_numpy().tolist() == [["", ""]]


def test_a_claim_without_evidence_counts_in_the_correction():
    table = verdicts(claims({}, {"id": "X4"}), found(("X1", 0.05, 0.01, 0.09, 0.03, 1)), WORLD)
    assert table["verdict"].tolist() == ["inconclusive", "not judged"]
    assert table["why"].tolist() == ["", "no evidence"]
    assert table["adjusted_p"].tolist() == pytest.approx([0.06, 1.0])


def test_fewer_seeds_than_the_claim_asks_for_are_not_judged():
    row = ("X1", 0.07, 0.04, 0.10, 0.002, 1)
    assert verdicts(claims(), found(row), WORLD)["verdict"].tolist() == ["supported"]
    few = verdicts(claims(), found(row, seeds=4), WORLD)
    assert few["verdict"].tolist() == ["not judged"]
    assert few["why"].tolist() == ["4 seeds, the rule asks for 5"]


@pytest.mark.parametrize("lost", ["low", "narrow_high", "estimate"])
@pytest.mark.parametrize("reason", ["", "all draws are the same"])
def test_evidence_without_an_interval_is_not_judged_and_says_why(lost, reason):
    row = found(("X1", 0.07, 0.04, 0.10, 0.002, 1)).assign(**{lost: np.nan}, reason=reason)
    table = verdicts(claims(), row, WORLD)
    assert table["verdict"].tolist() == ["not judged"]
    assert table["why"].item()
    assert reason in table["why"].item()


def test_a_p_value_that_is_not_a_number_counts_as_one():
    row = found(("X1", 0.07, 0.04, 0.10, np.nan, np.nan))
    assert verdicts(claims(), row, WORLD)["verdict"].tolist() == ["inconclusive"]


def test_two_pieces_of_evidence_for_one_claim_are_refused():
    row = ("X1", 0.05, 0.01, 0.09, 0.03, 1)
    with pytest.raises(ClaimError, match="claim X1: more than one contrast"):
        verdicts(claims(), found(row, row), WORLD)


# --- From scores ----------------------------------------------------------------------------------


def scores(gain, shuffled=None, patients=150, seeds=5, seed=0, noise=1.0):
    """Scores of two arms on the same patients; the second sees the label better by ``gain``.

    ``noise`` is what differs between the arms: at 0 both have the same noise on every patient.
    """
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
        shared = random.normal(size=patients)
        for arm, skill in (("control", 0.8), ("ordered", 0.8 + gain)):
            own = random.normal(size=patients)
            level = skill * (np.arange(patients) % 2) + shared + noise * (own - shared)
            tables.append(base.assign(arm=arm, seed=repeat, run="r", score_covid19=level))
    return pd.concat(tables, ignore_index=True)


def judge(table, **change):
    paper = claims(change)
    return verdicts(paper, evidence(paper.of("06"), table), WORLD).iloc[0]


@pytest.mark.parametrize(
    ("table", "change", "outcome"),
    [
        (scores(2.0), {}, "supported"),
        (scores(2.0), {"margin": 0.02}, "supported"),
        (scores(-0.8), {}, "reversed"),
        (scores(0.0), {"margin": 0.3}, "reversed"),
        (scores(0.0), {}, "inconclusive"),
        (scores(0.0, noise=0.02, patients=600), {}, "no relevant difference"),
        (scores(0.0, noise=0.05), {"kind": "non-inferiority", "margin": -0.05}, "supported"),
        (scores(-0.8), {"kind": "non-inferiority", "margin": -0.05}, "reversed"),
        (scores(0.0, noise=0.02, patients=600), {"kind": "equivalence"}, "supported"),
        (scores(2.0), {"kind": "equivalence"}, "reversed"),
        (scores(-0.8), {"kind": "equivalence"}, "reversed"),
        (scores(2.0, seeds=2), {}, "not judged"),
        (scores(2.0), {"arm": "another"}, "not judged"),
        (scores(2.0), {"label": "other"}, "not judged"),
        (scores(2.0).iloc[:0], {}, "not judged"),
    ],
)
def test_every_outcome_is_reached_from_scores(table, change, outcome):
    row = judge(table, **change)
    assert row["verdict"] == outcome
    assert bool(row["why"]) == (outcome == "not judged")


@pytest.mark.parametrize(("gain", "bound"), [(0.3, 0.02), (-0.3, -0.02)])
def test_the_p_value_of_an_equivalence_is_about_the_bound_on_the_side_of_the_estimate(gain, bound):
    table = scores(gain, seeds=2)
    row = judge(table, kind="equivalence", seeds=2)
    about = contrast(table, auroc("covid19"), "ordered", "control", null=bound).iloc[0]
    assert (row["estimate"], row["p"]) == (about["estimate"], about["p"])
    assert np.sign(row["estimate"]) == np.sign(bound)


def test_the_outcomes_that_need_no_scores_are_the_others():
    reached = {"supported", "reversed", "inconclusive", "no relevant difference", "not judged"}
    assert {*Outcome.__args__} == reached | {"not testable"}


@pytest.mark.slow
def test_where_labels_are_shuffled_claims_are_decided_no_more_often_than_the_level_says():
    """A glance: tests of statistics hold the level, in many more worlds."""
    worlds = [scores(1.5, shuffled=n, patients=80, seed=n, seeds=2) for n in range(30)]
    outcomes = [judge(world, seeds=2)["verdict"] for world in worlds]
    # Of 30 true nulls at a two-sided 5 %, more than 4 on one side happen once in 1,000 times.
    assert outcomes.count("supported") <= 4
    assert outcomes.count("reversed") <= 4
    assert outcomes.count("not judged") == 0


def test_evidence_is_about_the_margin_and_says_what_could_have_been_seen():
    paper = claims({}, {"id": "X4", "margin": 0.3})
    table = evidence(paper.of("06"), scores(0.0))
    assert table.columns.tolist() == EVIDENCE
    assert table["estimate"].nunique() == 1
    assert table["p"].iloc[0] > 0.05 > table["p"].iloc[1]
    assert (table["narrow_low"] > table["low"]).all()
    assert (table["narrow_high"] < table["high"]).all()
    assert evidence([], scores(0.0)).empty
    # Holm may ask more of one test among several, so less can be detected.
    strict = evidence(paper.of("06"), scores(0.0), tests=8)
    detectable = "minimum_detectable_difference"
    assert (strict[detectable] > table[detectable]).all()


def test_the_p_value_of_relevance_is_that_of_the_side_which_is_closer_to_its_bound():
    paper = claims({}, {"id": "X4", "relevant": 0.4})
    near, far = evidence(paper.of("06"), scores(2.0))["p_relevant"]
    assert near > 0.5 > 0.05 > far


def test_what_can_t_be_compared_has_the_reason_instead_of_numbers():
    (row,) = evidence(claims({"arm": "another"}).of("06"), scores(0.0)).to_dict("records")
    assert "another" in row["reason"]
    assert "control" in row["reason"]
    assert pd.isna(row["estimate"])


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (["yes"] * 10, (10, 10, 0)),
        (["yes"] * 9 + ["no"], (10, 9, 0)),
        (["yes"] * 8 + ["no", "not known"], (10, 8, 1)),
        # Maps that come from no network.
        (["yes", ""] * 5, (5, 5, 0)),
    ],
)
def test_evidence_counts_the_trainings_of_both_arms_at_a_plateau(said, counts):
    table = scores(2.0)
    of = dict(zip(table.groupby(["seed", "arm"]).groups, said, strict=True))
    table["plateau"] = [
        of[seed, arm] for seed, arm in zip(table["seed"], table["arm"], strict=True)
    ]
    row = judge(table)
    assert (row["trainings"], row["at_plateau"], row["plateau_unknown"]) == counts


def test_scores_that_say_nothing_of_a_plateau_leave_it_unknown():
    row = judge(scores(2.0))
    assert (row["verdict"], row["budget"]) == ("supported", "with the steps of the profile")
    assert row["lacking"] == "whether 10 of 10 trainings ended at a plateau is not known"

"""Results: what the book says of the reference results, said again with other tools."""

import json

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from cxrstudy.base import places
from cxrstudy.runs.scores import arm_of
from cxrstudy.verdicts import judge, log, results
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.results import VERDICTS
from tests.support.some import some

FOLDER = places.results() / "phantom" / "standard"


@pytest.fixture(scope="module")
def recomputed():
    """AUROC of COVID-19 on the target's test split, by experiment, arm and seed; no own code."""
    arms = pd.read_csv(FOLDER / "arms.csv")
    images = pd.read_csv(FOLDER / "images.csv")
    scores = pd.read_csv(FOLDER / "scores.csv.gz")
    tested = (images["role"] == "target") & (images["split"] == "test")
    truth = images.loc[tested, "truth_covid19"]
    arms["auroc"] = [roc_auc_score(truth, scores.loc[tested, f"{run}:covid19"]) for run in arms.run]
    return arms


def mean_auroc(recomputed, experiment, arm):
    rows = recomputed[(recomputed["experiment"] == experiment) & (recomputed["arm"] == arm)]
    assert len(rows) >= 5
    return rows["auroc"].mean()


TESTABLE = [
    claim for claims in all_claims() for claim in claims.testable if claim.metric == "auroc"
]


def recorded(claim):
    """Whether the reference results hold both arms; arms that are younger than they are do not."""
    arms = pd.read_csv(FOLDER / "arms.csv")
    names = {arm_of(text) for text in arms.loc[arms["experiment"] == claim.experiment, "arm"]}
    return {claim.arm, claim.against} <= names


@pytest.mark.slow
@pytest.mark.parametrize(
    "claim", [claim for claim in TESTABLE if recorded(claim)], ids=lambda claim: claim.id
)
def test_the_estimate_of_a_claim_is_that_of_other_tools(recomputed, judged, claim):
    names = {arm_of(text): text for text in recomputed["arm"].unique()}
    difference = mean_auroc(recomputed, claim.experiment, names[claim.arm]) - mean_auroc(
        recomputed, claim.experiment, names[claim.against]
    )
    assert judged.loc[claim.id, "estimate"] == pytest.approx(difference, abs=2e-6)


@pytest.mark.slow
def test_claims_whose_arms_are_not_recorded_have_no_estimate(judged):
    missing = [claim.id for claim in TESTABLE if not recorded(claim)]
    assert judged.loc[missing, "estimate"].isna().all()
    assert len(missing) < len(TESTABLE)


@pytest.fixture(scope="module")
def judged():
    return judge.judged_results(FOLDER).set_index("claim")


def test_the_verdicts_recorded_under_the_old_rule_follow_from_the_intervals_beside_them():
    """Under the old rule an interval on one side of the margin, and Holm's p, decided."""
    recorded = pd.read_csv(FOLDER / VERDICTS)
    for paper, rows in some(recorded.groupby("paper")):
        tested = rows[rows["estimate"].notna()]
        count = len(tested)
        ranks = tested["p"].rank(method="first")
        adjusted = (tested["p"] * (count + 1 - ranks)).clip(upper=1)
        for (_, row), p in some(zip(tested.iterrows(), adjusted, strict=True)):
            side = "reproduced" if row["low"] > row["margin"] else "inconclusive"
            side = "contradicted" if row["high"] < row["margin"] else side
            assert row["verdict"] == (side if p < 0.05 else "inconclusive"), (paper, row["claim"])


def test_the_recorded_verdicts_are_shown_as_they_were_and_said_to_be_void():
    shown = log.recorded_verdicts().query("cohort == 'phantom' and profile == 'standard'")
    recorded = pd.read_csv(FOLDER / VERDICTS)
    assert shown["verdict"].tolist() == recorded["verdict"].tolist()
    assert shown["standing"].str.startswith("void: ").all()


def test_at_least_five_seeds_decide():
    facts = results.facts(FOLDER)
    assert facts.seeds >= 5
    arms = pd.read_csv(FOLDER / "arms.csv")
    assert (arms.groupby(["experiment", "arm"])["seed"].nunique() == facts.seeds).all()
    assert all(json.loads(text) for text in some(arms["arm"]))

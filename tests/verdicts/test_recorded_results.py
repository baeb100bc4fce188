"""Results: what the book says of the reference results, said again with other tools."""

import json

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from cxrstudy.base import places
from cxrstudy.runs.scores import arm_of
from cxrstudy.verdicts import judge, results
from cxrstudy.verdicts.claim import all_claims
from cxrstudy.verdicts.judge import VERDICTS

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


@pytest.mark.parametrize(
    "claim",
    [claim for claims in all_claims() for claim in claims.testable if claim.metric == "auroc"],
    ids=lambda claim: claim.id,
)
def test_the_recorded_estimate_of_a_claim_is_that_of_other_tools(recomputed, claim):
    verdicts = pd.read_csv(FOLDER / VERDICTS).set_index("claim")
    names = {arm_of(text): text for text in recomputed["arm"].unique()}
    difference = mean_auroc(recomputed, claim.experiment, names[claim.arm]) - mean_auroc(
        recomputed, claim.experiment, names[claim.against]
    )
    assert verdicts.loc[claim.id, "estimate"] == pytest.approx(difference, abs=2e-6)


def test_the_recorded_verdicts_follow_from_the_recorded_scores_and_the_claims_as_they_stand():
    table = judge.judged(judge.evidence_of_results(FOLDER), "", "phantom", "standard")
    recorded = judge.recorded_verdicts().query("cohort == 'phantom'").set_index("claim")
    assert table.set_index("claim")["verdict"].to_dict() == recorded["verdict"].to_dict()


def test_at_least_five_seeds_decide():
    facts = results.facts(FOLDER)
    assert facts.seeds >= 5
    arms = pd.read_csv(FOLDER / "arms.csv")
    assert (arms.groupby(["experiment", "arm"])["seed"].nunique() == facts.seeds).all()
    assert all(json.loads(text) for text in arms["arm"])

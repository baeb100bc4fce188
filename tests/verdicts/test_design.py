"""Designs: one row per claim, what its arms cost, and what is not known."""

import pandas as pd
import pytest

from cxrstudy.statistics.power import VarianceComponents
from cxrstudy.study.graph import make_graph
from cxrstudy.verdicts import design
from cxrstudy.verdicts.claims_file import all_claims, find_claim
from tests.support.some import some

MADE = VarianceComponents(seed=1e-5, patient=0.01, residual=0.01)
SEEDS = 2


@pytest.fixture(scope="module")
def table():
    found = design.design("quick", "phantom", SEEDS, {"B1": MADE, "B2": "no arm 'pooled'"})
    return found.set_index("claim")


def test_every_claim_with_a_contrast_has_a_row_and_all_of_them_one(table):
    claims = [claim.id for paper in all_claims() for claim in paper.testable]
    assert table.index.tolist() == [*claims, design.ALL]
    for claim in some(claims):
        assert table.loc[claim, "relevant"] == find_claim(claim).relevant


def test_a_cohort_that_was_made_for_some_claims_has_a_row_for_each_of_these():
    found = design.design("quick", "sign", SEEDS, {})
    own = [claim for paper in all_claims() for claim in paper.testable if claim.cohort == "sign"]
    assert found["claim"].tolist() == [*(claim.id for claim in own), design.ALL]
    assert len(own) > 1
    assert (found["trainings"] > 0).all()


def test_the_trainings_of_a_claim_are_those_of_its_arms_and_of_what_comes_before(table):
    graph = make_graph(["06"], "quick", "phantom", seeds=SEEDS)
    plan = graph.parts[0].plan
    arms = {"control", "general → pneumonia"}
    needed = {run.id: run for run in plan.runs if arms & set(run.arms)}
    assert table.loc["B1", "trainings"] == len(needed)
    steps = sum(run.chain.stages[-1].steps for run in some(needed.values()))
    assert table.loc["B1", "steps"] == steps


def test_what_claims_share_is_counted_once_in_the_sum(table):
    claims = table.drop(design.ALL)
    assert (
        claims["trainings"].max() < table.loc[design.ALL, "trainings"] < claims["trainings"].sum()
    )


def test_every_claim_has_trainings_or_a_reason(table):
    claims = table.drop(design.ALL)
    for claim, row in some(list(claims.iterrows())):
        assert row["trainings"] > 0 or "no such arms" in row["why"], claim


def test_powers_come_from_variance_components_and_else_there_is_a_reason(table):
    assert float(table.loc["B1", "finds"]) > float(table.loc["B1", "excludes"]) >= 0
    assert pd.isna(table.loc["B2", "finds"])
    assert table.loc["B2", "why"] == "no arm 'pooled'"
    assert table.loc["B1", "why"] == ""


def test_patients_are_the_test_patients_of_the_role(table):
    study = design.Study("quick", "phantom", SEEDS)
    tested = study.cohort.role("target").table.query("split == 'test'")
    assert table.loc["B1", "test_patients"] == tested["patient"].nunique()

"""Evidence: what is stored of a claim gives the study's own interval and p value."""

import math
from dataclasses import replace

import numpy as np
import pytest

from cxrstudy.base import places
from cxrstudy.pages.verdict_explorer import evidence as module
from cxrstudy.pages.verdict_explorer import page
from cxrstudy.pages.verdict_explorer.evidence import Difference, barred, budgets, differences_of
from cxrstudy.pages.verdict_explorer.measures import OF_SCORES
from cxrstudy.pages.verdict_explorer.stored import stored
from cxrstudy.statistics import made_scores
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claim import Claim
from cxrstudy.verdicts.evidence import difference_of, pair_of
from tests.support.claims import CLAIM
from tests.support.front_end import answers
from tests.support.some import some

CLOSE = 1e-9


def claim(**changes):
    return Claim(**CLAIM | {"arm": "general", "against": "control"} | changes)


def scores(**changes):
    return made_scores(["control", "general"], **{"seeds": 3, "patients": 60} | changes)


def found_in(asked, table):
    return {each.name: found for each, found in differences_of(asked, table, {})}


def as_shown(found, level, nothing):
    """Interval and p value in the front end."""
    calls = [("inference", "intervalOf", (stored(found), level))]
    calls += [("inference", "pOf", (stored(found), nothing))]
    return answers(page.ASSETS, calls)


def assert_same(found, inference):
    for level, nothing in ((0.95, 0.0), (0.9, -0.05), (0.99, 0.08)):
        ends, p = as_shown(found, level, nothing)
        assert ends == pytest.approx(inference.interval(level, (-1, 1)), abs=CLOSE, rel=0)
        assert p == pytest.approx(inference.p(nothing), abs=CLOSE, rel=0)


def test_of_the_claim_s_own_measure_it_is_the_inference_that_decides():
    asked, table = claim(), scores()
    inference, _ = difference_of(asked, pair_of(asked, table))
    found = found_in(asked, table)["auroc"]
    assert found == Difference(
        inference.estimate, inference.standard_error, inference.freedom, bound=1.0
    )
    assert_same(found, inference)


def test_an_arm_near_the_end_of_its_range_is_stored_with_its_trials():
    asked, table = claim(), scores()
    best = (table["arm"] == "general") & (table["truth_covid19"] == 1)
    table.loc[best, "score_covid19"] += 1.0  # every one above all others
    inference, _ = difference_of(asked, pair_of(asked, table))
    found = found_in(asked, table)["auroc"]
    assert [arm.trials for arm in found.arms] == [30, 0]
    assert math.isnan(found.standard_error)
    assert_same(found, inference)


def test_a_measure_that_falls_is_turned_round():
    found = found_in(claim(), scores())
    other = found_in(claim(arm="control", against="general"), scores())
    assert found["brier"].estimate > 0
    assert found["brier"].estimate == pytest.approx(-other["brier"].estimate)


def test_arms_that_other_patients_tested_are_compared_without_pairs():
    table = scores()
    there = scores().assign(role="external", patient=lambda t: "other " + t["patient"])
    asked = claim(against_role="external", against_label="covid19")
    both = np.concatenate([table.to_numpy(), there.to_numpy()])
    found = found_in(asked, table.iloc[:0].reindex(range(len(both))).assign(
        **dict(zip(table.columns, both.T, strict=True))
    ).infer_objects())  # fmt: skip
    assert list(found) == ["auroc", "sensitivity"]
    assert found["auroc"].standard_error > found_in(claim(), table)["auroc"].standard_error


def test_what_can_not_be_computed_says_why():
    table = scores()
    table.loc[0, "score_covid19"] = 1.7  # no probability
    table.loc[len(table) - 1, "score_covid19"] = 1.7
    found = found_in(claim(), table)
    assert "needs scores from 0 to 1" in found["brier"].reason
    assert found["auroc"].reason == ""


@pytest.mark.parametrize(
    ("changes", "row", "why"),
    [
        ({}, {"seeds": 4}, "4 seeds, the rule asks for 5"),
        ({}, {"at_plateau": 0}, ""),
        ({"budgets": ["plateau"]}, {}, ""),
        ({"budgets": ["plateau"]}, {"at_plateau": 7}, "3 of 10 trainings still improved"),
    ],
)
def test_what_no_setting_judges_is_known(changes, row, why):
    facts = {"seeds": 5, "trainings": 10, "at_plateau": 10, "plateau_unknown": 0} | row
    said = barred(claim(**changes), facts)
    assert said.startswith(why)
    assert bool(said) == bool(why)


def test_budgets_are_profiles_that_decide_and_their_halves(monkeypatch):
    there = [places.results() / place for place in (
        "phantom/standard", "phantom/quick", "phantom/halved", "phantom/plateau", "nih/standard",
    )]  # fmt: skip
    monkeypatch.setattr(results, "folders", lambda: there)
    assert [f"{path.parent.name}/{path.name}" for path in budgets()] == [
        "nih/standard", "phantom/plateau", "phantom/standard", "phantom/halved",
    ]  # fmt: skip


def test_measures_that_no_claim_is_about_rest_on_fewer_draws(monkeypatch):
    drawn = []
    monkeypatch.setattr(
        module, "sample", lambda *given, real=module.sample: drawn.append(given[3]) or real(*given)
    )
    assert list(found_in(claim(), scores())) == [each.name for each in OF_SCORES]
    # The AUROC, the labels together, and one label for all others.
    assert drawn == [module.REPLICATES, module.DRAWS, module.DRAWS]
    assert replace(Difference(), bound=1.0).bound == 1.0
    assert some(drawn)

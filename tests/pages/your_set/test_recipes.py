"""Recipes on one's own set: the best is chosen on validation, and what is open is said to be."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from cxrstudy.pages.rule import fewest_seeds
from cxrstudy.pages.your_set.compared import (
    ALIKE,
    CHOSEN,
    compare,
    minutes_of,
    same_trainings,
)
from cxrstudy.pages.your_set.recipes import best_recipes, certainty
from cxrstudy.statistics import auroc, contrasts, estimates, made_scores

METRIC = auroc("covid19")
MINUTES = {"control": 2.0, "general": 5.0, "copy": 1.0}


def of_seeds(seeds):
    """A weak arm, a strong one, and one that is nearly the strong one."""
    made = made_scores(["control", "general"], seeds=seeds)
    copy = made[made["arm"] == "general"].assign(arm="copy")
    noise = np.random.default_rng(1).normal(0, 0.02, len(copy))
    copy["score_covid19"] = (copy["score_covid19"] + noise).clip(0, 1)
    return pd.concat([made, copy], ignore_index=True)


@pytest.fixture(scope="module")
def compared():
    return compare("06_sequential_schemes", "sequence", of_seeds(fewest_seeds()), METRIC, MINUTES)


def test_the_best_on_validation_is_compared_on_test_patients(compared):
    scores = of_seeds(fewest_seeds())
    said = dict(compared.table[["arm", "said"]].to_numpy())
    assert compared.chosen in ("general", "copy")
    assert said.pop(compared.chosen) == CHOSEN
    assert said == {"control": "worse", ({"general", "copy"} - {compared.chosen}).pop(): ALIKE}
    expected = contrasts(scores, METRIC, against=compared.chosen).set_index("arm")["estimate"]
    found = compared.table.set_index("arm")["less"].drop(compared.chosen)
    assert found.to_dict() == pytest.approx(expected.to_dict())


def test_a_name_keeps_its_letters_at_the_beginning_of_a_line():
    scores = of_seeds(2)
    named = compare("04_mixup", "MixUp and length", scores, METRIC, MINUTES)
    shown = best_recipes([named], METRIC.name)
    assert "MixUp and length" in shown.said
    assert "MixUp and length" in shown.shown


def test_a_choice_does_not_look_at_the_test_patients():
    scores = of_seeds(2)
    worse = scores["split"].eq("test") & scores["arm"].ne("control")
    scores.loc[worse, "score_covid19"] = 1 - scores.loc[worse, "score_covid19"]
    assert compare("06_sequential_schemes", "sequence", scores, METRIC, {}).chosen != "control"


def test_what_costs_least_among_those_that_can_t_be_told_apart_is_named(compared):
    cheap = compare(
        "06_sequential_schemes",
        "sequence",
        of_seeds(fewest_seeds()),
        METRIC,
        MINUTES | {compared.chosen: 9.0},
    )
    said = best_recipes([cheap], METRIC.name).said
    other = ({"general", "copy"} - {compared.chosen}).pop()
    assert f"1 of 2 others can't be told apart from it, of which {other} costs least" in said
    assert "9 minutes a seed" in said
    dear = compare(
        "06_sequential_schemes",
        "sequence",
        of_seeds(fewest_seeds()),
        METRIC,
        MINUTES | {other: 99.0},
    )
    assert "costs least" not in best_recipes([dear], METRIC.name).said


def test_a_recipe_s_numbers_say_what_they_are_numbers_of():
    named = {"control": (0, 1.0), "general": (0.2, 0.5), "copy": (0.2, 2.0)}
    scores = of_seeds(1)
    scores["arm"] = scores["arm"].map(named)
    mixed = compare("04_mixup", "mixup", scores, METRIC, {})
    answer = best_recipes([mixed], METRIC.name)
    words = ("alpha 0, 1 × steps", "alpha 0.2, 0.5 × steps", "alpha 0.2, 2 × steps")
    assert [word in answer.shown for word in words] == [True] * 3
    assert "<td>0.2, 0.5</td>" not in answer.shown


def test_with_too_few_seeds_nothing_is_judged_and_no_interval_is_shown():
    few = compare("06_sequential_schemes", "sequence", of_seeds(1), METRIC, MINUTES)
    answer = best_recipes([few], METRIC.name)
    assert "not judged" in answer.said
    assert "[" not in answer.shown
    assert "difference, not judged" in answer.shown
    assert "from the chosen one" not in answer.shown
    assert f"SEEDS={fewest_seeds()}" in certainty([few]).said


def test_how_sure_it_is_is_the_smallest_difference_that_would_be_found(compared):
    said = certainty([compared]).said
    table = contrasts(of_seeds(fewest_seeds()), METRIC, against=compared.chosen)
    assert f"{table['minimum_detectable_difference'].median():.3f}" in said
    assert f"{fewest_seeds()} seeds" in said
    assert "60 test patients" in said


def test_recipes_with_the_same_runs_are_one_and_the_others_are_named():
    scores = of_seeds(2)
    scores["run"] = scores["arm"] + scores["seed"].astype(str)
    again = scores[scores["arm"] == "general"].assign(arm="general, again")
    both = pd.concat([again, scores], ignore_index=True)
    one = compare("06_sequential_schemes", "sequence", both, METRIC, MINUTES)
    assert one.table["arm"].tolist() == ["general, again", "control", "copy"]
    assert one.same["general, again"] == ["general"]
    assert "general, again (the same training: general)" in best_recipes([one], METRIC.name).shown
    apart = compare("06_sequential_schemes", "sequence", scores, METRIC, MINUTES)
    assert not any(apart.same.values())
    unknown = scores.assign(run="")
    assert list(same_trainings(unknown)) == ["control", "general", "copy"]


def test_a_recipe_without_a_result_is_named_and_never_the_best():
    scores, name = of_seeds(2), "06_sequential_schemes"
    why = {"general": "seed 0, <no better> than a constant"}
    some = compare(name, "sequence", scores, METRIC, MINUTES, why)
    assert some.chosen == "copy"
    assert some.table["arm"].tolist() == ["control", "copy"]
    answer = best_recipes([some], METRIC.name)
    assert "1 other recipe has no result." in answer.said
    assert "no result: seed 0, &lt;no better&gt; than a constant" in answer.shown
    none = compare(name, "sequence", scores, METRIC, MINUTES, dict.fromkeys(MINUTES, "diverged"))
    answer = best_recipes([none], METRIC.name)
    assert "none of 3 recipes has a result" in answer.said
    assert answer.shown.count("no result: diverged") == 3
    assert certainty([none]).said == "Nothing was compared."
    lone = compare(name, "sequence", scores, METRIC, MINUTES, {"control": "", "general": ""})
    assert "it is the only one with a result" in best_recipes([lone], METRIC.name).said


def test_what_it_was_chosen_by_stands_in_the_table():
    scores = of_seeds(2)
    found = compare("06_sequential_schemes", "sequence", scores, METRIC, MINUTES).table
    there = scores[scores["split"] == "validation"].assign(split="test")
    expected = estimates(there, METRIC).set_index("arm")["estimate"]
    assert found.set_index("arm")["validation"].to_dict() == pytest.approx(expected.to_dict())
    assert found.loc[found["said"] == CHOSEN, "validation"].item() == found["validation"].max()


def test_without_an_experiment_that_is_said():
    assert "No recipes" in best_recipes([], METRIC.name).said
    assert certainty([]).said == "Nothing was compared."


def test_minutes_are_those_of_all_trainings_that_an_arm_starts_from():
    def record(name, parent, *seconds):
        spent = dict(enumerate(seconds))
        return SimpleNamespace(id=name, parent=parent, seconds=spent)

    records = [
        record("start", None, 60), record("first", "start", 30, 30), record("second", "start", 180),
        record("alone", None, 6),
    ]  # fmt: skip
    ends = {("long", 0): "first", ("long", 1): "second", ("short", 0): "alone"}
    arms = SimpleNamespace(records=records, trained=ends)
    assert minutes_of(arms) == pytest.approx({"long": 3.0, "short": 0.1})

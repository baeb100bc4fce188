"""Assets: what the modules of the front end compute beside verdicts."""

import numpy as np
import pytest

from cxrstudy.base import numbers
from cxrstudy.pages.verdict_explorer import page
from cxrstudy.statistics import holm
from tests.support.front_end import answers
from tests.support.some import some


def some_values():
    random = np.random.default_rng(7)
    made = random.normal(0, 1, 60) * 10.0 ** -random.integers(0, 7, 60)
    return [0.0, 0.02, -0.05, 0.0499, 0.00004, -0.0200001, 0.99996, *map(float, made)]


def test_differences_are_written_as_elsewhere():
    cases = [(value, beside) for value in some_values() for beside in ([], [0.02], [-0.05])]
    found = answers(page.ASSETS, [("words", "difference", case) for case in cases])
    # The front end has no powers of ten.
    wanted = [numbers.difference(value, beside) for value, beside in cases]
    pairs = [
        (here, there) for here, there in zip(found, wanted, strict=True) if "10" not in there[-4:]
    ]
    assert len(pairs) > 150
    for here, there in some(pairs):
        assert here == there


def test_intervals_are_written_as_elsewhere():
    values = some_values()
    cases = [(at, [at - wide, at + 2 * wide], 0.02, "") for at in values for wide in (0.01, 0.3)]
    found = answers(page.ASSETS, [("words", "interval", case) for case in cases])
    wanted = [numbers.interval(at, *ends, numbers.difference, [0.02]) for at, ends, *_ in cases]
    pairs = [(here, there) for here, there in zip(found, wanted, strict=True) if "×" not in there]
    for here, there in some(pairs):
        assert here == there


def test_p_values_are_written_as_elsewhere():
    cases = [(p, alpha) for p in (0.0, 1e-9, 0.0004, 0.001, 0.0496, 0.05, 0.31, 0.9999, 1.0)
             for alpha in (0.05, 0.1, 0.0005)]  # fmt: skip
    found = answers(page.ASSETS, [("words", "pValue", case) for case in cases])
    assert found == [numbers.p_value(p, {0.05, alpha}) for p, alpha in cases]


def test_holm_is_that_of_the_study_also_with_ties():
    random = np.random.default_rng(3)
    tables = [random.choice([0.001, 0.01, 0.02, 0.3, 1.0], size).tolist() for size in (1, 4, 21)]
    calls = [("multiplicity", "corrected", (table, "holm")) for table in tables]
    for table, found in some(zip(tables, answers(page.ASSETS, calls), strict=True)):
        assert found == pytest.approx(holm(np.array(table)).tolist())


def made_data(kind="superiority", margin=0.0, budgets=3, measures=("auroc", "brier")):
    claim = {
        "paper": "X", "words": "Order helps", "test": "The ordered arm is better.",
        "contrast": "ordered − control", "kind": kind, "margin": margin, "relevant": 0.02,
        "level": 0.95, "own": "auroc",
    }  # fmt: skip
    evidence = [
        {
            "claim": "X1", "results": place, "decides": place == 1, "verdict": "supported",
            "patients": 100, "by": {name: [0.03 - 0.02 * place, 0.004, 9.5] for name in measures},
        }
        for place in range(budgets)
    ]  # fmt: skip
    results = [
        {"cohort": "made", "profile": name, "seeds": "5 seeds", "counts": "counts: made"}
        for name in ("first", "second", "third")[:budgets]
    ]
    return {
        "papers": {"X": 4}, "draws": 500,
        "measures": {name: {"title": "title", "most": 1.0} for name in measures},
        "claims": {"X1": claim}, "results": results, "evidence": evidence,
    }  # fmt: skip


@pytest.mark.parametrize("budgets", [2, 3])
def test_specifications_are_all_combinations_by_their_difference(budgets):
    data = made_data(budgets=budgets)
    (found,) = answers(page.ASSETS, [("specifications", "specifications", (data, "X1", 1))])
    # Measures, budgets, corrections and sizes.
    assert len(found) == 2 * budgets * 3 * 4
    settings = {str(each["setting"]) for each in found}
    assert len(settings) == len(found)
    at = [each["judged"]["estimate"] for each in found]
    assert at == sorted(at)
    (own,) = [each for each in found if each["registered"]]
    assert own["setting"] == {
        "claim": "X1", "results": 1, "measure": "auroc", "margin": 0, "relevant": 0.02,
        "level": 0.95, "correction": "holm",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "margin", "sizes"),
    [
        ("superiority", 0.0, [(0, 0.02), (0, 0.01), (0, 0.04), (0.02, 0.02)]),
        ("superiority", 0.05, [(0.05, 0.02), (0.05, 0.01), (0.05, 0.04), (0, 0.02)]),
        ("non-inferiority", -0.05, [(-0.05, 0.02), (-0.05, 0.01), (-0.05, 0.04), (-0.025, 0.02)]),
        ("equivalence", 0.0, [(0, 0.02), (0, 0.01), (0, 0.04)]),
    ],
)
def test_sizes_are_of_the_claim_s_kind(kind, margin, sizes):
    claim = made_data(kind, margin)["claims"]["X1"]
    (found,) = answers(page.ASSETS, [("specifications", "sizesOf", (claim,))])
    assert [(each["margin"], each["relevant"]) for each in found] == sizes


def test_whatever_differs_from_the_registration_is_named():
    data = made_data()
    own = {
        "claim": "X1", "results": 1, "measure": "auroc", "margin": 0.0, "relevant": 0.02,
        "level": 0.95, "correction": "holm",
    }  # fmt: skip
    others = {
        "results": 0, "measure": "brier", "margin": 0.01, "relevant": 0.03, "level": 0.9,
        "correction": "none",
    }  # fmt: skip
    calls = [("judging", "changes", (data, own | {name: other})) for name, other in others.items()]
    assert answers(page.ASSETS, [("judging", "changes", (data, own)), *calls]) == [
        [],
        *([name] for name in others),
    ]


def test_a_claim_that_is_barred_is_judged_by_no_setting():
    data = made_data()
    data["evidence"][1]["barred"] = "1 seed, the rule asks for 5"
    (found,) = answers(page.ASSETS, [("specifications", "specifications", (data, "X1", 1))])
    outcomes = {each["judged"]["outcome"] for each in found if each["setting"]["results"] == 1}
    assert outcomes == {"not judged"}
    assert {each["judged"]["outcome"] for each in found} > outcomes

"""Agreement: a run that differs by chance only is said to agree, and one that does not is named."""

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base import numbers
from cxrstudy.pages.agreement import Size, agreement, chance
from cxrstudy.pages.beside import ReferenceResults
from cxrstudy.pages.html import HTML
from cxrstudy.statistics import auroc, contrasts, made_scores
from cxrstudy.statistics.power import VarianceComponents

ARMS = ["general → pneumonia", "control"]
PARTS = st.floats(0, 0.1)


def recorded(scores):
    arms = SimpleNamespace(study=SimpleNamespace(profile=SimpleNamespace(profile="standard")))
    return ReferenceResults(HTML(""), arms, scores)


def said(own, record, failed=None):
    shown = agreement("06_sequential_schemes", own, record, failed or {}).data
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


def one_seed(scores):
    return scores[scores["seed"] == 0]


def test_the_same_scores_agree_and_one_seed_is_not_judged():
    scores = made_scores(ARMS, seeds=5)
    text = said(one_seed(scores), recorded(scores))
    assert "Not judged : this run has 1 seed, the rule asks for 5" in text
    assert "None of the 2 differences that both have can be told apart from the record's" in text
    assert "more than chance" not in text
    assert " [" not in text


def test_a_run_that_is_far_from_the_record_is_named_with_the_record_s_profile():
    scores = made_scores(ARMS, seeds=5)
    turned = scores.assign(arm=scores["arm"].map(dict(zip(ARMS, ARMS[::-1], strict=True))))
    column = next(name for name in scores if name.startswith("score_covid"))
    truth = scores["truth_covid19"]
    worse = scores["arm"] == ARMS[0]
    far = turned.assign(**{column: np.where(worse, truth, 1 - truth)})
    text = said(one_seed(far), recorded(scores))
    assert "B1" in text.partition("more than chance")[0].rpartition(";")[2]
    assert "standard" in text


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (ReferenceResults(HTML(""), None, pd.DataFrame()), "Nothing is recorded on this cohort"),
        (
            recorded(made_scores(["one", "two"], seeds=5)),
            "no difference that both this run and the record have",
        ),
    ],
)
def test_what_there_is_nothing_to_compare_with_is_said(record, words):
    assert words in said(made_scores(ARMS, seeds=5), record)


def test_a_failed_training_is_compared_with_nothing():
    scores, why = made_scores(ARMS, seeds=5), "seed 0, not better than a constant on validation"
    sound = said(one_seed(scores), recorded(scores))
    failed = said(one_seed(scores), recorded(scores), {"control": why})
    assert "not better than a constant" not in sound
    assert "told apart" in sound
    assert "not better than a constant on validation" in failed
    assert "told apart" not in failed
    assert "Not judged" in failed
    summary = failed.partition("Claim by claim")[0]
    assert "without a result in this run (control); the reasons" in summary
    record = contrasts(scores, auroc("covid19"), against="control")["estimate"].item()
    assert numbers.difference(record) in failed.partition("Claim by claim")[2]


def test_an_arm_that_the_record_lacks_is_named_in_words():
    own = made_scores([(2, "own weights"), (1, "own weights"), (1, "same steps")], seeds=5)
    shown = agreement("03_resolution", own, recorded(made_scores([(1, "same steps")], seeds=5)), {})
    assert "× resolution" in shown.data
    assert "there are" not in shown.data


def test_a_chapter_without_claims_says_so():
    assert "No claim" in agreement("16_recipes", made_scores(), recorded(made_scores()), {}).data


@given(seed=PARTS, patient=PARTS, residual=PARTS, seeds=st.integers(1, 9))
def test_more_seeds_never_allow_a_greater_distance(seed, patient, residual, seeds):
    parts = VarianceComponents(seed=seed, patient=patient, residual=residual)
    few, more = (chance(parts, Size(n, 400), Size(5, 900)) for n in (seeds, seeds + 1))
    assert 0 <= more <= few * 1.1


def test_the_distance_holds_for_as_many_pairs_of_studies_as_it_says():
    # Known variances, so that the answer does not come from the function: 95 % of differences of
    # two normal estimates lie nearer than 1.96 standard errors; t with few seeds is wider.
    random = np.random.default_rng(0)
    parts, one, five = VarianceComponents(0.0004, 0.02, 0.03), Size(1, 400), Size(5, 900)

    def drawn(size):
        trainings = random.normal(0, (0.0004 + 0.03 / size.patients) ** 0.5, (4000, size.seeds))
        return trainings.mean(axis=1) + random.normal(0, (0.02 / size.patients) ** 0.5, 4000)

    apart = np.abs(drawn(one) - drawn(five))
    assert 0.95 <= np.mean(apart <= chance(parts, one, five)) < 1

"""Arrays: metrics as functions on arrays, equal to scikit-learn's."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from cxrstudy.statistics import auroc, average_precision, brier, estimates, macro_auroc, measure
from tests.support.score_tables import probabilities, table

rows = st.lists(
    st.tuples(st.floats(0, 1, width=16), st.booleans(), st.sampled_from("abcdef")),
    min_size=2, max_size=25,
)  # fmt: skip
SAME = [
    (auroc, roc_auc_score), (average_precision, average_precision_score), (brier, brier_score_loss),
]  # fmt: skip


@pytest.mark.parametrize(("make", "sklearn"), SAME)
@given(drawn=rows)
def test_values_are_those_of_scikit_learn(make, sklearn, drawn):
    scores, truth, _ = zip(*drawn, strict=True)
    assume(len(set(truth)) == 2)
    assert measure(make("a"), scores, truth) == pytest.approx(sklearn(truth, scores), abs=1e-12)


@pytest.mark.parametrize(("make", "sklearn"), SAME)
@given(drawn=rows)
def test_a_patient_counts_once(make, sklearn, drawn):
    scores, truth, names = zip(*drawn, strict=True)
    means = (
        pd.DataFrame({"s": scores, "t": truth}).groupby(list(names)).agg({"s": "mean", "t": "max"})
    )
    assume(means["t"].nunique() == 2)
    expected = sklearn(means["t"], means["s"])
    assert measure(make("a"), scores, truth, names) == pytest.approx(expected, abs=1e-12)


def test_the_macro_value_is_the_mean_over_labels_of_images_that_are_known():
    generator = np.random.default_rng(0)
    truth = generator.integers(0, 2, (40, 2)).astype(float)
    scores = generator.normal(size=(40, 2)) + truth
    truth[3, 0] = truth[7, 1] = np.nan
    known = ~np.isnan(truth).any(axis=1)
    expected = [roc_auc_score(truth[known, k], scores[known, k]) for k in (0, 1)]
    assert measure(macro_auroc(["a", "b"]), scores, truth) == pytest.approx(np.mean(expected))


def test_it_is_the_estimate_that_the_study_reports():
    truth, patients, scores = probabilities(3, images=2)
    estimate = estimates(table({"a": scores}, truth, patients), auroc("covid19"))["estimate"][0]
    assert measure(auroc("covid19"), scores, truth) == pytest.approx(estimate, abs=1e-12)


def test_one_class_has_no_value():
    assert np.isnan(measure(auroc("a"), [0.1, 0.9, 0.4], [1, 1, np.nan]))


@pytest.mark.parametrize(
    ("scores", "truth", "patients", "said"),
    [
        ([0.1, 0.2], [0, 1, 1], None, "shape"),
        ([[0.1, 0.2]], [[0, 1]], None, r"needs 1 columns \(a\), not the shape \(1, 2\)"),
        ([0.1, 0.2], [0, 2], None, "truth must be 0, 1, or NaN"),
        ([0.1, 0.2], [0, 1], ["p"], "1 patients of 2 images"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(scores, truth, patients, said):
    with pytest.raises(ValueError, match=said):
        measure(auroc("a"), scores, truth, patients)

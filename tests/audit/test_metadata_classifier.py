"""How well labels are guessed, against scikit-learn and against what is known by construction."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from cxrstudy.audit import metadata_classifier as classifier
from cxrstudy.data.role import Role, Task


def _role(truth: np.ndarray, kind: Task = "multiclass") -> Role:
    labels = tuple(f"label {number}" for number in range(truth.shape[1]))
    return Role("made", kind, labels, pd.DataFrame(), truth.astype(np.float32))


def _people(count: int, images_of_each: int = 1) -> np.ndarray:
    return np.array([f"patient {n // images_of_each}" for n in range(count)], object)


def test_metrics_are_those_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    classes = random.integers(0, 3, 200)
    scores = random.random((200, 3)) + 0.4 * np.eye(3)[classes]
    scores /= scores.sum(1, keepdims=True)
    truth = np.eye(3, dtype=np.float32)[classes]
    weights = np.stack([np.ones(200), random.integers(0, 4, 200)]).astype(float)
    calls = np.arange(3) == scores.argmax(1)[:, None]
    for number, weight in enumerate(weights):
        expected = balanced_accuracy_score(classes, scores.argmax(1), sample_weight=weight)
        assert classifier.balanced_accuracy(calls, truth, weights)[number] == pytest.approx(
            expected
        )
        areas = [roc_auc_score(truth[:, k], scores[:, k], sample_weight=weight) for k in range(3)]
        assert classifier.macro_auroc(scores, truth, weights)[number] == pytest.approx(
            np.mean(areas)
        )


def test_a_single_label_has_sensitivity_and_specificity() -> None:
    truth = np.array([[1], [1], [0], [0], [np.nan]], np.float32)
    calls = np.array([[True], [False], [False], [False], [True]])
    assert classifier.balanced_accuracy(calls, truth, np.ones((1, 5))) == pytest.approx([0.75])


@pytest.mark.parametrize("linear", [False, True])
def test_a_perfect_sign_is_read_and_noise_is_not(linear: bool) -> None:
    random = np.random.default_rng(1)
    truth = np.eye(2)[random.integers(0, 2, 300)]
    noise = random.random((300, 2))
    perfect = classifier.guess_labels(_role(truth), _people(300), truth + 0.01 * noise, linear)
    blind = classifier.guess_labels(_role(truth), _people(300), noise, linear)
    assert perfect is not None
    assert blind is not None
    assert (perfect.auroc, perfect.accuracy, perfect.state) == (1, 1, "issue")
    assert blind.auroc_interval[0] < 0.5 < blind.auroc_interval[1]
    assert blind.state == "pass"


def test_what_tells_the_patient_does_not_tell_the_label() -> None:
    """Ten images of each patient: who learned them by heart guesses new ones blindly."""
    random = np.random.default_rng(2)
    truth = np.repeat(np.eye(2)[random.integers(0, 2, 60)], 10, axis=0)
    feature = np.repeat(random.random(60), 10)[:, None]
    found = classifier.guess_labels(_role(truth), _people(600, 10), feature)
    assert found is not None
    assert (found.images, found.patients) == (600, 60)
    assert found.auroc_interval[0] < 0.6


def test_the_interval_knows_that_images_of_a_patient_are_alike() -> None:
    random = np.random.default_rng(3)
    truth = np.eye(2)[random.integers(0, 2, 60)]
    feature = (truth[:, :1] + random.normal(size=(60, 1))).round(1)
    alone = classifier.guess_labels(_role(truth), _people(60), feature)
    tenfold = classifier.guess_labels(
        _role(np.repeat(truth, 10, 0)), _people(600, 10), np.repeat(feature, 10, 0), linear=True
    )
    assert alone is not None
    assert tenfold is not None
    assert np.ptp(tenfold.auroc_interval) > 0.15  # 600 independent images would have .08


def test_too_few_patients_are_not_judged() -> None:
    truth = np.eye(2)[[0] * 9 + [1] * 30]
    assert classifier.guess_labels(_role(truth), _people(39), truth) is None


def test_unknown_labels_are_left_out() -> None:
    random = np.random.default_rng(4)
    truth = random.integers(0, 2, (200, 2)).astype(float)
    features = truth.copy()
    truth[random.random((200, 2)) < 0.2] = np.nan
    found = classifier.guess_labels(_role(truth, "multilabel"), _people(200), features)
    assert found is not None
    assert found.auroc == 1


def test_a_guess_is_written_on_its_side_of_the_bounds_that_decide() -> None:
    guess = classifier.Guess(0.7, (0.60004, 1.0), 0.99996, (0.5, 1.0), 1200, 1)
    assert str(guess) == (
        "AUROC 0.70000 [0.60004, 1.00000], balanced accuracy 0.99996 [0.50000, 1.00000] (95 % "
        "intervals), 1,200 images of 1 patient"
    )

"""How well labels are guessed, against scikit-learn and against what is known by construction."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score

from cxrstudy.audit import metadata_classifier as classifier
from cxrstudy.audit.metadata_classifier import Guess, Question, answer, questions
from cxrstudy.data.role import Role, Task
from tests.support.audited import clean
from tests.support.some import some


def _role(truth: np.ndarray, kind: Task = "multiclass") -> Role:
    labels = tuple(f"label {number}" for number in range(truth.shape[1]))
    return Role("made", kind, labels, pd.DataFrame(), truth.astype(np.float32))


def _people(count: int, images_of_each: int = 1) -> np.ndarray:
    return np.array([f"patient {n // images_of_each}" for n in range(count)], object)


def _question(truth: np.ndarray) -> Question:
    return Question("a", np.arange(len(truth)), truth == 1)


def test_balanced_accuracy_is_that_of_scikit_learn() -> None:
    random = np.random.default_rng(0)
    truth = random.random(200) < 0.3
    calls = truth ^ (random.random(200) < 0.2)
    weights = np.stack([np.ones(200), random.integers(0, 4, 200)]).astype(float)
    for number, weight in some(enumerate(weights)):
        expected = balanced_accuracy_score(truth, calls, sample_weight=weight)
        found = classifier.balanced_accuracy(calls, truth, weights)[number]
        assert found == pytest.approx(expected)


@pytest.mark.parametrize("linear", [False, True])
def test_a_perfect_sign_is_read_and_noise_is_not(linear: bool) -> None:
    random = np.random.default_rng(1)
    truth = random.integers(0, 2, 300)
    noise = random.random((300, 2))
    perfect = answer(_question(truth), truth[:, None] + 0.01 * noise, _people(300), linear)
    blind = answer(_question(truth), noise, _people(300), linear)
    assert (perfect.auroc, perfect.accuracy, perfect.state) == (1, 1, "issue")
    assert blind.auroc_interval[0] < 0.5 < blind.auroc_interval[1]
    assert blind.state == "pass"


def test_200_images_of_a_perfect_sign_are_believed_half() -> None:
    truth = np.arange(200) % 2 == 1
    scores = classifier._linear_scores(truth[:, None] * 1.0, truth, np.array([[0.0], [1.0]]))
    assert scores == pytest.approx([0.25, 0.75])


def test_patients_with_a_label_are_dealt_out_evenly_over_folds() -> None:
    patients = np.array([f"patient {number:02d}" for number in range(25)])
    of = np.repeat(np.arange(25), 2)
    truth = (of % 5 == 0) & (np.arange(50) % 2 == 1)  # on one of two images
    fold = classifier._folds(patients, of, truth)
    assert (fold[::2] == fold[1::2]).all()
    assert np.bincount(fold[::2]).tolist() == [5] * 5
    assert np.bincount(fold[truth]).tolist() == [1] * 5


def test_what_tells_the_patient_does_not_tell_the_label() -> None:
    """Ten images of each patient: who learned them by heart guesses new ones blindly."""
    random = np.random.default_rng(2)
    truth = np.repeat(random.integers(0, 2, 60), 10)
    feature = np.repeat(random.random(60), 10)[:, None]
    found = answer(_question(truth), feature, _people(600, 10))
    assert (found.images, found.patients) == (600, 60)
    assert found.auroc_interval[0] < 0.6


def test_the_interval_knows_that_images_of_a_patient_are_alike() -> None:
    random = np.random.default_rng(3)
    truth = np.repeat(random.integers(0, 2, 60), 10)
    feature = truth[:, None] + np.repeat(random.normal(size=(60, 1)), 10, 0)
    tenfold = answer(_question(truth), feature, _people(600, 10), linear=True)
    assert np.ptp(tenfold.auroc_interval) > 0.15  # 600 independent images would have .08


def test_more_questions_need_stronger_evidence() -> None:
    random = np.random.default_rng(5)
    truth = random.integers(0, 2, 200)
    feature = truth[:, None] + random.normal(size=(200, 1))
    alone, among = (answer(_question(truth), feature, _people(200), True, n) for n in (1, 70))
    assert alone.auroc == among.auroc
    assert among.bound < alone.bound < alone.auroc


def test_too_few_patients_are_not_judged() -> None:
    truth = np.eye(2)[[0] * 9 + [1] * 30]
    assert list(questions(_role(truth), _people(39))) == []
    assert list(questions(_role(truth[:, :1], "binary"), _people(39))) == []


def test_exclusive_classes_are_asked_about_in_pairs_and_labels_one_by_one() -> None:
    truth = np.eye(3)[np.arange(60) % 3]
    asked = list(questions(_role(truth), _people(60)))
    assert [one.name for one in asked] == [
        "label 1 against label 0", "label 2 against label 0", "label 2 against label 1",
    ]  # fmt: skip
    assert [len(one.rows) for one in asked] == [40, 40, 40]
    truth[0, 1] = np.nan
    named = {one.name: len(one.rows) for one in questions(_role(truth, "multilabel"), _people(60))}
    assert named == {"label 0": 60, "label 1": 59, "label 2": 60}


def test_a_label_that_is_tied_is_not_averaged_away_and_comes_first() -> None:
    made = clean("target", "general")
    mass = made.tables["general"]["labels"].str.contains("mass")
    made.put(np.flatnonzero(mass), "general", view="AP")
    made.put(np.flatnonzero(~mass), "general", view="PA")
    from cxrstudy.audit import label_from_view

    outcome = label_from_view.check(made.evidence())
    assert (outcome.state, outcome.count) == ("issue", 1)
    assert outcome.rows["what"][0].startswith("mass: AUROC 1")
    assert outcome.detail.startswith("Above the limit of 0.6: 1 of 5 labels or pairs of classes")


def test_a_guess_is_written_on_its_side_of_the_bounds_that_decide() -> None:
    guess = Guess("a", 0.7, (0.60004, 1.0), 0.59, 0.99996, (0.5, 1.0), 1200, 1)
    assert str(guess) == (
        "a: AUROC 0.70000 [0.60004, 1.00000], corrected lower bound 0.590, balanced accuracy "
        "0.99996 [0.50000, 1.00000] (95 % intervals), 1,200 images of 1 patient"
    )
    assert guess.state == "pass"
    just = Guess("a", 0.7, (0.61, 1.0), 0.59996, 0.9, (0.5, 1.0), 1200, 1)
    assert "corrected lower bound 0.59996," in str(just)
    assert just.state == "pass"

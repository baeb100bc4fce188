"""Metadata classifier: how well a label can be predicted from something that is not disease.

A small model is fitted to, say, the view of an image, and predicts the labels of other patients'
images. If that works, a network can do the same, and its score says little about disease.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.data.role import Role
from cxrstudy.data.split import place
from cxrstudy.statistics import weighted_auroc

Floats = NDArray[np.float64]
Features = Callable[[Evidence, Role], Floats | None]

#: The lower bound of the interval of the AUROC decides, so that few patients prove nothing. Above
#: .6 a reader should know. Above .75 the shortcut is stronger than the signal of disease measured
#: within one collection: frozen features separated COVID-19 from other pneumonia with .69.
NOTE_ABOVE, ISSUE_ABOVE = 0.60, 0.75
#: Minimum number of patients with and without a label: two in each fold.
LEAST_PATIENTS = 10
FOLDS = 5
#: Replicates of the bootstrap over patients. With 400, the bound of a 95 % interval is precise to
#: an eighth of the standard error.
REPLICATES, LEVEL, DRAW = 400, 0.95, 20_261_122


@dataclass(frozen=True)
class Guess:
    """How well labels are predicted: macro AUROC and balanced accuracy, with intervals."""

    auroc: float
    auroc_interval: tuple[float, float]
    accuracy: float
    accuracy_interval: tuple[float, float]
    images: int
    patients: int

    def __str__(self) -> str:
        area = numbers.interval(self.auroc, *self.auroc_interval, beside=(NOTE_ABOVE, ISSUE_ABOVE))
        accuracy = numbers.interval(self.accuracy, *self.accuracy_interval)
        return (
            f"AUROC {area}, balanced accuracy {accuracy} ({numbers.whole_percent(LEVEL)} "
            f"intervals), {counted(self.images, 'image')} of {counted(self.patients, 'patient')}"
        )

    @property
    def state(self) -> CheckState:
        """How severe this is."""
        low = self.auroc_interval[0]
        return "issue" if low > ISSUE_ABOVE else "note" if low > NOTE_ABOVE else "pass"


def outcome_of_guesses(
    code: str, title: str, evidence: Evidence, features: Features, advice: str, linear: bool = False
) -> CheckResult:
    """Predict the labels of every role.

    Parameters
    ----------
    code, title, advice
        Code, title and advice of the check.
    evidence
        The evidence.
    features
        Function from a role to (n, d) features, NaN if unknown; None if nothing is known.
    linear
        Logistic regression, for many features of one kind; otherwise a decision tree, which
        handles codes, sizes and missing values.
    """
    rows: list[dict[str, str]] = []
    states: list[CheckState] = []
    blind: list[str] = []
    worst = (0.0, "")
    for name, role in evidence.roles.items():
        known = features(evidence, role)
        if known is None:
            blind.append(name)
            rows.append(row("could not be checked: nothing is known", name))
            continue
        if np.all(np.isnan(known) | (known == known[0])):
            continue
        guess = guess_labels(role, evidence.people(role), known, linear)
        if guess is None:
            continue
        states.append(guess.state)
        worst = max(worst, (guess.auroc_interval[0], f"Role {name}: {guess}."))
        if guess.state != "pass":
            rows.append(row(str(guess), name))
    found = gravest(states)
    is_found = found in ("issue", "note")
    unchecked = (
        f"Nothing is known of the images of role {', '.join(blind)}; add it to their manifests."
        if blind
        else ""
    )
    return CheckResult(
        code, title, "could not be checked" if blind and not is_found else found,
        sum(state in ("issue", "note") for state in states), row_table(rows),
        worst[1] or "No role has both two values of the feature and two classes.",
        advice if is_found else "Nothing to do.",
        unchecked,
    )  # fmt: skip


def guess_labels(
    role: Role, people: NDArray[np.object_], features: Floats, linear: bool = False
) -> Guess | None:
    """Predict every image's labels from features, with models fitted to other patients.

    Returns
    -------
    None if fewer than two classes, or no label, have :data:`LEAST_PATIENTS`.
    """
    labels = [
        column for column in range(len(role.labels)) if _has_patients(role.truth[:, column], people)
    ]
    truth = role.truth[:, labels]
    if role.task == "multiclass":
        kept = truth.sum(1) == 1
        truth, people, features = truth[kept], people[kept], features[kept]
    if not labels:
        return None
    patients, patient_of = np.unique(people.astype(str), return_inverse=True)
    fold = _folds(patients, patient_of, truth)
    scores = np.column_stack([_out_of_fold(column, features, fold, linear) for column in truth.T])
    generator = np.random.default_rng(DRAW)
    drawn = generator.multinomial(
        len(patients), np.full(len(patients), 1 / len(patients)), REPLICATES
    )
    weights = np.vstack([np.ones(len(truth)), drawn[:, patient_of]]).astype(np.float64)
    auroc = macro_auroc(scores, truth, weights)
    accuracy = balanced_accuracy(_calls(scores, role.task == "multiclass"), truth, weights)
    return Guess(
        float(auroc[0]), _interval(auroc[1:]), float(accuracy[0]), _interval(accuracy[1:]),
        len(truth), len(patients),
    )  # fmt: skip


def macro_auroc(scores: Floats, truth: NDArray[np.float32], weights: Floats) -> Floats:
    """Mean over labels of the AUROC of one label against the rest, for each row of weights.

    For several classes see Fawcett (2006), An introduction to ROC analysis; here all classes have
    equal weight. An image with an unknown label is left out for that label.
    """
    known = ~np.isnan(truth)
    areas = [
        weighted_auroc(scores[seen, column], truth[seen, column] == 1, weights[:, seen])
        for column, seen in enumerate(known.T)
    ]
    return np.asarray(np.mean(areas, axis=0))


def balanced_accuracy(
    calls: NDArray[np.bool_], truth: NDArray[np.float32], weights: Floats
) -> Floats:
    """Balanced accuracy, for each row of weights.

    With several classes, the mean of their recalls (Brodersen et al. 2010); with a single label, or
    labels that don't exclude each other, the mean of sensitivity and specificity.
    """
    single_class = bool(truth.shape[1] > 1 and np.all(truth.sum(1) == 1))
    recalls = [_recall(calls, truth == 1, weights)]
    if not single_class:
        recalls.append(_recall(~calls, truth == 0, weights))
    return np.asarray(np.mean(np.concatenate(recalls, 1), axis=1))


def _recall(called: NDArray[np.bool_], there: NDArray[np.bool_], weights: Floats) -> Floats:
    with np.errstate(invalid="ignore"):  # a draw without any is left out of the interval
        return np.asarray(weights @ (called & there) / (weights @ there))


def _calls(scores: Floats, exclusive: bool) -> NDArray[np.bool_]:
    """The most probable of exclusive classes, or every label with a probability above one half."""
    if exclusive and scores.shape[1] > 1:
        return np.asarray(np.arange(scores.shape[1]) == scores.argmax(1)[:, None])
    return np.asarray(scores > 0.5)


def _has_patients(truth: NDArray[np.float32], people: NDArray[np.object_]) -> bool:
    return all(len(set(people[truth == value])) >= LEAST_PATIENTS for value in (0, 1))


def _folds(
    patients: NDArray[np.str_], patient_of: NDArray[np.intp], truth: NDArray[np.float32]
) -> NDArray[np.intp]:
    """Assign whole patients to folds, label by label, so that labels are balanced over folds."""
    ever = pd.DataFrame(np.nan_to_num(truth)).groupby(patient_of).max()
    rarest = np.argsort(ever.sum().to_numpy(), kind="stable")
    order = sorted(
        range(len(patients)),
        key=lambda who: (
            *(-ever.iat[who, label] for label in rarest),
            place(str(patients[who]), "audit"),
        ),
    )
    fold = np.empty(len(patients), np.intp)
    fold[order] = np.arange(len(patients)) % FOLDS
    return np.asarray(fold[patient_of])


def _out_of_fold(
    truth: NDArray[np.float32], features: Floats, fold: NDArray[np.intp], linear: bool
) -> Floats:
    """Probability of a label for every image, from the patients of the other folds.

    Classes have equal weight, so that unknown features score one half in every fold.
    """
    scores = np.full(len(truth), 0.5)
    for held_out in range(FOLDS):
        learn = (fold != held_out) & ~np.isnan(truth)
        tell = fold == held_out
        if tell.any() and len(np.unique(truth[learn])) == 2:
            model = _linear() if linear else _tree()
            model.fit(features[learn], truth[learn] == 1)
            scores[tell] = model.predict_proba(features[tell])[:, 1]
    return scores


def _tree() -> DecisionTreeClassifier:
    """A tree with few leaves of many images: simple rules, no memorised images."""
    return DecisionTreeClassifier(
        max_leaf_nodes=16, min_samples_leaf=10, class_weight="balanced", random_state=0
    )


def _linear() -> LogisticRegression:
    """Strongly regularised, for a few hundred correlated features."""
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=0.01, class_weight="balanced", max_iter=1000)
    )


def _interval(draws: Floats) -> tuple[float, float]:
    low, high = np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)

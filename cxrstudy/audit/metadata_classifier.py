"""Guess: how far a label can be guessed from something that is not disease.

A small model is fitted to, say, the view of an image, and guesses images of patients whom it has
not seen. If that works, any network can do the same, and its score says little about disease.
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
from cxrstudy.data.role import Role
from cxrstudy.data.split import place
from cxrstudy.statistics import weighted_auroc

Floats = NDArray[np.float64]
Features = Callable[[Evidence, Role], Floats | None]

#: The lower bound of the interval of the AUROC decides, so that few patients prove nothing. Above
#: .6 a reader has to know. Above .75 the shortcut goes further than disease did where it was
#: measured within one collection: frozen features told COVID-19 from other pneumonia at .69.
NOTE_ABOVE, ISSUE_ABOVE = 0.60, 0.75
#: A label needs so many patients with it and without it: two in each fold.
LEAST_PATIENTS = 10
FOLDS = 5
#: Of the bootstrap over patients. 400 fix a bound of a 95 % interval to an eighth of the standard
#: error that it is about.
REPLICATES, LEVEL, DRAW = 400, 0.95, 20_261_122


@dataclass(frozen=True)
class Guess:
    """How well labels are guessed: macro AUROC and balanced accuracy, with intervals."""

    auroc: float
    auroc_interval: tuple[float, float]
    accuracy: float
    accuracy_interval: tuple[float, float]
    images: int
    patients: int

    def __str__(self) -> str:
        low, high = self.auroc_interval
        least, most = self.accuracy_interval
        return (
            f"AUROC {self.auroc:.3f} ({low:.3f} to {high:.3f}), balanced accuracy "
            f"{self.accuracy:.3f} ({least:.3f} to {most:.3f}), {self.images} images of "
            f"{self.patients} patients"
        )

    @property
    def state(self) -> CheckState:
        """How grave that is."""
        low = self.auroc_interval[0]
        return "issue" if low > ISSUE_ABOVE else "note" if low > NOTE_ABOVE else "pass"


def outcome_of_guesses(
    code: str, title: str, evidence: Evidence, features: Features, advice: str, linear: bool = False
) -> CheckResult:
    """Guess the labels of every role.

    Parameters
    ----------
    code, title, advice
        Of the check.
    evidence
        What it looks at.
    features
        Role to (n, d) numbers, NaN where unknown; None where nothing is known at all.
    linear
        Logistic regression, for many features of one kind; else a decision tree, which reads
        codes, sizes and gaps alike.
    """
    rows: list[dict[str, str]] = []
    states: list[CheckState] = []
    worst = (0.0, "")
    for name, role in evidence.roles.items():
        known = features(evidence, role)
        if known is None:
            states.append("could not be checked")
            rows.append(row("nothing is known", name))
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
    state = gravest(states)
    return CheckResult(
        code, title, state, sum(state in ("issue", "note") for state in states), row_table(rows),
        worst[1] or "No role has two values to guess from, and two classes to guess.",
        advice if state in ("issue", "note") else "Nothing to do.",
    )  # fmt: skip


def guess_labels(
    role: Role, people: NDArray[np.object_], features: Floats, linear: bool = False
) -> Guess | None:
    """Guess every image's labels from features, by models fitted to other patients.

    Returns
    -------
    None where fewer than two classes, or no label, have :data:`LEAST_PATIENTS`.
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

    For several classes see Fawcett (2006), An introduction to ROC analysis; here all classes weigh
    the same. An image whose label is unknown is left out of that label's.
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
    """Mean recall of what there is to tell apart, for each row of weights.

    Of several classes, their recalls (Brodersen et al. 2010); of a single label, or of labels that
    may go together, sensitivity and specificity.
    """
    single_class = bool(truth.shape[1] > 1 and np.all(truth.sum(1) == 1))
    recalls = [_recall(calls, truth == 1, weights)]
    if not single_class:
        recalls.append(_recall(~calls, truth == 0, weights))
    return np.asarray(np.mean(np.concatenate(recalls, 1), axis=1))


def _recall(called: NDArray[np.bool_], there: NDArray[np.bool_], weights: Floats) -> Floats:
    with np.errstate(invalid="ignore"):  # a draw may hold none; it is left out of the interval
        return np.asarray(weights @ (called & there) / (weights @ there))


def _calls(scores: Floats, exclusive: bool) -> NDArray[np.bool_]:
    """Call the likeliest of exclusive classes; or every label that is likelier than not."""
    if exclusive and scores.shape[1] > 1:
        return np.asarray(np.arange(scores.shape[1]) == scores.argmax(1)[:, None])
    return np.asarray(scores > 0.5)


def _has_patients(truth: NDArray[np.float32], people: NDArray[np.object_]) -> bool:
    return all(len(set(people[truth == value])) >= LEAST_PATIENTS for value in (0, 1))


def _folds(
    patients: NDArray[np.str_], patient_of: NDArray[np.intp], truth: NDArray[np.float32]
) -> NDArray[np.intp]:
    """Deal out whole patients, label by label, so that all folds get their share of each."""
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

    Classes weigh the same, so that what is unknown scores one half in every fold.
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
    """Few leaves of many images: rules that a person could say, not a memory of images."""
    return DecisionTreeClassifier(
        max_leaf_nodes=16, min_samples_leaf=10, class_weight="balanced", random_state=0
    )


def _linear() -> LogisticRegression:
    """Strongly regularised: a few hundred features that are much alike."""
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=0.01, class_weight="balanced", max_iter=1000)
    )


def _interval(draws: Floats) -> tuple[float, float]:
    low, high = np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)

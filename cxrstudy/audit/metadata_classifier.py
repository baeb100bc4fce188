"""Metadata classifier: how well a label can be predicted from something that is not disease.

A small model is fitted to, say, the view of an image, and predicts the labels of other patients'
images. If that works, a network can do the same, and its score says little about disease. Each
label, and each pair of exclusive classes, is a question of its own, so that one tie is not averaged
away by the others. How often a tie is found, and how often chance is taken for one, is
measured by ``benchmarks/ties.py``.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from cxrstudy.audit.check_result import CheckResult, CheckState, gravest, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base import numbers
from cxrstudy.base.words import counted, label_name
from cxrstudy.data.role import Role
from cxrstudy.data.split import place
from cxrstudy.statistics import weighted_auroc
from cxrstudy.statistics.distributions import normal_quantile

Floats = NDArray[np.float64]
Features = Callable[[Evidence, Role], Floats | None]

#: The lower bound of the AUROC decides, so that few patients prove nothing. It is corrected for the
#: number of labels and pairs that a check asks about, so that it lies below the interval that is
#: written beside the AUROC. Above 0.6 a reader should know. Above 0.75 the shortcut is stronger
#: than the signal of disease measured within one collection: frozen features separated COVID-19
#: from other pneumonia with 0.69.
NOTE_ABOVE, ISSUE_ABOVE = 0.60, 0.75
#: With and without a label, each: two in each fold.
FEWEST_PATIENTS = 10
FOLDS = 5
#: Drawn by the bootstrap over patients; so many give the standard error to 4 %.
REPLICATES = 400
LEVEL, DRAW = 0.95, 20_261_122


@dataclass(frozen=True)
class Question:
    """A label or a pair of classes of a role, and the images that it is about.

    Attributes
    ----------
    name
        Such as ``"effusion"`` or ``"COVID-19 against normal"``.
    rows
        Positions in the role.
    truth
        Of these rows: whether the label, or the first class, is present.
    """

    name: str
    rows: NDArray[np.intp]
    truth: NDArray[np.bool_]


@dataclass(frozen=True)
class Guess:
    """How well a question is answered: AUROC and balanced accuracy, with intervals.

    ``bound`` is the lower bound that decides: its level is divided by the number of questions.
    """

    question: str
    auroc: float
    auroc_interval: tuple[float, float]
    bound: float
    accuracy: float
    accuracy_interval: tuple[float, float]
    images: int
    patients: int

    def __str__(self) -> str:
        limits = (NOTE_ABOVE, ISSUE_ABOVE)
        area = numbers.interval(self.auroc, *self.auroc_interval, beside=limits)
        accuracy = numbers.interval(self.accuracy, *self.accuracy_interval)
        return (
            f"{self.question}: AUROC {area}, corrected lower bound "
            f"{numbers.level(self.bound, limits)}, balanced accuracy {accuracy} "
            f"({numbers.whole_percent(LEVEL)} intervals), {counted(self.images, 'image')} of "
            f"{counted(self.patients, 'patient')}"
        )

    @property
    def state(self) -> CheckState:
        """How severe this is."""
        if self.bound > ISSUE_ABOVE:
            return "issue"
        return "note" if self.bound > NOTE_ABOVE else "pass"


def outcome_of_guesses(
    code: str, title: str, evidence: Evidence, features: Features, advice: str, linear: bool = False
) -> CheckResult:
    """Predict each label and each pair of classes of every role; the rows are worst first.

    Parameters
    ----------
    code, title, advice
        Code, title and advice of the check.
    evidence
        The evidence.
    features
        Function from a role to (n, d) features, NaN if unknown; None if nothing is known.
    linear
        Ridge regression, for many features of one kind; otherwise a decision tree, which handles
        codes, sizes and missing values.
    """
    known = {name: features(evidence, role) for name, role in evidence.roles.items()}
    blind = [name for name, table in known.items() if table is None]
    people = {name: evidence.people(role) for name, role in evidence.roles.items()}
    asked = [
        (name, question, table)
        for name, table in known.items()
        if table is not None and not np.all(np.isnan(table) | (table == table[0]))
        for question in questions(evidence.roles[name], people[name])
    ]
    guesses = [
        (name, answer(question, table, people[name], linear, len(asked)))
        for name, question, table in asked
    ]
    guesses.sort(key=lambda named: -named[1].bound)
    told = [(name, guess) for name, guess in guesses if guess.state != "pass"]
    found = gravest(guess.state for _, guess in guesses)
    rows = [row(str(guess), name) for name, guess in told]
    rows += [row("could not be checked: nothing is known", name) for name in blind]
    unchecked = (
        f"Nothing is known of the images of role {', '.join(blind)}; add it to their manifests."
        if blind
        else ""
    )
    return CheckResult(
        code, title, "could not be checked" if blind and not told else found,
        len(told), row_table(rows), _detail(guesses), advice if told else "Nothing to do.",
        unchecked,
    )  # fmt: skip


def questions(role: Role, people: NDArray[np.object_]) -> Iterator[Question]:
    """List the questions of a role that enough patients answer.

    With exclusive classes every pair of them is a question, otherwise every label.
    """
    labels = role.labels
    if role.task == "multiclass":
        is_one = role.truth.sum(1) == 1
        for first, second in combinations(range(len(labels)), 2):
            rows = np.flatnonzero(is_one & (role.truth[:, [first, second]].sum(1) == 1))
            name = f"{label_name(labels[second])} against {label_name(labels[first])}"
            yield from _enough(Question(name, rows, role.truth[rows, second] == 1), people)
        return
    for column, label in enumerate(labels):
        rows = np.flatnonzero(~np.isnan(role.truth[:, column]))
        yield from _enough(Question(label_name(label), rows, role.truth[rows, column] == 1), people)


def answer(
    question: Question,
    features: Floats,
    people: NDArray[np.object_],
    linear: bool = False,
    comparisons: int = 1,
) -> Guess:
    """Predict every image's label from features, with models fitted to other patients.

    The bound is of the normal approximation with the standard error of the bootstrap over patients,
    at a level that is divided by the number of comparisons (Bonferroni).

    Parameters
    ----------
    question
        The label.
    features, people
        Features (n, d) and person (n,) of all images of the role.
    linear
        As in `outcome_of_guesses`.
    comparisons
        Number of questions of the check.
    """
    truth, features, people = question.truth, features[question.rows], people[question.rows]
    patients, patient_of = np.unique(people.astype(str), return_inverse=True)
    scores = _out_of_fold(truth, features, _folds(patients, patient_of, truth), linear)
    generator = np.random.default_rng(DRAW)
    drawn = generator.multinomial(
        len(patients), np.full(len(patients), 1 / len(patients)), REPLICATES
    )
    weights = np.vstack([np.ones(len(truth)), drawn[:, patient_of]]).astype(np.float64)
    auroc = weighted_auroc(scores, truth, weights)
    accuracy = balanced_accuracy(scores > 0.5, truth, weights)
    deviation = float(np.nanstd(auroc[1:]))
    quantile = normal_quantile(1 - (1 - LEVEL) / 2 / comparisons)
    return Guess(
        question.name, float(auroc[0]), _interval(auroc[1:]),
        float(auroc[0] - quantile * deviation), float(accuracy[0]), _interval(accuracy[1:]),
        len(truth), len(patients),
    )  # fmt: skip


def balanced_accuracy(
    calls: NDArray[np.bool_], truth: NDArray[np.bool_], weights: Floats
) -> Floats:
    """Mean of sensitivity and specificity (Brodersen et al. 2010), for each row of weights."""
    with np.errstate(invalid="ignore"):  # a draw without any is left out of the interval
        recalls = [
            (weights @ (right & there)) / (weights @ there)
            for right, there in ((calls, truth), (~calls, ~truth))
        ]
    return np.asarray(np.mean(recalls, axis=0))


def _detail(guesses: list[tuple[str, Guess]]) -> str:
    if not guesses:
        return "No role has both two values of the feature and two classes."
    name, worst = guesses[0]
    found = sum(guess.state != "pass" for _, guess in guesses)
    asked = numbers.count(len(guesses))
    limit = numbers.plain(NOTE_ABOVE)
    return (
        f"Above the limit of {limit}: {found} of {asked} labels or pairs of classes, by the lower "
        f"bound of the AUROC, corrected for all that were asked about. Worst: role {name}, "
        f"{worst}."
    )


def _enough(question: Question, people: NDArray[np.object_]) -> Iterator[Question]:
    """The question, if both answers have enough patients."""
    of = people[question.rows]
    if all(len(set(of[question.truth == value])) >= FEWEST_PATIENTS for value in (True, False)):
        yield question


def _folds(
    patients: NDArray[np.str_], patient_of: NDArray[np.intp], truth: NDArray[np.bool_]
) -> NDArray[np.intp]:
    """Assign whole patients to folds, so that the label is balanced over folds."""
    ever = np.zeros(len(patients), bool)
    np.logical_or.at(ever, patient_of, truth)
    order = sorted(
        range(len(patients)), key=lambda who: (not ever[who], place(str(patients[who]), "audit"))
    )
    fold = np.empty(len(patients), np.intp)
    fold[order] = np.arange(len(patients)) % FOLDS
    return np.asarray(fold[patient_of])


def _out_of_fold(
    truth: NDArray[np.bool_], features: Floats, fold: NDArray[np.intp], linear: bool
) -> Floats:
    """Score of a label for every image, from the patients of the other folds.

    Classes have equal weight, so that unknown features score one half in every fold.
    """
    scores = np.full(len(truth), 0.5)
    for held_out in range(FOLDS):
        learn, tell = fold != held_out, fold == held_out
        if tell.any() and len(np.unique(truth[learn])) == 2:
            score = _linear_scores if linear else _tree_scores
            scores[tell] = score(features[learn], truth[learn], features[tell])
    return scores


def _tree_scores(learn: Floats, truth: NDArray[np.bool_], tell: Floats) -> Floats:
    """A tree with few leaves of many images: simple rules, no memorised images."""
    tree = DecisionTreeClassifier(
        max_leaf_nodes=16, min_samples_leaf=10, class_weight="balanced", random_state=0
    )
    return np.asarray(tree.fit(learn, truth).predict_proba(tell)[:, 1])


def _linear_scores(learn: Floats, truth: NDArray[np.bool_], tell: Floats) -> Floats:
    """Strongly regularised, for a few hundred correlated features."""
    model = make_pipeline(StandardScaler(), Ridge(alpha=200))
    share = truth.mean()
    weight = np.where(truth, 0.5 / share, 0.5 / (1 - share))
    return np.asarray(model.fit(learn, truth, ridge__sample_weight=weight).predict(tell))


def _interval(draws: Floats) -> tuple[float, float]:
    low, high = np.nanquantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return float(low), float(high)

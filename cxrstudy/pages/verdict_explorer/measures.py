"""Measures: what else of the same scores a claim could have been about.

All are turned so that a gain is positive, as the rule needs it: of the Brier score it is the fall.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.columns import labels_of, score_column, truth_column
from cxrstudy.statistics import metrics
from cxrstudy.statistics.metric import Metric
from cxrstudy.verdicts.claim import Claim
from cxrstudy.verdicts.evidence import about_maps, metric_of

#: Specificity at which sensitivities are compared.
SPECIFICITY = 0.9

#: Names of the measures of scores that claims are about, and of the mean of it over labels.
OWN, MACRO = "auroc", "macro"


@dataclass(frozen=True)
class Measure:
    """A measure that a claim can be asked about.

    Attributes
    ----------
    name, title
        Name in the data of a page, and for readers.
    metric
        Label, and all labels that the arms scored, to the metric.
    falls
        Whether lower values are better; the difference is then turned round.
    any_patients
        Whether arms that were tested on different patients can be compared by it: it does not
        depend on how frequent a label is, or on the other labels.
    """

    name: str
    title: str
    metric: Callable[[str, Sequence[str]], Metric]
    falls: bool = False
    any_patients: bool = True


OF_SCORES = (
    Measure(OWN, "AUROC", lambda label, _: metrics.auroc(label)),
    Measure(
        MACRO, "macro AUROC, the mean over labels", lambda _, labels: metrics.macro_auroc(labels),
        any_patients=False,
    ),
    Measure(
        "precision", "average precision", lambda label, _: metrics.average_precision(label),
        any_patients=False,
    ),
    Measure(
        "brier", "Brier score, its fall", lambda label, _: metrics.brier(label),
        falls=True, any_patients=False,
    ),
    Measure(
        "sensitivity", f"sensitivity at {numbers.whole_percent(SPECIFICITY)} specificity",
        lambda label, _: metrics.sensitivity_at_specificity(label, SPECIFICITY),
    ),
)  # fmt: skip


def own_measure(claim: Claim) -> Measure:
    """The measure that the claim is decided by.

    Examples
    --------
    >>> from cxrstudy.verdicts.claims_file import find_claim
    >>> own_measure(find_claim("B1")).title, own_measure(find_claim("A5")).title
    ('AUROC', 'lesion energy')
    """
    if about_maps(claim):
        return Measure(claim.metric, claim.metric, lambda *_: metric_of(claim))
    return OF_SCORES[0]


def measures_of(claim: Claim, labels: Sequence[str]) -> list[Measure]:
    """The measures of a claim, its own first; of maps there is only its own.

    Parameters
    ----------
    labels
        That both arms scored, from :func:`shared_labels`.
    """
    if about_maps(claim):
        return [own_measure(claim)]
    return [
        measure
        for measure in OF_SCORES
        if (measure.name != MACRO or len(labels) > 1) and (claim.is_paired or measure.any_patients)
    ]


def shared_labels(pair: pd.DataFrame, role: str) -> list[str]:
    """Labels of which every image of a role has a score of both arms, and a known truth.

    Parameters
    ----------
    pair
        Scores of two arms, of test images.
    role
        Name of the role.
    """
    tested = pair[pair["role"] == role]
    return [
        label
        for label in labels_of(tested)
        if truth_column(label) in tested
        and tested[[score_column(label), truth_column(label)]].notna().all(axis=None)
    ]


def bound_of(metric: Metric) -> float | None:
    """Largest difference that a metric can have; None if there is no such bound.

    Examples
    --------
    >>> bound_of(metrics.auroc("covid19")), bound_of(metrics.calibration_slope("covid19"))
    (1.0, None)
    """
    widest = metric.bounds[1] - metric.bounds[0]
    return widest if isfinite(widest) else None

"""Metrics: numbers computed from the scores of an arm, one function per metric."""

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base import numbers
from cxrstudy.base.checks import between, share, whole
from cxrstudy.base.words import label_name
from cxrstudy.statistics.binning import (
    weighted_calibration_error,
    weighted_squared_calibration_error,
)
from cxrstudy.statistics.exact import pairs, patients_among
from cxrstudy.statistics.metric import ANY, PROBABILITY, SHARE, Metric
from cxrstudy.statistics.ranking import weighted_auroc
from cxrstudy.statistics.recalibration import (
    weighted_calibration_intercept,
    weighted_calibration_slope,
)
from cxrstudy.statistics.shares import (
    weighted_brier,
    weighted_mean,
    weighted_net_benefit,
    weighted_npv,
    weighted_ppv,
    weighted_sensitivity,
    weighted_specificity,
)
from cxrstudy.statistics.thresholds import (
    weighted_average_precision,
    weighted_sensitivity_at_specificity,
    weighted_specificity_at_sensitivity,
)
from cxrstudy.statistics.weighting import Flags, Floats


def auroc(label: str) -> Metric:
    """Area under the ROC curve of one label against the rest (Hanley and McNeil 1982).

    Examples
    --------
    >>> from cxrstudy.statistics import estimates, made_scores
    >>> auroc("covid19").name
    'AUROC of COVID-19 vs rest'
    >>> table = estimates(made_scores(), auroc("covid19"))
    >>> table[["arm", "estimate"]].round(2)
           arm  estimate
    0  control      0.80
    1  general      0.91
    """
    return Metric(
        f"AUROC of {label_name(label)} vs rest",
        (label,),
        weighted_auroc,
        bounds=SHARE,
        trials=pairs,
    )


def macro_auroc(labels: Sequence[str]) -> Metric:
    """Mean over labels of the area under the ROC curve, one against the rest (Fawcett 2006).

    All labels have equal weight, however rare.
    """
    named = ", ".join(map(label_name, labels))
    return Metric(
        f"macro AUROC, one vs rest, of {named}",
        tuple(labels),
        weighted_auroc,
        bounds=SHARE,
        trials=pairs,
    )


def mean(measure: str, bounds: tuple[float, float] = ANY) -> Metric:
    """Mean of a measure over images, for instance of maps; the measure has the place of a score.

    Images, not patients, have equal weight.

    Parameters
    ----------
    measure
        Name.
    bounds
        Lowest and highest legal value of the measure, if there are any.

    Examples
    --------
    >>> from cxrstudy.runs.scores import measure_table, of_arm
    >>> from cxrstudy.statistics import estimates
    >>> import pandas as pd
    >>> names = list("abcdefghij")
    >>> images = pd.DataFrame({"role": "target", "id": names, "patient": names})
    >>> measures = measure_table(images, {"energy_lesion": [0.25, 0.75] * 5})
    >>> table = of_arm(measures, "control", seed=0)
    >>> estimates(table, mean("energy_lesion"))["estimate"].tolist()
    [0.5]
    """
    return Metric(
        f"mean {measure}", (measure,), weighted_mean, bounds, classes=1, bounds=bounds, better=""
    )


def average_precision(label: str) -> Metric:
    """Mean precision over recall, without interpolation, of one label against the rest.

    Unlike the area under the ROC curve it depends on how frequent the label is.

    Examples
    --------
    >>> from cxrstudy.statistics import estimates, made_scores
    >>> estimates(made_scores(), average_precision("covid19"))["estimate"].round(2).tolist()
    [0.82, 0.92]
    """
    name = f"average precision of {label_name(label)} vs rest"
    return Metric(name, (label,), weighted_average_precision, bounds=SHARE)


def sensitivity_at_specificity(label: str, specificity: float) -> Metric:
    """Largest sensitivity of a threshold with at least the given specificity, on the same images.

    The threshold is chosen on the images that it is tested on, which is optimistic (Leeflang et al.
    2008). :func:`~cxrstudy.statistics.operating_point.operating_points` chooses it on others.

    Raises
    ------
    ValueError
        The specificity does not lie from 0 to 1.

    Examples
    --------
    >>> from cxrstudy.statistics import measure
    >>> metric = sensitivity_at_specificity("covid19", 0.9)
    >>> measure(metric, scores=[0.1, 0.4, 0.35, 0.8], truth=[0, 0, 1, 1])
    0.5
    """
    share(specificity, "specificity")
    name = f"sensitivity to {label_name(label)} at specificity {numbers.plain(specificity)}"
    weighted = partial(weighted_sensitivity_at_specificity, least=specificity)
    return Metric(name, (label,), weighted, bounds=SHARE)


def specificity_at_sensitivity(label: str, sensitivity: float) -> Metric:
    """Largest specificity of a threshold with at least the given sensitivity, on the same images.

    As :func:`sensitivity_at_specificity`, with the same reservation.

    Raises
    ------
    ValueError
        The sensitivity does not lie from 0 to 1.
    """
    share(sensitivity, "sensitivity")
    name = f"specificity for {label_name(label)} at sensitivity {numbers.plain(sensitivity)}"
    weighted = partial(weighted_specificity_at_sensitivity, least=sensitivity)
    return Metric(name, (label,), weighted, bounds=SHARE)


def brier(label: str) -> Metric:
    """Mean squared difference of the probability of one label and its truth (Brier 1950).

    Examples
    --------
    >>> from cxrstudy.statistics import estimates, made_scores
    >>> estimates(made_scores(), brier("covid19"))["estimate"].round(2).tolist()  # 0 is perfect
    [0.18, 0.13]
    """
    name = f"Brier score of {label_name(label)} vs rest"
    return Metric(name, (label,), weighted_brier, PROBABILITY, bounds=SHARE, better="lower")


def calibration_slope(label: str) -> Metric:
    """Slope of logistic recalibration (Cox 1958); 1 is perfect, below 1 scores are too extreme.

    Infinite if scores separate the classes completely: see
    :func:`~cxrstudy.statistics.recalibration.weighted_calibration_slope`.

    Examples
    --------
    >>> from cxrstudy.statistics import estimates, made_scores
    >>> table = estimates(made_scores(), calibration_slope("covid19"), replicates=100)
    >>> table["estimate"].round(1).tolist()
    [0.9, 1.0]
    """
    name = f"calibration slope of {label_name(label)} vs rest"
    return Metric(name, (label,), weighted_calibration_slope, PROBABILITY, better="")


def calibration_intercept(label: str) -> Metric:
    """Calibration in the large (Cox 1958): shift of the logit at slope one; 0 is perfect."""
    name = f"calibration intercept (slope 1) of {label_name(label)} vs rest"
    return Metric(name, (label,), weighted_calibration_intercept, PROBABILITY, better="")


def expected_calibration_error(label: str, bins: int = 10) -> Metric:
    """Expected calibration error over bins of equal mass (Naeini et al. 2015).

    It is biased upwards in small samples, because noise within bins adds up and never cancels: a
    perfectly calibrated model gets about ``sum sqrt(2 p (1 - p) / (pi n)) / bins`` with n images
    per bin. The interval is about the biased value: it says how far another study's would be, and
    not where the error of all patients is. The estimate of :func:`squared_calibration_error` has no
    such bias.
    """
    whole(bins, 1, "bins")
    name = f"expected calibration error ({bins} bins) of {label_name(label)} vs rest"
    return Metric(
        name,
        (label,),
        partial(weighted_calibration_error, bins=bins),
        PROBABILITY,
        bounds=SHARE,
        better="lower",
    )


def squared_calibration_error(label: str, bins: int = 10) -> Metric:
    """Squared calibration error, debiased (Kumar, Liang and Ma 2019); about 0 when calibrated.

    The estimate has no bias from noise within bins.
    """
    whole(bins, 1, "bins")
    name = f"squared calibration error, debiased ({bins} bins), of {label_name(label)} vs rest"
    weighted = partial(weighted_squared_calibration_error, bins=bins)
    return Metric(name, (label,), weighted, PROBABILITY, better="lower")


def sensitivity(label: str, threshold: float) -> Metric:
    """Fraction of positive images that score at least the threshold; NaN without positives."""
    share(threshold, "threshold")
    name = f"sensitivity to {label_name(label)} at {numbers.level(threshold)}"
    return Metric(
        name,
        (label,),
        partial(weighted_sensitivity, threshold=threshold),
        bounds=SHARE,
        trials=_positives,
    )


def specificity(label: str, threshold: float) -> Metric:
    """Fraction of negative images that score below the threshold; NaN without negatives."""
    share(threshold, "threshold")
    name = f"specificity for {label_name(label)} at {numbers.level(threshold)}"
    return Metric(
        name,
        (label,),
        partial(weighted_specificity, threshold=threshold),
        bounds=SHARE,
        trials=_negatives,
    )


def positive_predictive_value(label: str, threshold: float) -> Metric:
    """Fraction of positives among images that score at least the threshold; NaN if none does."""
    share(threshold, "threshold")
    name = f"positive predictive value for {label_name(label)} at {numbers.level(threshold)}"
    return Metric(
        name,
        (label,),
        partial(weighted_ppv, threshold=threshold),
        bounds=SHARE,
        trials=partial(_called, threshold=threshold),
    )


def negative_predictive_value(label: str, threshold: float) -> Metric:
    """Fraction of negatives among images that score below the threshold; NaN if none does."""
    share(threshold, "threshold")
    name = f"negative predictive value for {label_name(label)} at {numbers.level(threshold)}"
    return Metric(
        name,
        (label,),
        partial(weighted_npv, threshold=threshold),
        bounds=SHARE,
        trials=partial(_not_called, threshold=threshold),
    )


def net_benefit(label: str, threshold: float) -> Metric:
    """True positives minus false positives weighted by the odds of the threshold, per image.

    Vickers and Elkin (2006), Decision curve analysis. The threshold is the score at or above which
    an image counts as positive; its odds are the weight of a false positive relative to a true
    positive.

    Raises
    ------
    ValueError
        The threshold does not lie between 0 and 1.
    """
    between(threshold, 0, 1, "threshold")
    name = f"net benefit for {label_name(label)} at {numbers.level(threshold)}"
    weighted = partial(weighted_net_benefit, threshold=threshold)
    return Metric(name, (label,), weighted, PROBABILITY)


def _positives(scores: Floats, truth: Flags, patients: NDArray[np.intp]) -> int:
    return patients_among(truth, patients)


def _negatives(scores: Floats, truth: Flags, patients: NDArray[np.intp]) -> int:
    return patients_among(~truth, patients)


def _called(scores: Floats, truth: Flags, patients: NDArray[np.intp], threshold: float) -> int:
    return patients_among(scores >= threshold, patients)


def _not_called(scores: Floats, truth: Flags, patients: NDArray[np.intp], threshold: float) -> int:
    return patients_among(scores < threshold, patients)

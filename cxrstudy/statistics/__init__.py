"""Statistics: estimates with intervals over patients and seeds, and paired contrasts.

A table of scores goes in; tables of estimates come out. An estimate is the mean over seeds.
Intervals are percentile intervals of a bootstrap that resamples patients, with all of their images,
and seeds (:mod:`~cxrstudy.statistics.sample`). All arms are resampled in the same way, so every
comparison of arms is paired. Read `sample` first, then `estimation` and `comparison`.
"""

from cxrstudy.base.columns import labels_of
from cxrstudy.statistics.calibration import calibration_curve, calibration_table
from cxrstudy.statistics.comparison import contrast, contrasts, minimum_detectable_difference
from cxrstudy.statistics.decision import decision_curve
from cxrstudy.statistics.estimation import estimates
from cxrstudy.statistics.groups import groups_of, subgroups
from cxrstudy.statistics.learning import label_efficiency
from cxrstudy.statistics.made import made_scores
from cxrstudy.statistics.metrics import (
    Metric,
    auroc,
    brier,
    calibration_intercept,
    calibration_slope,
    expected_calibration_error,
    macro_auroc,
    mean,
    negative_predictive_value,
    net_benefit,
    positive_predictive_value,
    sensitivity,
    specificity,
    squared_calibration_error,
)
from cxrstudy.statistics.multiplicity import holm
from cxrstudy.statistics.operating_point import Rule, at_sensitivity, operating_points
from cxrstudy.statistics.ranking import weighted_auroc
from cxrstudy.statistics.sample import DRAW, REPLICATES, ScoreError
from cxrstudy.statistics.trends import trend

__all__ = [
    "DRAW",
    "REPLICATES",
    "Metric",
    "Rule",
    "ScoreError",
    "at_sensitivity",
    "auroc",
    "brier",
    "calibration_curve",
    "calibration_intercept",
    "calibration_slope",
    "calibration_table",
    "contrast",
    "contrasts",
    "decision_curve",
    "estimates",
    "expected_calibration_error",
    "groups_of",
    "holm",
    "label_efficiency",
    "labels_of",
    "macro_auroc",
    "made_scores",
    "mean",
    "minimum_detectable_difference",
    "negative_predictive_value",
    "net_benefit",
    "operating_points",
    "positive_predictive_value",
    "sensitivity",
    "specificity",
    "squared_calibration_error",
    "subgroups",
    "trend",
    "weighted_auroc",
]  # fmt: skip

"""Statistics: estimates with intervals over patients and seeds, and paired contrasts.

A table of scores goes in; tables of estimates come out. An estimate is the mean over seeds.
Patients are resampled, with all of their images, in the same way for all arms and seeds, so every
comparison of arms is paired. Intervals take patients and seeds for samples of those there are
(:mod:`~cxrstudy.statistics.inference`). Read `gate` and `sample` first, then `inference`,
`estimation` and `comparison`; `power` plans studies.
"""

from cxrstudy.base.columns import labels_of
from cxrstudy.statistics.arrays import measure
from cxrstudy.statistics.calibration import calibration_curve, calibration_table
from cxrstudy.statistics.choice import choices, with_choice
from cxrstudy.statistics.comparison import contrast, contrasts
from cxrstudy.statistics.decision import decision_curve
from cxrstudy.statistics.estimation import estimates
from cxrstudy.statistics.gate import ScoreError
from cxrstudy.statistics.groups import groups_of, subgroups
from cxrstudy.statistics.learning import label_efficiency
from cxrstudy.statistics.made import made_scores
from cxrstudy.statistics.metric import Metric
from cxrstudy.statistics.metrics import (
    auroc,
    average_precision,
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
    sensitivity_at_specificity,
    specificity,
    specificity_at_sensitivity,
    squared_calibration_error,
)
from cxrstudy.statistics.multiplicity import holm
from cxrstudy.statistics.operating_point import Rule, at_sensitivity, operating_points
from cxrstudy.statistics.power import VarianceComponents, minimum_detectable_difference
from cxrstudy.statistics.ranking import weighted_auroc
from cxrstudy.statistics.sample import DRAW, REPLICATES
from cxrstudy.statistics.trends import trend

__all__ = [
    "DRAW",
    "REPLICATES",
    "Metric",
    "Rule",
    "ScoreError",
    "VarianceComponents",
    "at_sensitivity",
    "auroc",
    "average_precision",
    "brier",
    "calibration_curve",
    "calibration_intercept",
    "calibration_slope",
    "calibration_table",
    "choices",
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
    "measure",
    "minimum_detectable_difference",
    "negative_predictive_value",
    "net_benefit",
    "operating_points",
    "positive_predictive_value",
    "sensitivity",
    "sensitivity_at_specificity",
    "specificity",
    "specificity_at_sensitivity",
    "squared_calibration_error",
    "subgroups",
    "trend",
    "weighted_auroc",
    "with_choice",
]  # fmt: skip

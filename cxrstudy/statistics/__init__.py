"""Statistics: estimates with intervals over patients and seeds, and paired contrasts.

A table of scores goes in; tables of estimates come out. An estimate is the mean over seeds.
Intervals are percentile intervals of a bootstrap that resamples patients, with all of their images,
and seeds (:mod:`~cxrstudy.statistics.sample`). All arms are resampled in the same way, so every
comparison of arms is paired. Read `sample` first, then `estimation` and `comparison`.
"""

from cxrstudy.statistics.calibration import (
    brier_decomposition,
    calibration_curve,
    calibration_table,
)
from cxrstudy.statistics.comparison import contrast, contrasts, minimum_detectable_difference
from cxrstudy.statistics.decision import decision_curve
from cxrstudy.statistics.delong import (
    DeLongTest,
    delong_covariance,
    delong_interval,
    delong_test,
)
from cxrstudy.statistics.estimation import estimates
from cxrstudy.statistics.groups import groups_of, subgroups
from cxrstudy.statistics.learning import label_efficiency
from cxrstudy.statistics.metrics import (
    SPOKEN,
    Metric,
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
    specificity,
    squared_calibration_error,
)
from cxrstudy.statistics.multiplicity import holm
from cxrstudy.statistics.operating_point import (
    Rule,
    at_sensitivity,
    exact_operating_points,
    operating_points,
    youden,
)
from cxrstudy.statistics.proportions import exact_interval, exact_proportions
from cxrstudy.statistics.ranking import weighted_auroc
from cxrstudy.statistics.sample import DRAW, REPLICATES, ScoreError
from cxrstudy.statistics.trends import rank_trend, trend

__all__ = [
    "DRAW",
    "REPLICATES",
    "SPOKEN",
    "DeLongTest",
    "Metric",
    "Rule",
    "ScoreError",
    "at_sensitivity",
    "auroc",
    "average_precision",
    "brier",
    "brier_decomposition",
    "calibration_curve",
    "calibration_intercept",
    "calibration_slope",
    "calibration_table",
    "contrast",
    "contrasts",
    "decision_curve",
    "delong_covariance",
    "delong_interval",
    "delong_test",
    "estimates",
    "exact_interval",
    "exact_operating_points",
    "exact_proportions",
    "expected_calibration_error",
    "groups_of",
    "holm",
    "label_efficiency",
    "macro_auroc",
    "mean",
    "minimum_detectable_difference",
    "negative_predictive_value",
    "net_benefit",
    "operating_points",
    "positive_predictive_value",
    "rank_trend",
    "sensitivity",
    "specificity",
    "squared_calibration_error",
    "subgroups",
    "trend",
    "weighted_auroc",
    "youden",
]  # fmt: skip

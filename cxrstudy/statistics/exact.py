"""Exact: bounds for a metric that is at the end of its range, where a bootstrap sees no variance.

Twenty right answers out of twenty do not show that every answer is right. If k independent trials
each succeed with the probability p, all of them do so with the probability ``p^k``. So a p below
``((1 - level) / 2)^(1 / k)`` is refuted: the lower end of the interval of Clopper and Pearson
(1934). An AUROC of 1 means that every positive image scores above every negative one. So the
positives and negatives of k pairs of patients with nobody in common are in order, and these pairs
are independent trials, each with the AUROC as its probability (Birnbaum and McCarty 1958 count
pairs in this way). The bound holds for any distribution of scores. With several images a patient it
holds for one image of each.

If all S seeds reach the end of the range, each of them is right in all trials. The chance of that
is at most ``p_s^k`` for the worst of them, and so at most ``p^k`` for their mean p: the bound holds
for the mean of these trained networks, over patients. It says nothing of other seeds.

References
----------
Clopper CJ, Pearson ES (1934). Biometrika 26:404-413. Birnbaum ZW, McCarty RC (1958). Annals of
Mathematical Statistics 29:558-562.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cxrstudy.statistics.weighting import Flags, Floats

METHOD = "exact, one image of each patient"

#: ``(scores (n,), truth (n,), patients (n,)) -> k``: how many independent trials a metric makes.
Trials = Callable[[Floats, Flags, NDArray[np.intp]], int]


def exact_interval(at_top: bool, trials: int, level: float) -> tuple[float, float]:
    """Ends of the interval of a share that is 1 (`at_top`) or 0 in all trials.

    Examples
    --------
    >>> [round(end, 3) for end in exact_interval(True, 20, 0.95)]
    [0.832, 1.0]
    """
    bound = float(((1 - level) / 2) ** (1 / trials))
    return (bound, 1.0) if at_top else (0.0, 1 - bound)


def pairs(scores: Floats, truth: Flags, patients: NDArray[np.intp]) -> int:
    """Most pairs of a patient with a positive image and another patient with a negative one."""
    positive, negative = np.unique(patients[truth]), np.unique(patients[~truth])
    both = np.union1d(positive, negative)
    return min(len(positive), len(negative), len(both) // 2)


def patients_among(flags: Flags, patients: NDArray[np.intp]) -> int:
    """Patients with at least one of some images."""
    return len(np.unique(patients[flags]))

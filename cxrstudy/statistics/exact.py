"""Exact: intervals of a metric at or near the end of its range, where a bootstrap sees no variance.

Twenty right answers out of twenty do not show that every answer is right. If k independent trials
each succeed with the probability p, all of them do so with the probability ``p^k``. So a p below
``((1 - level) / 2)^(1 / k)`` is refuted: the lower end of the interval of Clopper and Pearson
(1934), which holds for other numbers of successes as well. An AUROC of 1 means that every positive
image scores above every negative one. So the positives and negatives of k pairs of patients with
nobody in common are in order, and these pairs are independent trials, each with the AUROC as its
probability (Birnbaum and McCarty 1958 count pairs in this way). The bound holds for any
distribution of scores. With several images a patient it holds for one image of each.

If all S seeds reach the end of the range, each of them is right in all trials. The chance of that
is at most ``p_s^k`` for the worst of them, and so at most ``p^k`` for their mean p: the bound holds
for the mean of these trained networks, over patients. It says nothing of other seeds.

The same interval is used near the end of the range, where less than one trial is lost (or won).
The number of successes is then k times the metric and need not be whole (as for Korn and Graubard
1998). There, the variance over draws of patients is that of the few images that happen to be ranked
wrong. Measured in worlds with 10 to 70 patients in the rarer class and an AUROC with an expected
loss of less than one trial: 95 % intervals from draws held the truth in .82 to .96 of studies,
exact ones in .97 to 1; and an arm that was worse by just the margin was found to be not inferior in
.05 to .2 of studies, instead of .025. So differences are made from exact intervals there
(:mod:`~cxrstudy.statistics.recovery`), which was never wrong more often than .02.

References
----------
Clopper CJ, Pearson ES (1934). Biometrika 26:404-413. Korn EL, Graubard BI (1998). Survey
Methodology 24:193-201. Birnbaum ZW, McCarty RC (1958). Annals of
Mathematical Statistics 29:558-562.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from cxrstudy.statistics.distributions import beta_quantile, beta_upper_quantile
from cxrstudy.statistics.weighting import Flags, Floats

METHOD = "exact, one image of each patient"

#: Trials that are lost, or won, from which on draws of patients say how much a metric varies.
FEWEST_LOST = 1.0

#: ``(scores (n,), truth (n,), patients (n,)) -> k``: how many independent trials a metric makes.
Trials = Callable[[Floats, Flags, NDArray[np.intp]], int]


def near_end(share: float, trials: int) -> bool:
    """Whether a share is so near 0 or 1 that its trials do not show how much it varies.

    Examples
    --------
    >>> near_end(1.0, 20), near_end(0.96, 20), near_end(0.95, 20), near_end(0.0, 20)
    (True, True, False, True)
    """
    # Rounding may make one lost trial of many slightly less than one.
    return min(share, 1 - share) * trials < FEWEST_LOST - 1e-9


def exact_interval(share: float, trials: int, level: float) -> tuple[float, float]:
    """Ends of the interval of Clopper and Pearson for a share of trials, from 0 to 1.

    Less than one lost trial refutes no share below 1, and less than one that is won none above 0.

    Examples
    --------
    >>> [round(end, 3) for end in exact_interval(1.0, 20, 0.95)]
    [0.832, 1.0]
    """
    won, lost, tail = share * trials, (1 - share) * trials, (1 - level) / 2
    low = float(beta_quantile(tail, won, lost + 1)) if won >= 1 else 0.0
    high = float(beta_upper_quantile(tail, won + 1, lost)) if lost >= 1 else 1.0
    return low, high


def pairs(scores: Floats, truth: Flags, patients: NDArray[np.intp]) -> int:
    """Most pairs of a patient with a positive image and another patient with a negative one."""
    positive, negative = np.unique(patients[truth]), np.unique(patients[~truth])
    both = np.union1d(positive, negative)
    return min(len(positive), len(negative), len(both) // 2)


def patients_among(flags: Flags, patients: NDArray[np.intp]) -> int:
    """Patients with at least one of some images."""
    return len(np.unique(patients[flags]))

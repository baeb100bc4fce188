"""Unpaired: the difference of two arms that were tested on different patients.

COVID-19 on one set of radiographs and pneumonia on another have no patient in common, so nothing is
paired by patient. Trainings are paired by seed, as elsewhere. The patients of the two sets are
drawn independently of each other, and the inference is that of
:mod:`~cxrstudy.statistics.inference` on the differences of the draws; K is the smaller of the two
numbers of patients that the arms rest on, which makes the interval wider, if anything.
"""

from collections.abc import Hashable

import numpy as np

from cxrstudy.base.words import arm_name
from cxrstudy.statistics.bootstrap import Bootstrap, together
from cxrstudy.statistics.gate import ScoreError
from cxrstudy.statistics.inference import Inference, infer

#: Seed of the order in which the draws of the second set are taken. Both sets are drawn with the
#: same numbers, so that without it their draws would go together.
ORDER = 20_261_128


def unpaired(one: Bootstrap, arm: Hashable, other: Bootstrap, against: Hashable) -> Inference:
    """Inference about an arm minus an arm that other patients tested.

    Parameters
    ----------
    one, arm
        The first arm, in its sample.
    other, against
        The arm that is subtracted, in its sample.

    Raises
    ------
    ScoreError
        The samples have a patient in common, or the arms do not have the same seeds.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc, made_scores
    >>> from cxrstudy.statistics.bootstrap import resample
    >>> from cxrstudy.statistics.sample import sample
    >>> covid, first = auroc("covid19"), made_scores(["a"])
    >>> second = made_scores(["b"]).assign(patient=lambda t: "other " + t["patient"])
    >>> samples = [sample(table, ["covid19"], "target", 200) for table in (first, second)]
    >>> one, other = (resample(drawn, covid) for drawn in samples)
    >>> round(unpaired(one, "a", other, "b").estimate, 2)  # the same scores
    0.0
    """
    _check(one, arm, other, against)
    patients = one.drawn.counts["patients"] + other.drawn.counts["patients"]
    seeds = len(one.drawn.seeds)
    for of, name in ((one, arm), (other, against)):
        if of.drawn.short:
            reason = f"{arm_name(name)}: {of.drawn.short}"
            return Inference(np.nan, seeds=seeds, patients=patients, reason=reason)
    order = np.random.default_rng(ORDER).permutation(len(other.draws[against]))
    with np.errstate(invalid="ignore"):
        by_seed = one.by_seed[arm] - other.by_seed[against]
        draws = one.draws[arm] - other.draws[against][order]
    found = infer(by_seed, draws, patients, max(2, min(one.trials[arm], other.trials[against])))
    if np.isnan(found.estimate) or not (one.near_end(arm) or other.near_end(against)):
        return found
    return together(found, [one.part(arm, 1.0), other.part(against, -1.0)])


def _check(one: Bootstrap, arm: Hashable, other: Bootstrap, against: Hashable) -> None:
    if one.drawn.seeds != other.drawn.seeds:
        raise ScoreError(
            f"arm {arm_name(arm)!r} has seeds {one.drawn.seeds}, arm {arm_name(against)!r} has "
            f"{other.drawn.seeds}; score both with the same seeds"
        )
    common = sorted(set(one.drawn.names) & set(other.drawn.names))
    if common:
        raise ScoreError(
            f"patient {common[0]!r} tests both {arm_name(arm)!r} and {arm_name(against)!r}; the "
            "difference would have to be paired by patient"
        )

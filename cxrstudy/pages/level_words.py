"""Level words: what a run or recorded results lack of the levels that a page speaks of, in words.

Every sentence is computed from the profile or from the scores, and is empty where nothing is to be
said. Notebooks know these functions as ``levels``.
"""

import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.words import counted
from cxrstudy.pages.arm_words import FACTORS
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.evidence import chosen_arms
from cxrstudy.verdicts.judge import on_labels_of

#: What arms with weights of their own resolution are named, and the beginning of those with another
#: learning rate.
OWN_WEIGHTS = "own weights"


def of_this_run(study: Study, what: str) -> str:
    """Caption of a table of a page's own run, whose numbers are not the record's.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, levels
    >>> levels.of_this_run(Study("quick", "phantom", seeds=1), "Images of every start")
    'Images of every start, in this run (Phantoms, profile quick)'
    """
    return f"{what}, in this run ({study.cohort.title}, profile {study.profile.profile})"


def rates_in_words(study: Study) -> str:
    """Which of the other learning rates are none with a profile.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, levels
    >>> levels.rates_in_words(Study("standard", "phantom", seeds=1))
    ''
    """
    alike = _alike(study)
    if not alike:
        return ""
    return (
        f"With profile {study.profile.profile}, the learning rate of arms “{'”, “'.join(alike)}” "
        "is the profile's own: they are trained as the others and are not drawn."
    )


def at_distinct_rates(study: Study, scores: pd.DataFrame) -> pd.DataFrame:
    """Scores without the arms whose other learning rate is the profile's own.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, levels, statistics
    >>> arms = [(1, "own weights"), (1, "own weights, slower")]
    >>> study = Study("quick", "phantom", seeds=1)
    >>> levels.at_distinct_rates(study, statistics.made_scores(arms))["arm"].unique().tolist()
    [(1, 'own weights')]
    """
    alike = {f"{OWN_WEIGHTS}, {pace}" for pace in _alike(study)}
    return scores[[fixed not in alike for _, fixed in scores["arm"]]]


def _alike(study: Study) -> list[str]:
    return [pace for pace, times in study.levels.rates.items() if times == 1]


def budgets_in_words(study: Study) -> str:
    """Which budgets on the target have the profile's steps, and no more.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, levels
    >>> levels.budgets_in_words(Study("quick", "phantom", seeds=1))
    'With profile quick, arms “to a plateau” have the steps of all others, no more.'
    """
    alike = [name for name, times in study.levels.budgets.items() if times == 1]
    if not alike:
        return ""
    named = "”, “".join(alike)
    return (
        f"With profile {study.profile.profile}, arms “{named}” have the steps of all others, no "
        "more."
    )


def lengths_in_words(arms: Arms, scores: pd.DataFrame) -> str:
    """That recorded results have one length of training only, if they have.

    Parameters
    ----------
    arms
        Of the experiment on MixUp.
    scores
        Their scores.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels, statistics
    >>> arms = arms_of("04_mixup", Study("quick", "phantom", seeds=1))
    >>> levels.lengths_in_words(arms, statistics.made_scores([(0, 1), (0.1, 1)]))
    'These results have one length of training, 32 steps: they do not say for which length ...'
    """
    lengths = {length for _, length in scores["arm"] if not isinstance(length, str)}
    if len(lengths) != 1:
        return ""
    steps = round(lengths.pop() * arms.study.stage("target").steps)
    return (
        f"These results have one length of training, {counted(steps, 'step')}: they do not say for "
        "which length MixUp helps."
    )


def kinds_lacking(arms: Arms, scores: pd.DataFrame) -> str:
    """Which kinds of arms of the experiment on resolution recorded results lack.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels, statistics
    >>> arms = arms_of("03_resolution", Study("quick", "phantom", seeds=1))
    >>> same = [(1, "same steps"), (1, "same computation"), (1, "own weights")]
    >>> levels.kinds_lacking(arms, statistics.made_scores(same))
    'These results have no arms “own weights, slower”, “own weights, faster”.'
    """
    there = {fixed for _, fixed in scores["arm"]}
    lacking = [fixed for fixed in dict.fromkeys(fixed for _, fixed in arms) if fixed not in there]
    if not lacking:
        return ""
    fair = " So they hold no fair comparison of resolutions." if OWN_WEIGHTS in lacking else ""
    return f"These results have no arms “{'”, “'.join(lacking)}”.{fair}"


def holds_claims(experiment: str, scores: pd.DataFrame) -> bool:
    """Whether scores have all arms of any claim about an experiment.

    Examples
    --------
    >>> from cxrstudy.notebook import levels, statistics
    >>> levels.holds_claims("04_mixup", statistics.made_scores([(0, 1), (0.1, 1)]))
    True
    """
    there = set(scores["arm"])
    return any(set(claim.arms) <= there for paper in all_claims() for claim in paper.of(experiment))


def holds_choices(experiment: str, scores: pd.DataFrame) -> bool:
    """Whether scores have all arms that a claim about an experiment chooses from.

    Examples
    --------
    >>> from cxrstudy.notebook import levels, statistics
    >>> levels.holds_choices("04_mixup", statistics.made_scores([(0, 1), (0.1, 1)]))
    False
    """
    asked = [claim for paper in all_claims() for claim in paper.of(experiment)]
    return any(len(chosen_arms(claim, scores)) for claim in on_labels_of(scores, asked))


def slope_in_words(table: pd.DataFrame) -> str:
    """What MixUp does to the calibration slope, from none to the strongest.

    Parameters
    ----------
    table
        Estimates of the slope with intervals, of arms (alpha, length) of one length.

    Examples
    --------
    >>> row = {"low": 0.4, "high": 0.5, "estimate": 0.45}
    >>> table = pd.DataFrame([row, {"low": 0.8, "high": 1.0, "estimate": 0.9}])
    >>> slope_in_words(table.assign(arm=[(0, 1), (0.4, 1)]))
    'With alpha 0.4 the calibration slope is 0.900 [0.800, 1.000], without MixUp 0.450 ...'
    """
    rows = table[table[["estimate", "low", "high"]].notna().all(axis=1)]
    rows = rows.assign(alpha=[alpha for alpha, _ in rows["arm"]]).sort_values("alpha")
    if len(rows) < 2 or rows["alpha"].iloc[0] != 0:
        return ""
    none, most = rows.iloc[0], rows.iloc[-1]
    apart = most["low"] > none["high"] or most["high"] < none["low"]
    nearer = abs(most["estimate"] - 1) < abs(none["estimate"] - 1)
    means = "not shown to differ"
    if apart:
        means = f"{'nearer to' if nearer else 'further from'} the one of scores that fit"
    named = FACTORS["04_mixup"][0].format(numbers.plain(most["alpha"]))
    return (
        f"With {named} the calibration slope is {_interval(most)}, without MixUp "
        f"{_interval(none)}: {means}.{_asked()}"
    )


def _asked() -> str:
    """That no claim asks about calibration, if none does."""
    metrics = {claim.metric for paper in all_claims() for claim in paper.claims}
    asked = any(metric and metric.startswith("calibration") for metric in metrics)
    return "" if asked else " No claim asks about it."


def _interval(row: "pd.Series[float]") -> str:
    return numbers.interval(row["estimate"], row["low"], row["high"], numbers.level)

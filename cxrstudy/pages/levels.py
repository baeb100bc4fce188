"""Levels: the arms of experiments with factors, in units that a reader can use.

Notebooks find here too what :mod:`cxrstudy.pages.label_efficiency`,
:mod:`cxrstudy.pages.lesion_size` and :mod:`cxrstudy.pages.level_words` say of these arms.
"""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.columns import of_arms
from cxrstudy.base.rounding import significant
from cxrstudy.base.words import label_name
from cxrstudy.pages import figures
from cxrstudy.pages.label_efficiency import label_efficiency_of as label_efficiency_of
from cxrstudy.pages.label_efficiency import label_efficiency_table as label_efficiency_table
from cxrstudy.pages.label_efficiency import patients_of as patients_of
from cxrstudy.pages.label_efficiency import saved_in_words as saved_in_words
from cxrstudy.pages.lesion_size import attention_by_size as attention_by_size
from cxrstudy.pages.lesion_size import by_lesion_size as by_lesion_size
from cxrstudy.pages.lesion_size import lesion_extents as lesion_extents
from cxrstudy.pages.level_words import at_distinct_rates as at_distinct_rates
from cxrstudy.pages.level_words import budgets_in_words as budgets_in_words
from cxrstudy.pages.level_words import holds_choices as holds_choices
from cxrstudy.pages.level_words import holds_claims as holds_claims
from cxrstudy.pages.level_words import kinds_lacking as kinds_lacking
from cxrstudy.pages.level_words import lengths_in_words as lengths_in_words
from cxrstudy.pages.level_words import of_this_run as of_this_run
from cxrstudy.pages.level_words import rates_in_words as rates_in_words
from cxrstudy.pages.level_words import slope_in_words as slope_in_words
from cxrstudy.statistics import Metric, contrasts, estimates
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study

#: What arms at equal passes are named.
PASSES = "same passes"


def source_doses(study: Study) -> dict[Hashable, float]:
    """Decimal logarithm of the images that out-of-domain weights were trained on, by arm.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, levels
    >>> study = Study("quick", "phantom", seeds=1)
    >>> list(levels.source_doses(study))
    ['out-of-domain, small', 'out-of-domain, middle', 'out-of-domain, large']
    """
    table = study.initial_images
    shown = table[table["domain"] == "out"]
    return {
        name: float(np.log10(images)) for name, images in shown.set_index("name").images.items()
    }


def at_equal_steps(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of the arms whose initial weights were trained for the same number of steps.

    Examples
    --------
    >>> from cxrstudy.notebook import levels, statistics
    >>> scores = statistics.made_scores(["small", ("small", "same passes")])
    >>> levels.at_equal_steps(scores)["arm"].unique().tolist()
    ['small']
    """
    return scores[[not isinstance(arm, tuple) for arm in scores["arm"]]]


def at_equal_passes(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of the arms whose initial weights saw every image equally often; maybe none.

    Examples
    --------
    >>> from cxrstudy.notebook import levels, statistics
    >>> scores = statistics.made_scores(["small", ("small", "same passes")])
    >>> levels.at_equal_passes(scores)["arm"].unique().tolist()
    [('small', 'same passes')]
    """
    return scores[[isinstance(arm, tuple) and arm[1] == PASSES for arm in scores["arm"]]]


def at_budgets(arms: Arms, scores: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Compare out-of-domain with random weights, by the steps on the target.

    Returns
    -------
    As :func:`cxrstudy.statistics.contrasts`, with ``budget`` and ``steps`` first, and the name of
    the initial weights as ``arm``; p values are corrected within a budget. Empty if the arms have
    no such budgets.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels, metrics, statistics
    >>> arms = arms_of("02_pretraining_source", Study("quick", "phantom", seeds=1))
    >>> scores = statistics.made_scores(list(arms))
    >>> levels.at_budgets(arms, scores, metrics.auroc("covid19"))["budget"].unique().tolist()
    ['small budget', 'to a plateau']
    """
    names = {arm: arm[1] for arm in arms if isinstance(arm, tuple) and arm[1] != PASSES}
    there = set(scores["arm"])
    tables = []
    for budget in dict.fromkeys(names.values()):
        mine = [arm for arm in names if names[arm] == budget and arm in there]
        if ("random", budget) not in mine or len(mine) < 2:
            continue
        found = contrasts(of_arms(scores, mine), metric, against=("random", budget))
        steps = arms[mine[0]].stages[-1].steps
        starts = [arm[0] for arm in found["arm"]]
        tables.append(found.assign(arm=starts, budget=budget, steps=steps))
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()


def source_budgets(study: Study) -> pd.DataFrame:
    """Steps, and passes over the images, of the stages that make out-of-domain weights.

    Returns
    -------
    One row per weights and budget: ``start``, ``budget``, ``images``, ``steps``, ``passes``.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, levels
    >>> table = levels.source_budgets(Study("quick", "phantom", seeds=1))
    >>> table["budget"].unique().tolist()
    ['same steps', 'same passes']
    """
    images = study.initial_images.set_index("name")["images"]
    equal = study.initial_at_equal_passes
    steps = {name: study.initial[name] for name in equal}
    return pd.DataFrame(
        [
            {
                "start": name,
                "budget": budget,
                "images": int(images[name]),
                "steps": chain.stages[0].steps,
                "passes": numbers.level(chain.stages[0].samples_seen / images[name], least=1),
            }
            for budget, chains in (("same steps", steps), ("same passes", equal))
            for name, chain in chains.items()
        ]
    )


def resolution_levels(arms: Arms) -> pd.DataFrame:
    """Side of the image, steps and computation of every arm of the experiment on resolution.

    Returns
    -------
    One row per arm: ``factor``, ``fixed``, ``pixels``, ``steps``, ``learning rate``,
    ``computation`` (image area times steps, relative to the arm with factor 1).

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels
    >>> study = Study("quick", "phantom", seeds=1)
    >>> levels.resolution_levels(arms_of("03_resolution", study)).columns.tolist()
    ['factor', 'fixed', 'pixels', 'steps', 'learning rate', 'computation']
    """
    base = next(chain.stages[-1] for (factor, _), chain in arms.items() if factor == 1)
    rows = []
    for (factor, fixed), chain in arms.items():
        stage = chain.stages[-1]
        work = stage.steps * stage.pixels**2 / (base.steps * base.pixels**2)
        facts = {"factor": numbers.plain(factor), "fixed": fixed, "pixels": stage.pixels}
        rate = numbers.plain(significant(stage.learning_rate, 2))
        facts |= {"steps": stage.steps, "learning rate": rate}
        rows.append({**facts, "computation": numbers.level(work, least=2)})
    return pd.DataFrame(rows)


def sides(study: Study) -> figures.Factor:
    """The factor of the experiment on resolution, for figures.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, levels
    >>> study = Study("quick", "phantom", seeds=1)
    >>> levels.sides(study).name
    'side of the image (pixels)'
    """
    base = study.stage("target").pixels
    at = {factor: float(round(factor * base)) for factor in study.levels.resolutions}
    return figures.Factor("side of the image (pixels)", "log", at)


def strengths(study: Study) -> figures.Factor:
    """The factor of the experiment on MixUp, for figures, with one line per length of training.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, levels
    >>> study = Study("quick", "phantom", seeds=1)
    >>> levels.strengths(study).name
    "MixUp's alpha"
    """
    steps = study.stage("target").steps
    names = {length: f"{round(length * steps)} steps" for length in study.levels.lengths}
    return figures.Factor("MixUp's alpha", names=names)


def mixup_levels(arms: Arms) -> pd.DataFrame:
    """Alpha, length, repeat, steps and images seen of every arm of the experiment on MixUp.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels
    >>> study = Study("quick", "phantom", seeds=1)
    >>> levels.mixup_levels(arms_of("04_mixup", study)).columns.tolist()
    ['alpha', 'length', 'repeat', 'steps', 'images seen']
    """
    profile = arms.study.stage("target").steps
    rows = []
    for (alpha, length), chain in arms.items():
        stage = chain.stages[-1]
        rows.append(
            {
                "alpha": numbers.plain(alpha),
                "length": f"{numbers.plain(stage.steps / profile)} × steps",
                "repeat": length.removeprefix("repeat ") if isinstance(length, str) else "",
                "steps": stage.steps,
                "images seen": stage.samples_seen,
            }
        )
    return pd.DataFrame(rows)


def own_disease(
    scores: pd.DataFrame, tested: Mapping[Hashable, tuple[str, Metric]]
) -> pd.DataFrame:
    """Estimate a metric of every arm on the role that it is tested on, by disease.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.arms.Arms.scores`.
    tested
        Arm to the role and the metric.

    Returns
    -------
    As :func:`cxrstudy.statistics.estimates`, one row per arm, which is named by its disease.

    Examples
    --------
    >>> from cxrstudy.notebook import levels, metrics, statistics
    >>> scores = statistics.made_scores(["COVID-19"])
    >>> covid = ("target", metrics.auroc("covid19"))
    >>> levels.own_disease(scores, {"COVID-19": covid})["arm"].tolist()
    ['COVID-19']
    """
    return pd.concat(
        [
            estimates(of_arms(scores, [arm]), metric, role).assign(arm=label_name(*metric.labels))
            for arm, (role, metric) in tested.items()
        ],
        ignore_index=True,
    )


def once(scores: pd.DataFrame) -> pd.DataFrame:
    """Scores of the arms of the experiment on MixUp that are no repeat of another.

    Examples
    --------
    >>> from cxrstudy.notebook import levels, statistics
    >>> scores = statistics.made_scores([(0, 1), (0, "repeat 1")])
    >>> levels.once(scores)["arm"].unique().tolist()
    [(0, 1)]
    """
    return scores[[not isinstance(length, str) for _, length in scores["arm"]]]

"""Levels: the arms of experiments with factors, in units that a reader can use."""

from collections.abc import Hashable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.base.columns import of_arms
from cxrstudy.data.lesion import SIZES, extent, lesion_areas, size_classes, with_lesions_of
from cxrstudy.pages import figures
from cxrstudy.pages.tables import interval_heading
from cxrstudy.statistics import Metric, contrasts, estimates, label_efficiency, mean
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study
from cxrstudy.training.subset import training_rows

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
        rate = numbers.plain(numbers.significant(stage.learning_rate, 2))
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
    """Alpha, length and steps of every arm of the experiment on MixUp.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels
    >>> study = Study("quick", "phantom", seeds=1)
    >>> levels.mixup_levels(arms_of("04_mixup", study)).columns.tolist()
    ['alpha', 'length', 'steps']
    """
    return pd.DataFrame(
        [
            {
                "alpha": numbers.plain(alpha),
                "length": length if isinstance(length, str) else numbers.plain(length),
                "steps": chain.stages[-1].steps,
            }
            for (alpha, length), chain in arms.items()
        ]
    )


def own_disease(
    scores: pd.DataFrame, tested: Mapping[Hashable, tuple[str, Metric]]
) -> pd.DataFrame:
    """Estimate a metric of every arm on the role that it is tested on.

    Parameters
    ----------
    scores
        From :meth:`cxrstudy.study.arms.Arms.scores`.
    tested
        Arm to the role and the metric.

    Returns
    -------
    As :func:`cxrstudy.statistics.estimates`, one row per arm.

    Examples
    --------
    >>> from cxrstudy.notebook import levels, metrics, statistics
    >>> scores = statistics.made_scores(["COVID-19"])
    >>> covid = ("target", metrics.auroc("covid19"))
    >>> levels.own_disease(scores, {"COVID-19": covid})["arm"].tolist()
    ['COVID-19']
    """
    return pd.concat(
        [estimates(of_arms(scores, [arm]), metric, role) for arm, (role, metric) in tested.items()],
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


def patients_of(arms: Arms) -> pd.DataFrame:
    """Training patients and images of every fraction and number of shots, with the first seed.

    Returns
    -------
    One row per level: ``level`` (fraction, or text such as ``5-shot``), ``patients``, ``images``,
    and one column per class with its images.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels
    >>> study = Study("quick", "phantom", seeds=1)
    >>> levels.patients_of(arms_of("05_low_data", study)).columns.tolist()
    ['level', 'patients', 'images', 'normal', 'other_pneumonia', 'covid19']
    """
    first = next(iter(arms))[0]
    stages = {level: chain.stages[-1] for (name, level), chain in arms.items() if name == first}
    rows = []
    for level, stage in stages.items():
        role = arms.study.cohort.role(*stage.roles)
        used = training_rows(role, stage)
        counts = role.truth[used].sum(0).astype(int)
        patients = role.table["patient"].iloc[used].nunique()
        classes = dict(zip(role.labels, map(int, counts), strict=True))
        rows.append({"level": level, "patients": patients, "images": len(used), **classes})
    return pd.DataFrame(rows)


def label_efficiency_of(
    arms: Arms,
    scores: pd.DataFrame,
    metric: Metric,
    name: str,
    against: str,
) -> pd.DataFrame:
    """Label efficiency of two initial weights; see :func:`label_efficiency`.

    Returns
    -------
    As :func:`label_efficiency`, with ``metric``, and ``smallest`` and ``largest``: the numbers of
    patients between which the other weights were trained, so that nothing is known beyond.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels, metrics, statistics
    >>> study = Study("quick", "phantom", seeds=1)
    >>> arms = arms_of("05_low_data", study)
    >>> scores = statistics.made_scores(list(arms))
    >>> table = levels.label_efficiency_of(
    ...     arms, scores, metrics.auroc("covid19"), "in-domain", "random"
    ... )
    >>> table[["name", "against"]].drop_duplicates().to_dict("records")
    [{'name': 'in-domain', 'against': 'random'}]
    """
    patients = patients_of(arms).set_index("level")["patients"]
    by_share = scores[[not isinstance(level, str) for _, level in scores["arm"]]]
    renamed = [(start, int(patients[level])) for start, level in by_share["arm"]]
    sized = by_share.assign(arm=pd.Series(renamed, index=by_share.index))
    sizes = {size for start, size in renamed if start == against}
    found = label_efficiency(sized, metric, name, against)
    return found.assign(metric=metric.name, smallest=min(sizes), largest=max(sizes))


def label_efficiency_table(table: pd.DataFrame) -> pd.DataFrame:
    """Format a table of :func:`label_efficiency_of` for readers, in whole patients.

    Bounds stay bounds: "more than" the largest size where a curve never reaches the level, and "at
    most" the smallest size where it has reached it there already.

    Returns
    -------
    One row per size: ``initial weights``, ``training patients``, the metric, ``compared with``, and
    ``patients needed`` there for the same value, with interval.

    Examples
    --------
    >>> from cxrstudy.notebook import Study, arms_of, levels, metrics, statistics
    >>> study = Study("quick", "phantom", seeds=1)
    >>> arms = arms_of("05_low_data", study)
    >>> scores = statistics.made_scores(list(arms))
    >>> covid = metrics.auroc("covid19")
    >>> table = levels.label_efficiency_of(arms, scores, covid, "in-domain", "random")
    >>> list(levels.label_efficiency_table(table))[:3]
    ['initial weights', 'training patients', 'AUROC of COVID-19 vs rest']
    """
    if table.empty:
        return pd.DataFrame(columns=["initial weights", "training patients", "patients needed"])
    needs = [_needs(row) for row in table.itertuples()]
    shown = table.assign(reached=table["reached"].map(numbers.level), needs=needs)
    named = {"name": "initial weights", "trained": "training patients"}
    named |= {"reached": table["metric"].iloc[0], "against": "compared with"}
    named |= {"needs": f"patients needed {interval_heading(table)}"}
    return shown.rename(columns=named)[list(named.values())]


def _needs(row: Any) -> str:
    """Patients needed, with interval, or why there is none."""
    if pd.isna(row.estimate):
        return str(row.reason)
    if pd.isna(row.low):
        return f"{_patients(row.estimate, row)} [no interval: {row.reason}]"
    ends = f"[{_patients(row.low, row)}, {_patients(row.high, row)}]"
    return f"{_patients(row.estimate, row)} {ends}"


def _patients(needed: float, row: Any) -> str:
    """Patients needed, or the bound that is known of them."""
    if needed > row.largest:
        return f"more than {numbers.count(row.largest)}"
    if needed <= row.smallest:
        return f"at most {numbers.count(row.smallest)}"
    return numbers.count(needed)


def lesion_extents(arms: Arms) -> pd.DataFrame:
    """Side of lesions in pixels of the network's input, by size and resolution.

    Returns
    -------
    One row per size: ``size``, ``images``, and one column per resolution with the side of a square
    with the area of the median lesion. Empty if lesions are not known.

    Examples
    --------
    >>> from cxrstudy.notebook import levels
    >>> levels.lesion_extents(arms).columns.tolist()  # of two resolutions
    ['size', 'images', 'on 64 px', 'on 96 px']
    """
    areas = lesion_areas(arms.study.cohort.role("target"), arms.study.label)
    if areas.empty:
        return pd.DataFrame(columns=["size", "images"])
    sizes = size_classes(areas)
    sides = sorted({chain.stages[-1].pixels for chain in arms.values()})
    rows = []
    for size in SIZES:
        median = float(areas[sizes == size].median())
        shown = {f"on {side} px": _pixels(extent(median, side)) for side in sides}
        rows.append({"size": size, "images": int((sizes == size).sum()), **shown})
    return pd.DataFrame(rows)


def _pixels(side: float) -> str:
    return f"{numbers.level(side, least=1)} px" if np.isfinite(side) else "no such lesion"


def by_lesion_size(study: Study, scores: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Estimate a metric by size of the lesion, for the arms with the same steps.

    Returns
    -------
    As :func:`cxrstudy.statistics.estimates`, with arms (factor, size); empty if lesions are
    not known.

    Examples
    --------
    >>> from cxrstudy.notebook import levels, metrics
    >>> study = arms.study  # trained, as in a chapter
    >>> control = arms.only(["control"]).scores()
    >>> renamed = control.assign(arm=[(1, "same steps")] * len(control))
    >>> levels.by_lesion_size(study, renamed, metrics.auroc("covid19"))["arm"].tolist()
    [(1, 'small lesions'), (1, 'middle lesions'), (1, 'large lesions')]
    """
    areas = lesion_areas(study.cohort.role("target"), metric.labels[0])
    if areas.empty:
        return pd.DataFrame()
    sizes = size_classes(areas)
    tables = []
    for size in SIZES:
        kept = with_lesions_of(scores, metric.labels[0], sizes.index[sizes == size])
        same = kept[[fixed == "same steps" for _, fixed in kept["arm"]]]
        table = estimates(same, metric)
        arms = [(factor, f"{size} lesions") for factor, _ in table["arm"]]
        tables.append(table.assign(arm=pd.Series(arms)))
    return pd.concat(tables, ignore_index=True)


def attention_by_size(study: Study, table: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Estimate the mean of a measure between 0 and 1, such as a share of a map, by lesion size.

    Returns
    -------
    As :func:`cxrstudy.statistics.estimates`, with arms (arm, size); empty if lesions are not
    known.

    Examples
    --------
    >>> from cxrstudy.explain.attention import attention
    >>> from cxrstudy.notebook import levels
    >>> looked = attention(arms.only(["control"]))  # arms are trained, as in a chapter
    >>> levels.attention_by_size(arms.study, looked, "energy_lesion")["arm"].tolist()[:2]
    ['control, small lesions', 'uniform, small lesions']
    """
    areas = lesion_areas(study.cohort.role("target"), study.label)
    if areas.empty:
        return pd.DataFrame()
    sizes, tables = size_classes(areas), []
    for size in SIZES:
        kept = table[table["id"].isin(sizes.index[sizes == size])]
        found = estimates(kept, mean(measure, (0, 1)))
        tables.append(found.assign(arm=[f"{arm}, {size} lesions" for arm in found["arm"]]))
    return pd.concat(tables, ignore_index=True)

"""Failures: tables for the chapter Where it fails, from recorded networks."""

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from cxrstudy.base.columns import score_column, truth_column
from cxrstudy.base.words import label_name
from cxrstudy.data.lesion import SIZES, lesion_areas, size_classes, with_lesions_of
from cxrstudy.explain.features import features
from cxrstudy.pages import figures
from cxrstudy.pages.figures.source import told_by
from cxrstudy.statistics import Metric, estimates, groups_of
from cxrstudy.statistics.confusion import confusion
from cxrstudy.statistics.slices import agreement_with_causes, describe_slices, find_slices
from cxrstudy.study.arms import Arms
from cxrstudy.study.study import Study

#: Value of a cause that an image does not have, such as the size of no lesion.
NONE = "none"


def causes(study: Study, role: str = "target") -> pd.DataFrame:
    """What is known of every image of a role: person, exposure and, of phantoms, the lesion.

    Returns
    -------
    Indexed by image id: ``sex``, ``age``, ``view``, ``source``, and ``lesion`` (its size, of test
    images with the study's label; :data:`NONE` for others), if lesions are known.

    Examples
    --------
    >>> list(causes(arms.study))  # of some arms, as in a chapter
    ['sex', 'age', 'view', 'source', 'lesion']
    """
    wanted = study.cohort.role(role)
    known = groups_of(wanted.table).astype(str)
    areas = lesion_areas(wanted, study.label)
    if areas.empty:
        return known
    sizes = size_classes(areas).reindex(known.index).fillna(NONE)
    return known.assign(lesion=sizes)


def highest_class(arms: Arms, scores: pd.DataFrame) -> pd.DataFrame:
    """Which class has the highest score on images of which class, a row per arm and true class.

    Returns
    -------
    ``arm``, ``truth``, one column per class (share of the images on which it has the highest score,
    mean over seeds), ``images``, ``seeds``; classes have their displayed names. Where labels may be
    present together, the classes are the label that the cohort asks about, and its absence; images
    of which it is not known are left out.

    Examples
    --------
    >>> table = highest_class(arms, arms.scores())  # arms are trained, as in a chapter
    >>> table["truth"].tolist()[:3]
    ['normal', 'other pneumonia', 'COVID-19']
    """
    role, label = arms.study.cohort.role("target"), arms.study.label
    labels = list(role.labels)
    if role.task != "multiclass":
        scores, labels = _two_classes(scores, label), [f"no_{label}", label]
    found = confusion(scores, labels)
    rows = []
    for (arm, truth), each in found.groupby(["arm", "truth"], sort=False):
        first = each.iloc[0]
        shares = dict(zip(map(label_name, each["called"]), each["share"], strict=True))
        about = {"arm": arm, "truth": label_name(str(truth))}
        rows.append({**about, **shares, "images": first.images, "seeds": first.seeds})
    return pd.DataFrame(rows)


def _two_classes(scores: pd.DataFrame, label: str) -> pd.DataFrame:
    """Scores of a label, and of its absence as a class of its own."""
    known = scores[scores[truth_column(label)].notna()]
    absent = {
        column(f"no_{label}"): 1 - known[column(label)] for column in (truth_column, score_column)
    }
    return known.assign(**absent)


def by_lesion(scores: pd.DataFrame, known: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """Estimate a metric for each size of the lesion, against all images without the disease.

    Parameters
    ----------
    scores
        Of one arm.
    known
        From :func:`causes`.
    metric
        Of the disease.

    Returns
    -------
    As :func:`cxrstudy.statistics.estimates`, with the size as ``arm`` and as ``lesions``; empty if
    lesions are not known.

    Examples
    --------
    >>> from cxrstudy.notebook import metrics
    >>> control = arms.only(["control"]).scores()  # arms are trained, as in a chapter
    >>> by_lesion(control, causes(arms.study), metrics.auroc("covid19"))["arm"].tolist()
    ['small lesions', 'middle lesions', 'large lesions']
    """
    if "lesion" not in known:
        return pd.DataFrame()
    tables = []
    for size in SIZES:
        kept = with_lesions_of(scores, metric.labels[0], known.index[known["lesion"] == size])
        tables.append(estimates(kept, metric).assign(arm=f"{size} lesions", lesions=size))
    return pd.concat(tables, ignore_index=True)


def lesions_figure(by_size: pd.DataFrame, axis: str) -> Figure:
    """Draw what :func:`by_lesion` has estimated.

    Examples
    --------
    >>> from cxrstudy.notebook import metrics
    >>> control = arms.only(["control"]).scores()  # arms are trained, as in a chapter
    >>> auroc = metrics.auroc("covid19")
    >>> lesions_figure(by_lesion(control, causes(arms.study), auroc), auroc.name)
    <Figure size ...>
    """
    return told_by(figures.estimates(by_size, axis), "lesions")


def slices(arms: Arms, arm: str, scores: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Find groups of test images that a network sees as alike, and say where its errors are.

    Only the first seed is looked at: features of two networks have nothing in common.

    Returns
    -------
    Two tables: the groups, from :func:`cxrstudy.statistics.slices.describe_slices`, with the share
    of their images that show the study's label (``disease``), and how far each known cause agrees
    with them.

    Examples
    --------
    >>> groups, agreed = slices(arms, "control", arms.scores())  # arms are trained
    >>> bool(groups["error"].is_monotonic_decreasing)
    True
    """
    study = arms.study
    role = study.cohort.role("target")
    network = arms.network(arm, 0)
    rows = role.rows("test")
    ids = role.table["id"].iloc[rows]
    made = features(network, study.squares(role, network.pixels)[rows])
    tested = _tested(scores, arm).reindex(ids)
    truth = tested[truth_column(study.label)].to_numpy(float)
    error = np.abs(tested[score_column(study.label)].to_numpy(float) - truth)
    known = causes(study).reindex(ids)
    found = find_slices(made, error)
    disease = pd.Series(truth).groupby(found).mean().to_numpy()
    groups = describe_slices(found, error, known).assign(disease=disease)
    return groups, agreement_with_causes(found, known)


def _tested(scores: pd.DataFrame, arm: str) -> pd.DataFrame:
    """Scores and truth of an arm's first seed, by test image."""
    tested = scores[(scores["role"] == "target") & (scores["split"] == "test")]
    mine = tested[(tested["arm"] == arm) & (tested["seed"] == tested["seed"].min())]
    return mine.set_index("id")

"""Selection: how large the best of several schemes minus a control is if no scheme differs.

The best of six numbers lies above the first of them by selection alone. How far depends on how much
trainings differ by chance, and on how many patients test them. Both are simulated here for a study
of the size of paper B: 475 patients with 1,060 images, 801 of them with COVID-19, and one training
per scheme. What its abstract does not say is assumed, and stated:

- the share of patients that tested, of which a range is tried;
- images spread evenly over patients, and a patient has images of one class only;
- scores of each class are normal with equal variance, so that an AUROC fixes the distance of the
  classes (binormal model: Dorfman and Alf 1969);
- scores of two trainings, and of two images of a patient, are as alike as in recorded scores of
  this study (:mod:`cxrstudy.verdicts.score_likeness`);
- true AUROCs of trainings of one scheme vary normally, with the standard deviation of the AUROC
  between recorded seeds. It contains a little noise of the test set.

This says what a study of that size can and can't tell, and nothing about what its authors did.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base import numbers
from cxrstudy.statistics.distributions import normal_quantile
from cxrstudy.verdicts.score_likeness import Floats, Likeness, aurocs
from cxrstudy.verdicts.score_likeness import recorded_likeness as recorded_likeness

#: AUROC of the control, and the gain of the best scheme, that paper B reports.
CONTROL, REPORTED = 0.757, 0.1

#: Share of simulated studies between the two ends that are given.
MIDDLE = 0.95
#: Shares of patients that may have tested.
SHARES = (0.1, 0.2, 0.3)

#: Gains of the five schemes beside the control, by what they stand for.
SCENARIOS: Mapping[str, tuple[float, ...]] = {
    "no scheme differs": (0.0,) * 5,
    "all help by .05": (0.05,) * 5,
    "one helps by .02": (0.02, 0.0, 0.0, 0.0, 0.0),
    "one helps by .05": (0.05, 0.0, 0.0, 0.0, 0.0),
    "one helps by .10": (0.10, 0.0, 0.0, 0.0, 0.0),
}


@dataclass(frozen=True)
class Design:
    """Size of a study: patients and images of each class that test it.

    Attributes
    ----------
    positive, negative
        Patients with and without the label.
    images
        Images per patient; the mean, if it is not whole.
    """

    positive: int
    negative: int
    images: float = 1.0

    def __post_init__(self) -> None:
        if min(self.positive, self.negative) < 1 or self.images < 1:
            raise ValueError(
                f"{self.positive} and {self.negative} patients with {numbers.plain(self.images)} "
                "images: each class needs a patient, and each patient an image"
            )


def paper_b(share: float) -> Design:
    """Design of paper B, if a share of its patients tested.

    Examples
    --------
    >>> paper_b(0.2)
    Design(positive=72, negative=23, images=2.231578947368421)
    """
    if not 0 < share <= 1:
        raise ValueError(f"share {share}: a share of patients is above 0 and at most 1")
    patients, images, with_covid = 475, 1060, 801
    positive = patients * with_covid / images
    tested = (round(share * positive), round(share * (patients - positive)))
    return Design(max(tested[0], 1), max(tested[1], 1), images / patients)


def best_minus_control(
    design: Design,
    likeness: Likeness,
    gains: Sequence[float],
    control: float = CONTROL,
    draws: int = 2_000,
    seed: int = 0,
) -> Floats:
    """Draw studies, and take from each the best AUROC of all schemes minus that of the control.

    The control is one of the schemes, as in paper B, so no difference is below zero.

    Parameters
    ----------
    design, likeness
        Size of the study, and how alike its scores are.
    gains
        True gain of every scheme besides the control, in AUROC.
    control
        True AUROC of the control.
    draws, seed
        Number of studies, and seed of their random numbers.

    Returns
    -------
    (draws,) differences.

    Examples
    --------
    >>> likeness = Likeness(0.3, 0.3, 0.1, training=0.02)
    >>> found = best_minus_control(paper_b(0.2), likeness, gains=[0.0] * 5, draws=50)
    >>> found.shape, bool((found >= 0).all())
    ((50,), True)
    """
    random = np.random.default_rng(seed)
    true = np.array([control, *(control + gain for gain in gains)])
    patients, truth = _images(design)
    found = np.empty(draws)
    for draw in range(draws):
        reached = np.clip(random.normal(true, likeness.training), 0.01, 0.999)
        shift = np.sqrt(2) * normal_quantile(reached)
        noise = _noise(random, likeness, len(true), patients)
        aucs = aurocs(shift[:, None] * truth + noise, truth)
        found[draw] = aucs.max() - aucs[0]
    return found


def selection_table(
    likeness: Likeness, shares: Sequence[float] = SHARES, draws: int = 2_000
) -> pd.DataFrame:
    """Tabulate what a study of paper B's size would report, if schemes differ so much.

    Returns
    -------
    One row per scenario of :data:`SCENARIOS` and share of patients that tested: ``scenario``,
    ``tested`` (share), ``patients``, ``mean`` of best minus control, ``low`` and ``high`` (between
    them lies the middle :data:`MIDDLE` of studies), ``level`` (that share), ``covers``,
    ``studies`` (how many were simulated), ``as_reported`` (share of studies with the reported gain
    or more).

    Examples
    --------
    >>> table = selection_table(Likeness(0.3, 0.3, 0.1, 0.02), shares=[0.2], draws=20)
    >>> table["scenario"].tolist()[0]
    'no scheme differs'
    """
    rows = []
    for share in shares:
        design = paper_b(share)
        for name, gains in SCENARIOS.items():
            found = best_minus_control(design, likeness, gains, draws=draws)
            low, high = np.quantile(found, [(1 - MIDDLE) / 2, (1 + MIDDLE) / 2])
            rows.append(
                {
                    "scenario": name,
                    "tested": share,
                    "patients": design.positive + design.negative,
                    "mean": found.mean(),
                    "low": low,
                    "high": high,
                    "level": MIDDLE,
                    "covers": "simulated studies",
                    "studies": draws,
                    "as_reported": float((found >= REPORTED).mean()),
                }
            )
    return pd.DataFrame(rows)


def in_words(table: pd.DataFrame) -> str:
    """Say what a table of :func:`selection_table` shows where no scheme differs.

    Examples
    --------
    >>> table = selection_table(Likeness(0.3, 0.3, 0.1, 0.02), shares=[0.2], draws=20)
    >>> in_words(table)[:57]
    'If no scheme differed, the best of six would lie above th'
    """
    rows = table[table["scenario"] == "no scheme differs"]
    gains = [
        f"{numbers.level(row.mean)} with {row.patients} test patients" for row in rows.itertuples()
    ]
    often = [_often(row.as_reported, row.studies) for row in rows.itertuples()]
    return (
        "If no scheme differed, the best of six would lie above the control by "
        f"{', '.join(gains)}, on average, by selection alone; a gain of "
        f"{numbers.level(REPORTED)} or more would be found in {', '.join(often)} of such studies, "
        f"of which {numbers.count(rows['studies'].iloc[0])} were simulated for each number."
    )


def _often(share: float, studies: int) -> str:
    """A share of simulated studies; if it is none, what it lies below with a confidence of 95 %."""
    if share > 0:
        return numbers.percent(share)
    return f"less than {numbers.percent(1 - (1 - MIDDLE) ** (1 / studies))}"


def as_arms(table: pd.DataFrame) -> pd.DataFrame:
    """A table of :func:`selection_table`, as figures take tables: one arm per row.

    Examples
    --------
    >>> table = selection_table(Likeness(0.3, 0.3, 0.1, 0.02), shares=[0.2], draws=20)
    >>> as_arms(table)["arm"].tolist()[0]
    (0.2, 'no scheme differs')
    """
    arms = list(zip(table["tested"], table["scenario"], strict=True))
    return table.assign(arm=pd.Series(arms, table.index, object), estimate=table["mean"])


def _images(design: Design) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Patient of every image, and whether the image has the label."""
    patients = design.positive + design.negative
    # The mean is not whole: the images are spread so that their number is right.
    ends = np.rint(design.images * np.arange(patients + 1)).astype(int)
    of_image = np.repeat(np.arange(patients), np.diff(ends))
    # Patients of both classes take turns, so that both have the same mean.
    positive = np.zeros(patients, bool)
    positive[np.rint(np.linspace(0, patients - 1, design.positive)).astype(int)] = True
    return of_image, positive[of_image]


def _noise(
    random: np.random.Generator, likeness: Likeness, schemes: int, patients: NDArray[np.intp]
) -> Floats:
    """(schemes, images) normal numbers of variance 1, as alike as they should be."""
    count, images = patients[-1] + 1, len(patients)
    parts = (likeness.patient, likeness.image, likeness.patient_and_training)
    rest = max(0.0, 1 - sum(parts))
    a, b, c, d = np.sqrt([*parts, rest])
    found: Floats = (
        a * random.normal(size=count)[patients]
        + b * random.normal(size=images)
        + c * random.normal(size=(schemes, count))[:, patients]
        + d * random.normal(size=(schemes, images))
    )
    return found

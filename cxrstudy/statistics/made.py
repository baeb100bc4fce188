"""Made: a small table of scores with no network behind it, to try statistics and figures on."""

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd

from cxrstudy.base.columns import ENDS, score_column, truth_column

LABELS = ("normal", "covid19")


def made_scores(
    arms: Sequence[Hashable] = ("control", "general"), seeds: int = 2, patients: int = 60
) -> pd.DataFrame:
    """Make scores of arms, each a little better than the one before.

    Parameters
    ----------
    arms
        Their names.
    seeds
        Of every arm.
    patients
        Of each split; every second one has COVID-19, and each has one image.

    Returns
    -------
    One row per arm, seed and image of the validation and test splits of the role ``target``, with
    the columns of :mod:`cxrstudy.base.columns`. The same call makes the same table.

    Examples
    --------
    >>> scores = made_scores(patients=10)
    >>> len(scores)  # two arms, two seeds, two splits, ten patients
    80
    >>> scores[["arm", "seed", "split", "id", "truth_covid19"]].head(2)
           arm  seed       split            id  truth_covid19
    0  control     0  validation  validation-0            0.0
    1  control     0  validation  validation-1            1.0
    """
    tables = [
        _images(split, patients, place, seed).assign(arm=pd.Series([arm] * patients), seed=seed)
        for place, arm in enumerate(arms)
        for seed in range(seeds)
        for split in ("validation", "test")
    ]
    table = pd.concat(tables, ignore_index=True).assign(run="")
    return table[[*ENDS, *(name for name in table.columns if name not in ENDS)]]


def _images(split: str, patients: int, place: int, seed: int) -> pd.DataFrame:
    ill = np.arange(patients) % 2
    generator = np.random.default_rng([patients, seed, len(split)])
    skill = 0.7 + 0.3 * place
    found = skill * (2 * ill - 1) + generator.normal(size=patients)
    scores = 1 / (1 + np.exp(-2 * skill * found))  # calibrated: the chance given what was found
    names = [f"{split}-{number}" for number in range(patients)]
    images = pd.DataFrame({"role": "target", "split": split, "id": names, "patient": names})
    columns = {truth_column(name): [1.0 - ill, 1.0 * ill][k] for k, name in enumerate(LABELS)}
    columns |= {score_column(name): [1 - scores, scores][k] for k, name in enumerate(LABELS)}
    return images.assign(source="made", **columns)

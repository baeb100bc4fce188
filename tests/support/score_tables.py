"""Made tables of scores whose truth is known."""

import numpy as np
import pandas as pd

from cxrstudy.statistics import auroc

COVID = auroc("covid19")


def table(arms, truth, patients=None, role="target", split="test"):
    """Tidy scores; `arms` maps a name to one row of scores a seed."""
    names = [f"image-{number}" for number in range(len(truth))]
    patients = names if patients is None else patients
    parts = [
        pd.DataFrame({
            "arm": [arm] * len(truth), "seed": seed, "role": role, "split": split, "id": names,
            "patient": patients, "truth_covid19": np.asarray(truth, float), "score_covid19": scores,
        })
        for arm, seeds in arms.items()
        for seed, scores in enumerate(np.atleast_2d(seeds))
    ]  # fmt: skip
    return pd.concat(parts, ignore_index=True)


def drawn(seed, patients=60, images=1, skill=1.0, between=1.0, within=0.0):
    """Truth and name a patient, and scores that patients and images share."""
    generator = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), images)
    truth = patient % 2 == 1
    scores = skill * truth + between * generator.normal(size=patients)[patient]
    return truth, [f"p{n}" for n in patient], scores + within * generator.normal(size=len(patient))


def probabilities(seed, patients=60, images=1, skill=1.0):
    """As `drawn`, with scores from 0 to 1 that are calibrated: the chance given the score."""
    truth, names, scores = drawn(seed, patients, images, skill)
    return truth, names, 1 / (1 + np.exp(-skill * (scores - skill / 2)))

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


def scored(study, arms, skill, seeds=2):
    """Scores of arms on the study's test images; ``skill`` says how well an arm tells COVID-19."""
    role = study.cohort.role("target")
    rows = role.rows("test")
    covid = role.truth[rows, role.labels.index("covid19")]
    table = role.table.iloc[rows][["id", "patient", "source"]].reset_index(drop=True)
    table = table.assign(role="target", split="test", truth_covid19=covid)
    made = []
    for arm in arms:
        for seed in range(seeds):
            noise = np.random.default_rng(seed).normal(size=len(table))
            part = table.assign(seed=seed, run="r", score_covid19=skill(arm) * covid + noise)
            made.append(part.assign(arm=pd.Series([arm] * len(table))))
    return pd.concat(made, ignore_index=True)

"""Tables as statistics make them, with numbers made up for drawing."""

import numpy as np
import pandas as pd

COUNTS = {"patients": 210, "images": 268, "seeds": 5, "level": 0.95}
STARTS = ("random", "out-of-domain, large", "in-domain")


def estimated(levels, half=0.04, **counts):
    """A table of estimates: arm to estimate, with an interval of so much to each side."""
    rows = [
        {"arm": arm, "estimate": value, "low": value - 1.1 * half, "high": value + 0.9 * half}
        for arm, value in levels.items()
    ]
    return pd.DataFrame(rows).assign(**(COUNTS | counts))


PHANTOM_DOSES = pd.DataFrame(
    [
        ("random", "random numbers", "none", np.nan),
        ("out-of-domain, small", "fractals, 20 classes", "out", 600),
        ("out-of-domain, middle", "fractals, 60 classes, a third", "out", 990),
        ("out-of-domain, large", "fractals, 60 classes", "out", 3000),
        ("in-domain", "general findings on radiographs", "in", 900),
    ],
    columns=["name", "title", "domain", "images"],
)
OPEN_DOSES = pd.DataFrame(
    [
        ("random", "random numbers", "none", np.nan),
        ("out-of-domain, small", "iNaturalist 2017, insects", "out", 100479),
        ("out-of-domain, middle", "iNaturalist 2017, birds", "out", 214295),
        ("out-of-domain, large", "ImageNet-1k", "out", 1281167),
        ("in-domain", "general findings on radiographs", "in", 4200),
    ],
    columns=["name", "title", "domain", "images"],
)


def by_start():
    values = (0.71, 0.74, 0.765, 0.80, 0.79)
    return estimated(dict(zip(PHANTOM_DOSES["name"], values, strict=True)))


def resolutions(scale=1.0, base=0.6):
    return estimated(
        {
            (factor, series): base + scale * (0.1 * np.log2(4 * factor) - extra * factor)
            for factor in (0.5, 1, 1.5, 2)
            for series, extra in (("same steps", 0.0), ("same computation", 0.03))
        },
        half=0.03 * scale,
    )


def mixups(base, pull, half):
    return estimated(
        {
            (alpha, length): base + pull * alpha * (2 - length)
            for length in (0.5, 1, 2)
            for alpha in (0, 0.1, 0.2, 0.4)
        },
        half=half,
    )


def mixup_panels():
    return {
        "AUROC of COVID-19 vs rest": mixups(0.8, 0.04, 0.03),
        "Brier score": mixups(0.18, -0.03, 0.012),
        "calibration slope": mixups(0.7, 0.35, 0.15),
    }


TRAINED = {0.01: 4, 0.05: 18, 0.1: 36, 0.25: 90, 0.5: 180, 1: 360, "1-shot": 3, "5-shot": 15}


def by_patients():
    return estimated(
        {
            (start, part): 0.55 + 0.045 * np.log(n) * (1 + 0.1 * place)
            - 0.02 * isinstance(part, str)
            for place, start in enumerate(STARTS)
            for part, n in TRAINED.items()
        }
    )  # fmt: skip


def scored(arms):
    """Two seeds of scores; each arm is better than the one before."""
    random = np.random.default_rng(0)
    truth = (np.arange(200) % 2).astype(float)
    found = []
    for strength, arm in enumerate(arms):
        for seed in (0, 1):
            table = pd.DataFrame({"truth_covid19": truth, "id": np.arange(200)})
            table["patient"] = table["id"]
            table["score_covid19"] = random.normal(0.5 * strength * truth)
            table["arm"] = [arm] * len(table)
            found.append(table.assign(seed=seed, role="target", split="test"))
    return pd.concat(found, ignore_index=True)


def calibrated(arms):
    rows = []
    for place, arm in enumerate(arms):
        predicted = np.linspace(0.03, 0.95, 8) ** (1 + 0.2 * place)
        for number, score in enumerate(predicted, start=1):
            share = float(np.clip(score**1.3, 0.02, 0.98))
            low, high = max(0, share - 0.09), min(1, share + 0.08)
            row = {"arm": arm, "bin": number, "predicted": score, "estimate": share}
            rows.append(row | {"low": low, "high": high})
    return pd.DataFrame(rows).assign(**COUNTS)


def beneficial(arms):
    rows = []
    thresholds = np.linspace(0.05, 0.6, 12)
    for place, arm in enumerate(arms):
        for at in thresholds:
            value = 0.3 * (1 - at) ** (1 + 0.4 * place)
            rows.append((arm, at, value, value - 0.04, value + 0.04))
    for at in thresholds:
        value = 0.33 - 0.67 * at / (1 - at)
        rows.append(("treat all", at, value, value - 0.03, value + 0.03))
    rows += [("treat none", at, 0.0, 0.0, 0.0) for at in thresholds]
    columns = ["arm", "threshold", "estimate", "low", "high"]
    return pd.DataFrame(rows, columns=columns).assign(**COUNTS)


GROUPS = {
    "sex": {"F": 100, "M": 104, "unknown": 6},
    "age": {"below 18": 8, "18 to 39": 60, "40 to 64": 90, "65 or more": 52},
    "view": {"AP": 110, "PA": 100},
    "source": {"hospital 1": 120, "hospital 2": 90},
    "lesion size": {"small": 70, "middle": 70, "large": 70},
}


def grouped(arms):
    rows = []
    for grouping, groups in GROUPS.items():
        for group, n in groups.items():
            for place, arm in enumerate(arms):
                few = n < 20
                value = np.nan if few else 0.75 + 0.04 * place + 0.0007 * (n - 80)
                half = 0.9 / np.sqrt(n)
                rows.append(
                    {
                        "grouping": grouping, "group": group, "arm": arm, "estimate": value,
                        "low": value - half, "high": value + 0.8 * half, "positive": n // 3,
                        "negative": n - n // 3, "patients": n, "images": n + n // 4, "seeds": 5,
                        "note": "too few to say" if few else "",
                    }
                )  # fmt: skip
    return pd.DataFrame(rows).assign(level=0.95)


CLAIMS = {
    "A1": ("out-of-domain, large − out-of-domain, small", 0.0),
    "A2": ("2, same steps − 0.5, same steps", 0.0),
    "A3": ("0.1, 1 − 0, 1", 0.0),
    "A4": ("out-of-domain, large, 0.1 − out-of-domain, large, 1", -0.05),
    "A5": ("Grad-CAM − lungs", 0.0),
    "B1": ("general → pneumonia − control", 0.0),
    "B2": ("general → pneumonia − pooled", 0.0),
    "B3": ("general → pneumonia − control", 0.05),
    "B4": ("pneumonia → general − general → pneumonia", 0.0),
    "B5": ("pooled − control", 0.0),
}
ORIGINS = (
    ("this run: phantom, quick, 1 seed", 0.11, 123, 1),
    ("reference: phantom, standard, 5 seeds", 0.05, 420, 5),
    ("reference: open, standard, 5 seeds", 0.03, 1210, 5),
)


def contrasts(claims=10, origins=3):
    rows = []
    for place, (claim, (contrast, margin)) in enumerate(list(CLAIMS.items())[:claims]):
        for origin, half, patients, seeds in ORIGINS[:origins]:
            value = (-0.06, 0.02, 0.09)[place % 3]
            low, high = value - half, value + half
            won = "reproduced" if low > margin else "inconclusive"
            verdict = "contradicted" if high < margin else won
            rows.append(
                {
                    "claim": claim, "contrast": contrast, "origin": origin, "estimate": value,
                    "low": low, "high": high, "margin": margin, "verdict": verdict,
                    "patients": patients, "seeds": seeds, "level": 0.95,
                }
            )  # fmt: skip
    table = pd.DataFrame(rows)
    if origins > 2:  # A5 was never recorded on the open cohort
        silent = (table["claim"] == "A5") & table["origin"].str.contains("open")
        table.loc[silent, ["estimate", "low", "high", "patients", "seeds"]] = np.nan
        table.loc[silent, "verdict"] = "no evidence"
    return table


def powers(claims=("A1", "A3", "A4", "B1", "B2"), seeds=(3, 5, 10, 20)):
    """Chances to decide claims, which rise with seeds and patients."""
    sizes = (100, 250, 1000, 4000, 10_000)
    rows = [
        {"claim": claim, "seeds": few, "patients": many,
         "decides": 1 - np.exp(-few * many / (5000 * (1 + place)))}
        for place, claim in enumerate(claims)
        for few in seeds
        for many in sizes
    ]  # fmt: skip
    return pd.DataFrame(rows)

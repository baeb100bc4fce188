"""Prevalence: the labels of each role, and how often they and other facts of an image are drawn."""

from __future__ import annotations

from cxrstudy.phantom.fractals import CLASSES

GENERAL = (
    "effusion",
    "cardiomegaly",
    "nodule",
    "atelectasis",
    "pneumothorax",
    "oedema",
    "consolidation",
)

LABELS: dict[str, tuple[str, ...]] = {
    "target": ("normal", "other_pneumonia", "covid19"),
    "external": ("normal", "other_pneumonia", "covid19"),
    "general": GENERAL,
    "pneumonia": ("pneumonia",),
    **{
        role: tuple(f"fractal_{number:02d}" for number in range(count))
        for role, count in CLASSES.items()
    },
}
"""Labels that each role carries: exactly one is true in the target, external and fractal roles;
any number in the others."""

DIAGNOSES: dict[str, dict[str, float]] = {
    # COVIDx v8A, official test list: 100, 100, 200 images.
    "target": {"normal": 100 / 400, "other_pneumonia": 100 / 400, "covid19": 200 / 400},
    # COVIDx v8A, official training list: 7,966, 5,475, 2,158 images.
    "external": {
        "normal": 7966 / 15599,
        "other_pneumonia": 5475 / 15599,
        "covid19": 2158 / 15599,
    },
}
"""Prevalence of the three exclusive diagnoses."""

ENRICHMENT = 3.0
"""Factor on every general finding's prevalence, so that a small cohort carries each."""
NIH_IMAGES = 112_120
NIH_COUNTS = {
    "effusion": 13_317,
    "cardiomegaly": 2_776,
    "nodule": 6_331 + 5_782,  # nodule and mass; those with both are counted twice
    "atelectasis": 11_559,
    "pneumothorax": 5_302,
    "oedema": 2_303,
    "consolidation": 4_667,
}
"""Images with each finding in NIH ChestX-ray14."""
FINDINGS = {name: ENRICHMENT * count / NIH_IMAGES for name, count in NIH_COUNTS.items()}
"""Prevalence of each general finding; findings are drawn independently."""

PNEUMONIA = 6_012 / 26_684
"""Share of positives in the RSNA Pneumonia Detection Challenge."""
LOBAR = 0.6
"""Share of the pneumonia role's positives that are lobar, the rest is multifocal [by eye]."""
ABNORMAL_NEGATIVE = 11_821 / 20_672
"""Share of RSNA's negatives that are "No Lung Opacity / Not Normal"."""
ABNORMAL = ("cardiomegaly", "nodule", "pneumothorax")
"""What those carry here, one each: findings without an opacity of the airspaces."""

IMAGES_PER_PATIENT = {1: 0.70, 2: 0.20, 3: 0.10}
"""Mean 1.4 [by eye]; NIH ChestX-ray14 has 3.6, most public COVID-19 sets little more than 1."""

AP_SHARE = 44_810 / 112_120
"""Share of bedside images in NIH ChestX-ray14; that of all target and external classes alike."""
AP_SHIFT = 0.12
"""Added to it for the pneumonia role's positives and for general images with effusion, oedema or
consolidation, a third of the difference seen in RSNA (78 % AP in positives, 46 % overall)."""

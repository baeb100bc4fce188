"""Every figure, drawn from made-up tables: what is looked at, and what tests draw."""

from cxrstudy.pages import figures
from tests.support import figure_tables as tables

RESOLUTION = figures.Factor(
    "side of the image (pixels)", "log", at={0.5: 32, 1: 64, 1.5: 96, 2: 128}
)
ALPHA = figures.Factor(
    "mixup (alpha)",
    names={0.5: "half the steps", 1: "all steps", 2: "twice the steps"},
)
ARMS = ("control", "general → pneumonia", "pooled")


def places():
    levels = {"control": 0.8, "general": 0.81, "pooled": 0.815, "source alone": 0.97}
    here = tables.estimated(levels)
    there = tables.estimated({arm: 1.2 - value for arm, value in levels.items()}, patients=88)
    return {"same sources": here, "other hospitals": there}


def in_domain_differences():
    table = tables.estimated({"general": 0.08, "pneumonia": -0.03, "pooled": 0.01})
    return table.assign(against="control")


GALLERY = {
    "estimates": lambda: figures.estimates(
        tables.by_start(), "AUROC of COVID-19", {"paper, control": 0.70, "paper, best": 0.80}
    ),
    "differences": lambda: figures.differences(in_domain_differences(), "AUROC of COVID-19"),
    "slopes": lambda: figures.slopes(places(), "AUROC of COVID-19"),
    "dose, phantom": lambda: figures.dose_response(
        tables.by_start(), tables.PHANTOM_DOSES, "AUROC of COVID-19"
    ),
    "dose, open": lambda: figures.dose_response(
        tables.by_start(), tables.OPEN_DOSES, "AUROC of COVID-19"
    ),
    "resolution": lambda: figures.by_factor(tables.resolutions(), RESOLUTION, "AUROC of COVID-19"),
    "mixup": lambda: figures.by_factor(tables.mixups(0.8, 0.04, 0.03), ALPHA, "AUROC of COVID-19"),
    "mixup, panels": lambda: figures.panels_by_factor(
        tables.mixup_panels(), ALPHA, {"calibration slope": 1.0}
    ),
    "learning": lambda: figures.learning_curves(
        tables.by_patients(), tables.TRAINED, "AUROC of COVID-19"
    ),
    "power": lambda: figures.power_curves(tables.powers()),
    "power, 1": lambda: figures.power_curves(tables.powers(claims=["B1"], seeds=[5])),
    "roc": lambda: figures.roc(
        tables.scored(ARMS),
        "covid19",
        tables.estimated(dict.fromkeys(ARMS, 0.8), images=200),
    ),
    "calibration, 3": lambda: figures.calibration(tables.calibrated(ARMS), "COVID-19"),
    "calibration, 6": lambda: figures.calibration(tables.calibrated("abcdef"), "COVID-19"),
    "decision": lambda: figures.decision_curve(tables.beneficial(ARMS)),
    "subgroups, 1": lambda: figures.subgroups(
        tables.grouped(ARMS[:1]), tables.estimated({"control": 0.77}), "AUROC of COVID-19"
    ),
    "subgroups, 2": lambda: figures.subgroups(
        tables.grouped(ARMS[:2]),
        tables.estimated({"control": 0.77, "general → pneumonia": 0.80}),
        "AUROC of COVID-19",
    ),
    "forest, 10 x 3": lambda: figures.contrasts_forest(tables.contrasts()),
    "forest, 3 x 1": lambda: figures.contrasts_forest(tables.contrasts(3, 1)),
}

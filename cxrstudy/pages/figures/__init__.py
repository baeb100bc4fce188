"""Figures: one style, one function per figure, every estimate with its interval and its n.

All are drawn from tables of :mod:`cxrstudy.statistics` and contain no other numbers.
"""

from cxrstudy.pages.figures.benefit import decision_curve
from cxrstudy.pages.figures.curves import calibration, roc
from cxrstudy.pages.figures.dose import dose_response
from cxrstudy.pages.figures.factors import Factor, by_factor, panels_by_factor
from cxrstudy.pages.figures.forest import contrasts_forest
from cxrstudy.pages.figures.groups import subgroups
from cxrstudy.pages.figures.intervals import differences, estimates
from cxrstudy.pages.figures.learning import learning_curves
from cxrstudy.pages.figures.pictures import Mapped, maps, patients, specimens
from cxrstudy.pages.figures.power import power_curves
from cxrstudy.pages.figures.sites import slopes
from cxrstudy.pages.figures.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    RED,
    SKY,
    WIDTH,
    YELLOW,
    finished,
    ink,
    use_style,
)
from cxrstudy.pages.figures.training import training_curves

__all__ = [
    "BLUE", "GREEN", "GREY", "ORANGE", "PURPLE", "RED", "SKY", "WIDTH", "YELLOW", "Factor",
    "Mapped", "by_factor", "calibration", "contrasts_forest",
    "decision_curve", "differences", "dose_response", "estimates", "finished", "ink",
    "learning_curves", "maps", "panels_by_factor", "patients", "power_curves", "roc", "slopes",
    "specimens", "subgroups", "training_curves", "use_style",
]  # fmt: skip

"""Figures: one style, one function a figure, every estimate with its interval and its n.

All are drawn from tables of :mod:`cxrstudy.statistics` and hold no other number.
"""

from cxrstudy.figures.benefit import decision_curve
from cxrstudy.figures.curves import calibration, roc
from cxrstudy.figures.dose import dose_response
from cxrstudy.figures.factors import Factor, by_factor, panels_by_factor
from cxrstudy.figures.forest import contrasts_forest
from cxrstudy.figures.groups import subgroups
from cxrstudy.figures.intervals import differences, estimates
from cxrstudy.figures.learning import learning_curves
from cxrstudy.figures.pictures import Mapped, maps, patients, specimens
from cxrstudy.figures.sites import slopes
from cxrstudy.figures.style import (
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

__all__ = [
    "BLUE", "GREEN", "GREY", "ORANGE", "PURPLE", "RED", "SKY", "WIDTH", "YELLOW", "Factor",
    "Mapped", "by_factor", "calibration", "contrasts_forest",
    "decision_curve", "differences", "dose_response", "estimates", "finished", "ink",
    "learning_curves", "maps", "panels_by_factor", "patients", "roc", "slopes", "specimens",
    "subgroups", "use_style",
]  # fmt: skip

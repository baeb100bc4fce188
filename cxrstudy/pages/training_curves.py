"""Training curves: the figure of how the arms of a page were trained, from their records."""

from matplotlib.figure import Figure

from cxrstudy.pages import figures
from cxrstudy.study.arms import Arms
from cxrstudy.study.curves import curves_of


def training_curves(arms: Arms) -> Figure:
    """Draw how each arm was trained; see :func:`cxrstudy.pages.figures.training_curves`.

    Examples
    --------
    >>> training_curves(arms)  # arms are trained, as in a chapter
    <Figure size ...>
    """
    return figures.training_curves(curves_of(arms))

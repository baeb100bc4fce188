"""Plateau: whether a training still improves when it ends, from its own validations.

The last third of a training is looked at. The best validation in it is compared with the last one
before it. A training is at a plateau if the AUROC has risen by less than :data:`RISE` and the loss
has fallen by less than :data:`FALL` of itself. This is the rule of early stopping, no progress over
a strip of the training (Prechelt 1998, Early stopping, but when?), applied to a training of a fixed
length. The two limits are ours: a quarter of the smallest relevant effect of most claims (.02), and
a fiftieth.

With the one-cycle schedule the learning rate falls from four tenths of its maximum to zero over
this third, which by itself lowers the loss of a network that is not at its optimum. So the rule is
strict: of 20 trainings of a pilot it called none at a plateau, though from 800 steps on twice as
many gained at most .001 (``benchmarks/plateau.csv``). So it serves where nothing else is known.
Where half the steps are recorded too, :mod:`cxrstudy.verdicts.doubling` decides.
"""

import numpy as np
import pandas as pd

from cxrstudy.base.numbers import difference, percent
from cxrstudy.base.schema import Strict

#: Most that the AUROC may rise, and share of itself by which the loss may fall.
RISE, FALL = 0.005, 0.02

#: Word for a training of which it is not known.
UNKNOWN = "not known"

#: Share of the steps after which progress counts.
FROM = 2 / 3


class Plateau(Strict):
    """Whether a training was at a plateau when it ended.

    Attributes
    ----------
    reached
        None if it is not known.
    rise
        Rise of the validation AUROC over the last third, at its best.
    fall
        Fall of the validation loss over the last third, at its best, as a share of the loss.
    why
        Why it is not known.
    """

    reached: bool | None
    rise: float | None = None
    fall: float | None = None
    why: str = ""

    @property
    def word(self) -> str:
        """``yes``, ``no``, or ``not known``."""
        return UNKNOWN if self.reached is None else "yes" if self.reached else "no"

    @property
    def said(self) -> str:
        """The same with what it was decided from.

        Examples
        --------
        >>> Plateau(reached=False, rise=0.02, fall=0.1).said
        'no: AUROC +0.020, loss lower by 10.0 %'
        """
        if self.rise is None or self.fall is None:
            return f"{self.word}: {self.why}" if self.why else self.word
        return f"{self.word}: AUROC {difference(self.rise)}, loss lower by {percent(self.fall)}"


def plateau(history: pd.DataFrame) -> Plateau:
    """Decide from the validations of a training.

    Parameters
    ----------
    history
        One row per validation, in order: ``step``, ``validation_loss``, ``validation_auroc``. The
        last one is at the end of the training.

    Examples
    --------
    >>> history = pd.DataFrame(
    ...     {"step": [25, 50, 75, 100], "validation_loss": [0.9, 0.5, 0.4995, 0.4993],
    ...      "validation_auroc": [0.7, 0.9, 0.902, 0.901]}
    ... )
    >>> plateau(history).reached
    True
    """
    steps = history["step"].to_numpy(float)
    earlier = np.flatnonzero(steps <= FROM * steps[-1]) if len(steps) else np.empty(0, int)
    if not len(earlier):
        return Plateau(reached=None, why="no validation in the first two thirds of the training")
    strip = history.iloc[earlier[-1] :]
    loss, auroc = (strip[f"validation_{name}"].to_numpy(float) for name in ("loss", "auroc"))
    if not (np.isfinite(loss).all() and np.isfinite(auroc).all()) or loss[0] <= 0:
        return Plateau(reached=None, why="a validation has no finite loss and AUROC")
    rise = max(0.0, float(auroc[1:].max() - auroc[0]))
    fall = max(0.0, float(1 - loss[1:].min() / loss[0]))
    return Plateau(reached=rise < RISE and fall < FALL, rise=rise, fall=fall)

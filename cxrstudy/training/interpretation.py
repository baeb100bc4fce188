"""Interpretation: what fastai's ``ClassificationInterpretation`` can say of radiographs.

fastai counts a confusion matrix from one class per image. Of a single label it is counted as two
classes, the label and its absence. Of labels that may be present together fastai would count
something else without a word, so it is refused here, with what to write.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from fastai.interpret import ClassificationInterpretation
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix

from cxrstudy.training.images import RadiographDataset

_counted: Callable[[Any], Any] = ClassificationInterpretation.confusion_matrix


class InterpretationError(TypeError):
    """An interpretation is not for this task; the message says what to write."""


def checked_confusion_matrix(interpretation: Any) -> Any:
    """Count the confusion matrix, where an image has exactly one class, or there is one label.

    Images whose label is not known are left out. The rows are the truth, as fastai's.

    Raises
    ------
    InterpretationError
        The images are radiographs with labels that may be present together.
    """
    data = getattr(interpretation.dl, "dataset", None)
    if not isinstance(data, RadiographDataset) or data.task == "multiclass":
        return _counted(interpretation)
    if len(data.labels) == 1:
        (label,) = data.labels
        interpretation.vocab = [f"no {label}", label]
        return _of_one_label(interpretation)
    raise InterpretationError(
        f"{', '.join(data.labels)} may be present together, so there is no one confusion "
        "matrix; take one label: scores, truth = learn.get_preds(), and "
        "sklearn.metrics.confusion_matrix(truth[:, n], scores[:, n] > 0.5) without its unknown "
        "rows; or measure it with cxrstudy.training.measures"
    )


def _of_one_label(interpretation: Any) -> NDArray[np.int64]:
    chances, truth = interpretation.learn.get_preds(dl=interpretation.dl)
    present, known = truth[:, 0] == 1, ~truth[:, 0].isnan()
    counted: NDArray[np.int64] = confusion_matrix(
        present[known].numpy(), (chances[:, 0] >= 0.5)[known].numpy(), labels=[False, True]
    )
    return counted


def install() -> None:
    """Let fastai's class check the task first; its other methods ask this one."""
    ClassificationInterpretation.confusion_matrix = checked_confusion_matrix

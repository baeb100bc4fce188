"""Interpretation: what fastai's ``ClassificationInterpretation`` can say of radiographs.

fastai counts a confusion matrix from one class per image. Of labels that may be present together it
would count something else without a word, so it is refused here, with what to write.
"""

from collections.abc import Callable
from typing import Any

from fastai.interpret import ClassificationInterpretation

from cxrstudy.training.images import RadiographDataset

_counted: Callable[[Any], Any] = ClassificationInterpretation.confusion_matrix


class InterpretationError(TypeError):
    """An interpretation is not for this task; the message says what to write."""


def checked_confusion_matrix(interpretation: Any) -> Any:
    """Count fastai's confusion matrix, where each image has exactly one class.

    Raises
    ------
    InterpretationError
        The images are radiographs with labels that may be present together.
    """
    data = getattr(interpretation.dl, "dataset", None)
    if isinstance(data, RadiographDataset) and data.task != "multiclass":
        raise InterpretationError(
            f"{', '.join(data.labels)} may be present together, so there is no one confusion "
            "matrix; take one label: scores, truth = learn.get_preds(), and "
            "sklearn.metrics.confusion_matrix(truth[:, n], scores[:, n] > 0.5) without its unknown "
            "rows; or measure it with cxrstudy.training.measures"
        )
    return _counted(interpretation)


def install() -> None:
    """Let fastai's class check the task first; its other methods ask this one."""
    ClassificationInterpretation.confusion_matrix = checked_confusion_matrix

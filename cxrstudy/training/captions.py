"""Captions: labels in words, above an image that is shown."""

import math
from collections.abc import Sequence
from typing import Any

from fastai.data.transforms import Category, MultiCategory

from cxrstudy.data.role import Task


def caption(value: Any, task: Task, labels: Sequence[str]) -> Any:
    """Names of a truth or of a prediction.

    Parameters
    ----------
    value
        Number of a class; or (k,) 1 or True if present, 0 if absent, NaN if unknown.
    task, labels
        Kind of classification, and names of the k labels.

    Returns
    -------
    A ``Category``; or a ``MultiCategory`` with the labels that are present, followed by those that
    are unknown, which are marked as such.
    """
    if task == "multiclass":
        return Category(labels[int(value)])
    values = [float(each) for each in value]
    present = [label for label, value in zip(labels, values, strict=True) if value == 1]
    unknown = [label for label, value in zip(labels, values, strict=True) if math.isnan(value)]
    marked = [f"unknown: {', '.join(unknown)}"] if unknown else []
    return MultiCategory([*(present or ["none"]), *marked])

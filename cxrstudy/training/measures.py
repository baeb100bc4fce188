"""Measures: the study's metrics as metrics of a fastai ``Learner``."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from fastai.metrics import AccumMetric
from torch import Tensor
from torch.nn import functional

from cxrstudy.statistics.arrays import measure
from cxrstudy.statistics.metric import Metric
from cxrstudy.training.images import RadiographDataset
from cxrstudy.training.loss import probabilities


def measures(dls: Any, *metrics: Metric, per_patient: bool = False) -> list[Any]:
    """Metrics for ``learn.metrics``, computed from the probabilities of the whole validation split.

    Parameters
    ----------
    dls
        Loaders that the learner validates with.
    *metrics
        For instance ``auroc("covid19")``; their labels are names in ``dls.vocab``.
    per_patient
        Whether a patient with several images counts once, as :func:`cxrstudy.statistics.measure`
        says. The images must then be those of ``dls.valid``, in order.

    Raises
    ------
    ValueError
        A label is not in the vocabulary.

    Examples
    --------
    >>> from cxrstudy.statistics import auroc, average_precision
    >>> learn.metrics = measures(learn.dls, auroc("covid19"))  # doctest: +SKIP
    """
    data = dls.valid.dataset
    unknown = [name for each in metrics for name in each.labels if name not in data.labels]
    if unknown:
        raise ValueError(f"no label {unknown[0]!r}; the labels are {', '.join(data.labels)}")
    who = data.items["patient"].tolist() if per_patient else None
    ending = " per patient" if per_patient else ""
    return [
        AccumMetric(
            partial(_value, metric=each, data=data.new_empty(), patients=who),
            flatten=False,
            name=f"{each.name}{ending}",
        )
        for each in metrics
    ]


def _value(
    logits: Tensor,
    target: Tensor,
    metric: Metric,
    data: RadiographDataset,
    patients: Sequence[str] | None,
) -> float:
    logits, target = logits.as_subclass(Tensor).float(), target.as_subclass(Tensor)
    truth = functional.one_hot(target, data.c) if data.task == "multiclass" else target
    columns = [data.labels.index(label) for label in metric.labels]
    scores = probabilities(logits, data.task)
    return measure(metric, scores[:, columns].numpy(), truth[:, columns].float().numpy(), patients)

"""Loss: the loss function of a stage, by the kind of classification."""

from typing import Any

import torch
from fastai.losses import CrossEntropyLossFlat
from torch import Tensor, nn
from torch.nn import functional

from cxrstudy.data.role import Task


class KnownBinaryCrossEntropy(nn.Module):
    """Binary cross-entropy over the known labels; NaN is omitted, not treated as negative.

    The mean is over the known entries of the batch. It is zero for a batch without known entries.
    """

    def __init__(self, reduction: str = "mean") -> None:
        super().__init__()
        self.reduction = reduction

    def forward(self, logits: Tensor, truth: Tensor) -> Tensor:
        """Compute the loss.

        Parameters
        ----------
        logits, truth
            (batch, labels); truth is 0 to 1, or NaN if unknown.
        """
        # Of fastai's types of image and label, torch would refuse the product.
        logits, truth = logits.as_subclass(Tensor), truth.as_subclass(Tensor)
        known = ~torch.isnan(truth)
        entropy = functional.binary_cross_entropy_with_logits(
            logits, torch.nan_to_num(truth), reduction="none"
        )
        entropy = entropy * known
        if self.reduction == "none":
            return entropy.sum(1) / known.sum(1).clamp(min=1)
        return entropy.sum() / known.sum().clamp(min=1)

    def activation(self, logits: Tensor) -> Tensor:
        """Probabilities of logits, as they are recorded."""
        return probabilities(logits, "multilabel")

    def decodes(self, chances: Tensor) -> Tensor:
        """Whether each label is present: its probability is at least one half."""
        return chances >= 0.5


class ClassCrossEntropy(CrossEntropyLossFlat):
    """fastai's softmax cross-entropy, whose predictions are the probabilities that are recorded."""

    def activation(self, logits: Tensor) -> Tensor:
        """Probabilities of logits, as they are recorded."""
        return probabilities(logits.as_subclass(Tensor), "multiclass")


def loss_of(task: Task) -> Any:
    """Softmax cross-entropy for exclusive classes, masked binary cross-entropy otherwise."""
    return ClassCrossEntropy() if task == "multiclass" else KnownBinaryCrossEntropy()


def probabilities(logits: Tensor, task: Task) -> Tensor:
    """Softmax over exclusive classes, or one sigmoid per label, in float64.

    In float32, all scores of a saturated network would be 1, and their order would be lost.
    """
    exact = logits.cpu().double()
    return exact.softmax(1) if task == "multiclass" else exact.sigmoid()

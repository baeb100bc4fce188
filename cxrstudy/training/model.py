"""Model: a timm network with one grey channel, the backbone of the previous stage, a new head."""

from typing import TYPE_CHECKING

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cxrstudy.training.backbone import facts_of, load_backbone
from cxrstudy.training.weights import pretrained

if TYPE_CHECKING:
    from cxrstudy.training.chain import Start


def build(start: "Start", outputs: int, seed: int, backbone: dict[str, Tensor] | None) -> nn.Module:
    """Build the network of a stage.

    Parameters
    ----------
    start
        Architecture, and the initial weights if there is no backbone yet.
    outputs
        Number of logits of the new head.
    seed
        Seed of random weights: the head, and the backbone if its weights are random.
    backbone
        Weights of an earlier stage, from :func:`cxrstudy.training.backbone.backbone_of`.

    Raises
    ------
    ValueError
        The backbone does not fit the architecture.
    """
    torch.manual_seed(seed)
    model = create(start, outputs)
    weights = backbone if backbone is not None else pretrained(start, model)
    if weights is not None:
        load_backbone(model, weights)
    return model


def create(start: "Start", outputs: int) -> nn.Module:
    """Create the architecture with random weights, one input channel and a head of k outputs."""
    options = dict(start.options)
    return timm.create_model(start.architecture, in_chans=1, num_classes=outputs, **options)


def normalisation_of(model: nn.Module) -> tuple[float, float]:
    """Mean and standard deviation that the network expects of a grey image in 0 to 1.

    This is the mean over the colour channels of timm's values for the architecture. If the channels
    have equal values (BiT, EfficientNet-Lite), a stem that was folded by summing gets exactly the
    input it was trained on. Otherwise (ImageNet's means) the error is below one grey level in
    thirty.
    """
    facts = facts_of(model)
    return _mean(facts["mean"]), _mean(facts["std"])


def normalise(
    images: NDArray[np.uint8], normalisation: tuple[float, float], device: torch.device | str
) -> Tensor:
    """Bring grey images to what a network expects.

    Parameters
    ----------
    images
        (n, pixels, pixels).
    normalisation
        Mean and standard deviation that the network expects of grey in 0 to 1.
    device
        Where the network computes.

    Returns
    -------
    (n, 1, pixels, pixels).
    """
    mean, deviation = normalisation
    return (torch.from_numpy(images)[:, None].to(device).float() / 255 - mean) / deviation


def _mean(values: tuple[float, ...]) -> float:
    return sum(values) / len(values)

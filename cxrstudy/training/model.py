"""Model: a timm network with one input channel, the previous stage's backbone and a new head."""

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
        Architecture, and initial weights, which are used if there is no backbone.
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
    """Create a network with random weights, one input channel and a head with `outputs` logits."""
    options = dict(start.options)
    return timm.create_model(start.architecture, in_chans=1, num_classes=outputs, **options)


def normalisation_of(model: nn.Module) -> tuple[float, float]:
    """Mean and standard deviation for normalising grey images in 0 to 1.

    These are timm's values for the architecture, averaged over the colour channels. If the channels
    have equal values (BiT, EfficientNet-Lite), a stem that was folded by summing gets exactly the
    input that it was trained on. Otherwise (ImageNet's means) the error is below 1/30 of the grey
    scale.
    """
    facts = facts_of(model)
    return _mean(facts["mean"]), _mean(facts["std"])


def normalise(
    images: NDArray[np.uint8], normalisation: tuple[float, float], device: torch.device | str
) -> Tensor:
    """Convert grey images to normalised input of a network.

    Parameters
    ----------
    images
        (n, pixels, pixels) grey images, 0 to 255.
    normalisation
        Mean and standard deviation of grey values in 0 to 1, from :func:`normalisation_of`.
    device
        Device of the network.

    Returns
    -------
    (n, 1, pixels, pixels) normalised images.
    """
    mean, deviation = normalisation
    return (torch.from_numpy(images)[:, None].to(device).float() / 255 - mean) / deviation


def _mean(values: tuple[float, ...]) -> float:
    return sum(values) / len(values)

"""Model: a timm network, the previous stage's backbone and a new head.

A network whose weights expect three channels gets the grey image in each of them, normalised as
they were.
"""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cxrstudy.training.backbone import facts_of, load_backbone
from cxrstudy.training.expected_input import GREY_IMAGENET, ExpectedInput
from cxrstudy.training.own_network import check_head, own_network
from cxrstudy.training.weight_files import WeightsError
from cxrstudy.training.weights import look_up, pretrained

if TYPE_CHECKING:
    from cxrstudy.training.chain import Start


#: Channels of a network for colours.
COLOURS = 3


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
    WeightsError
        Initial weights are missing or do not fit.
    """
    start = resolved(start)
    torch.manual_seed(seed)
    model = create(start, outputs)
    weights = backbone if backbone is not None else pretrained(start, model)
    if weights is not None:
        load_backbone(model, weights)
    return model


def resolved(start: "Start") -> "Start":
    """The same start, with what its weights expect of an image.

    Raises
    ------
    WeightsError
        It is not stated, and can't be looked up.
    """
    return start if start.expects else replace(start, expects=look_up(start))


def create(start: "Start", outputs: int) -> nn.Module:
    """Create a network with random weights and a head with `outputs` logits.

    It has the channels that the initial weights expect. It accepts one channel in any case, and
    repeats it.

    Raises
    ------
    WeightsError
        timm's network does not know an option, there is no such network, it has no head that can
        be replaced, or a network of one's own breaks a rule.
    """
    expects = start.expects or look_up(start)
    model = (
        own_network(start.function, expects.channels, outputs)
        if start.function
        else _of_timm(start, expects.channels, outputs)
    )
    attributes: Any = model
    attributes.expected_input = expects
    attributes.remade = partial(create, start, outputs)
    if expects.channels > 1 or (start.function and _stems(model)):
        model.register_forward_pre_hook(_repeated)
        for stem in _stems(model):
            stem.register_forward_pre_hook(_repeated)
    return model


def _of_timm(start: "Start", channels: int, outputs: int) -> nn.Module:
    try:
        model: nn.Module = timm.create_model(
            start.architecture, in_chans=channels, num_classes=outputs, **dict(start.options)
        )
    except (TypeError, RuntimeError) as error:
        raise WeightsError(
            f"{start.architecture} with options {dict(start.options)}: {error}"
        ) from None
    check_head(model, start.architecture)
    return model


def expected_input_of(model: nn.Module) -> ExpectedInput:
    """What the weights of a network from :func:`create` expect of an image."""
    expects: ExpectedInput = getattr(model, "expected_input", GREY_IMAGENET)
    return expects


def normalise(
    images: NDArray[np.uint8], expects: ExpectedInput, device: torch.device | str
) -> Tensor:
    """Convert grey images to normalised input of a network.

    Parameters
    ----------
    images
        (n, pixels, pixels) grey images, 0 to 255.
    expects
        What the network's weights expect.
    device
        Device of the network.

    Returns
    -------
    (n, channels, pixels, pixels) normalised images.
    """
    mean, deviation = (
        torch.tensor(values, device=device).view(1, -1, 1, 1)
        for values in (expects.mean, expects.deviation)
    )
    return (torch.from_numpy(images)[:, None].to(device).float() / 255 - mean) / deviation


def _stems(model: nn.Module) -> list[nn.Module]:
    """First convolutions that see the image itself, for callers of a part of the network."""
    names = facts_of(model).get("first_conv") or ()
    layers = [model.get_submodule(name) for name in ((names,) if isinstance(names, str) else names)]
    return [layer for layer in layers if getattr(layer, "in_channels", 0) == COLOURS]


def _repeated(model: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    """Repeat one grey channel in the three of a network for colours."""
    images, *others = inputs
    if images.shape[1] > 1:
        return inputs
    return (images.expand(-1, COLOURS, -1, -1), *others)

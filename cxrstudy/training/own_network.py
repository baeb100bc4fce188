"""Own network: a network from a user's function, and checks that hold for any network.

A function makes a network::

    def small(channels, outputs, width=32):
        return nn.Sequential(nn.Conv2d(channels, width, 7), ..., nn.Linear(width, outputs))

These rules say how a stage treats it:

- its head is the last linear layer, or the last convolution, with as many outputs as there are
  labels. The head is new in every stage; all other weights go from stage to stage;
- its stem is the first convolution. If that takes three channels, it gets the grey image in each;
- maps are made at its two-dimensional convolutions.
"""

from typing import Any

import torch
from torch import Tensor, nn

from cxrstudy.base.own_function import OwnFunction
from cxrstudy.training.backbone import head_of
from cxrstudy.training.weight_files import WeightsError

_LINEAR = (nn.Linear, nn.Conv1d, nn.Conv2d)


def own_network(function: OwnFunction, channels: int, outputs: int) -> nn.Module:
    """Make a network, and find its head and its stem.

    Parameters
    ----------
    function
        Function of ``channels`` and ``outputs``.
    channels
        Channels of an image.
    outputs
        Number of logits.

    Raises
    ------
    WeightsError
        It is no network, or has no head or no stem as the module's text says; the message names
        the layer.
    """
    model: Any = function(channels, outputs)
    if not isinstance(model, nn.Module):
        raise WeightsError(f"network {function}: it returned {model!r}, not an nn.Module")
    layers = [(name, each) for name, each in model.named_modules() if isinstance(each, _LINEAR)]
    convolutions = [(name, each) for name, each in layers if isinstance(each, nn.Conv2d)]
    if not convolutions:
        raise WeightsError(f"network {function}: it has no nn.Conv2d, so no layer for maps")
    stem, first = convolutions[0]
    if first.in_channels not in (channels, 3):
        raise WeightsError(
            f"network {function}: layer {stem} takes {first.in_channels} channels, and an image "
            f"has {channels}; write nn.Conv2d(channels, ...)"
        )
    head, last = layers[-1]
    given = last.out_features if isinstance(last, nn.Linear) else last.out_channels
    if given != outputs or not head:
        raise WeightsError(
            f"network {function}: its last layer {head or 'is the network itself, and'} gives "
            f"{given} outputs, and the stage has {outputs} labels; write nn.Linear(..., outputs)"
        )
    made: nn.Module = model
    given_facts: Any = {"classifier": head, "first_conv": stem}
    made.pretrained_cfg = given_facts
    return made


def check_head(model: nn.Module, what: str) -> None:
    """Refuse a network whose head is not known: it would go from stage to stage as it is.

    Raises
    ------
    WeightsError
        timm names no head, or it has no weights.
    """
    if not head_of(model):
        raise WeightsError(
            f"{what}: timm names no classifier of it that has weights, so its head can't be "
            "replaced; write a function that makes the network: study.start('FILE:FUNCTION')"
        )


@torch.no_grad()
def check_pass(model: nn.Module, outputs: int, channels: int, pixels: int) -> None:
    """Pass an image of zeros through a network.

    Parameters
    ----------
    model
        Network with a head for the labels; nothing in it changes.
    outputs
        Number of labels.
    channels, pixels
        Channels and side of the stage's images.

    Raises
    ------
    WeightsError
        A layer does not take what it gets, or the output has another shape; the message names the
        layer.
    """
    entered: list[str] = []
    hooks = [
        each.register_forward_pre_hook(lambda part, inputs, name=name: entered.append(name))
        for name, each in model.named_modules()
        if name
    ]
    before, weight = model.training, next(model.parameters())
    image = torch.zeros(2, channels, pixels, pixels, device=weight.device, dtype=weight.dtype)
    try:
        answer = model.eval()(image)
    except Exception as error:
        at = f"layer {entered[-1]}" if entered else "the network"
        raise WeightsError(
            f"{at} of {type(model).__name__} fails for images of {pixels} x {pixels} pixels and "
            f"{channels} channel(s): {error}"
        ) from None
    finally:
        model.train(before)
        for hook in hooks:
            hook.remove()
    if not isinstance(answer, Tensor) or answer.shape != (2, outputs):
        shape = tuple(answer.shape) if isinstance(answer, Tensor) else type(answer).__name__
        raise WeightsError(
            f"{type(model).__name__} gives {shape} for two images, not (2, {outputs}): one number "
            f"per label; its last layer is {entered[-1] if entered else 'unknown'}"
        )

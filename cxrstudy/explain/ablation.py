"""Ablation: Ablation-CAM as published, on the base class of grad-cam.

grad-cam 1.5.7's ``AblationCAM`` divides by the class score, so a negative logit inverts the map. If
no activation is exactly zero (SiLU, GELU), it sets a channel to minus ten million instead of zero.
And it replaces a layer of the network, which is not restored after an interruption.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_grad_cam.base_cam import BaseCAM
from torch import Tensor, nn

from cxrstudy.explain.layers import channel_axis


class ZeroAblationCAM(BaseCAM):
    """Weights a channel by the decrease of the class score when the channel is set to zero.

    Weights are ``(y - y_k) / |y|`` (Desai and Ramaswamy 2020, with the magnitude in the
    denominator, so that the sign is right for negative scores). The denominator, which is the same
    for all channels of an image, is left out, because the scale of a map has no meaning and a
    score may be zero.
    """

    batch_size = 16

    def __init__(self, model: nn.Module, target_layers: list[nn.Module], reshape: Any) -> None:
        super().__init__(model, target_layers, reshape, uses_gradients=False)

    def get_cam_weights(
        self,
        input_tensor: Tensor,
        target_layer: nn.Module,
        targets: list[Any],
        activations: NDArray[np.float32],
        grads: None,
    ) -> NDArray[np.float32]:
        """Compute (n, channels) weights; called by grad-cam."""
        falls = [
            self._falls(image, target_layer, target, activations.shape[1])
            for image, target in zip(input_tensor, targets, strict=True)
        ]
        return np.stack(falls)

    @torch.no_grad()
    def _falls(
        self, image: Tensor, layer: nn.Module, target: Any, channels: int
    ) -> NDArray[np.float32]:
        """Decrease of the score of one image for each channel."""
        whole = target(self.model(image[None])[0])
        falls = []
        for numbers in torch.arange(channels).split(self.batch_size):
            handle = layer.register_forward_hook(_Zero(self.model, numbers))
            outputs = self.model(image.expand(len(numbers), *image.shape))
            handle.remove()
            falls += [float(whole - target(output)) for output in outputs]
        return np.array(falls, np.float32)


class _Zero:
    """A forward hook that sets another channel of each image of a batch to zero."""

    def __init__(self, model: nn.Module, channels: Tensor) -> None:
        self.model, self.channels = model, channels

    def __call__(self, layer: nn.Module, inputs: Any, output: Tensor) -> Tensor:
        zeroed = output.clone()
        rows = torch.arange(len(self.channels))
        zeroed.movedim(channel_axis(self.model, output), 1)[rows, self.channels] = 0
        return zeroed

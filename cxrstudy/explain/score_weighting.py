"""Score weighting: Score-CAM as published, on grad-cam's own base, without a bar per image.

grad-cam 1.5.7's ``ScoreCAM`` computes the same weights, and shows a bar for every image that no
caller can switch off. It would fill logs and notebooks, where `report` says how far the work is.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_grad_cam.base_cam import BaseCAM
from torch import Tensor, nn
from torch.nn import functional


class QuietScoreCAM(BaseCAM):
    """Weighs a channel by the class score of the image seen through the channel (Wang et al. 2020).

    Each channel is brought to the size of the image and to 0 to 1; the weights are the softmax over
    the scores.
    """

    batch_size = 16

    def __init__(self, model: nn.Module, target_layers: list[nn.Module], reshape: Any) -> None:
        super().__init__(model, target_layers, reshape, uses_gradients=False)

    @torch.no_grad()
    def get_cam_weights(
        self,
        input_tensor: Tensor,
        target_layer: nn.Module,
        targets: list[Any],
        activations: NDArray[np.float32],
        grads: None,
    ) -> NDArray[np.float32]:
        """Compute (n, channels) weights; called by grad-cam."""
        channels = torch.from_numpy(activations).to(self.device)
        windows = _windows(channels, list(input_tensor.shape[-2:]))
        scores = [
            self._scores(image[None] * window[:, None], target)
            for image, window, target in zip(input_tensor, windows, targets, strict=True)
        ]
        weights: NDArray[np.float32] = torch.softmax(torch.tensor(scores), dim=-1).numpy()
        return weights

    def _scores(self, seen: Tensor, target: Any) -> list[float]:
        """Score of one image through each channel."""
        batches = seen.split(self.batch_size)
        return [float(target(output)) for batch in batches for output in self.model(batch)]


def _windows(channels: Tensor, sides: list[int]) -> Tensor:
    """Bring channels (n, c, h', w') to (n, c, h, w), each from 0 to 1."""
    large = functional.interpolate(channels, sides, mode="bilinear", align_corners=True)
    highest, lowest = large.amax((2, 3), keepdim=True), large.amin((2, 3), keepdim=True)
    # What grad-cam adds, so that an even channel does not divide by zero.
    return (large - lowest) / (highest - lowest + 1e-8)

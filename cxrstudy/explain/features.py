"""Features: what the last layer of a network gets, which is all that it decides from."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cxrstudy.runs.network import BATCH, TrainedNetwork
from cxrstudy.training.backbone import facts_of


def features(network: TrainedNetwork, squares: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Features of images: the input of the head, flat.

    Parameters
    ----------
    network
        That a run left; left as it was.
    squares
        (n, pixels, pixels) grey images.

    Returns
    -------
    (n, k) features.
    """
    seen: list[Tensor] = []

    def keep(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        seen.append(inputs[0].detach().flatten(1).cpu())

    with network.busy, torch.inference_mode():
        network.model.eval()
        hook = _head(network.model).register_forward_pre_hook(keep)
        try:
            for first in range(0, len(squares), BATCH):
                network.model(network.tensor(squares[first : first + BATCH]))
        finally:
            hook.remove()
    return np.asarray(torch.cat(seen).float())


def _head(model: nn.Module) -> nn.Module:
    """The head, as timm names it; of several, the first."""
    named = facts_of(model)["classifier"]
    return model.get_submodule(named if isinstance(named, str) else named[0])

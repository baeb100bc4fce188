"""Opening: the layer whose maps are shown first, deep and yet fine enough to point at a place."""

import torch
from torch import nn

from cxrstudy.explain.layers import layer_names
from cxrstudy.explain.maps import heatmaps

#: Cells along a side that a map must have to be able to point at anything.
CELLS = 8


def pointing_layer(model: nn.Module, pixels: int) -> str:
    """Name the deepest layer whose map has at least ``CELLS`` cells a side.

    The last layer of a network for 224 pixels gives 2 x 2 cells at 64; no such map can point.
    """
    blank = torch.zeros(1, 1, pixels, pixels)
    for name in reversed(layer_names(model)):
        if heatmaps(model, blank, 0, layer=name).shape[-1] >= CELLS:
            return name
    return layer_names(model)[0]

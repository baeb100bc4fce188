"""Default layer: the layer whose maps are shown first, deep but with a fine enough grid."""

import torch
from torch import nn

from cxrstudy.explain.layers import layer_names
from cxrstudy.explain.maps import heatmaps

#: Minimum number of cells along a side of a map.
CELLS = 8


def pointing_layer(model: nn.Module, pixels: int) -> str:
    """Name the deepest layer whose map has at least ``CELLS`` cells per side.

    The last layer of a network for 224 pixels gives 2 x 2 cells at 64 pixels, which is too coarse.

    Examples
    --------
    >>> import timm
    >>> pointing_layer(timm.create_model("resnet10t", in_chans=1, num_classes=3), 64)
    'layer2'
    """
    blank = torch.zeros(1, 1, pixels, pixels)
    for name in reversed(layer_names(model)):
        if heatmaps(model, blank, 0, layer=name).shape[-1] >= CELLS:
            return name
    return layer_names(model)[0]

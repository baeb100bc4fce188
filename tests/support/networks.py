"""Networks whose maps can be computed by hand, and timm's families at their smallest."""

from typing import Any

import numpy as np
import timm
import torch
from numpy.typing import NDArray
from torch import nn

#: One small member a family, as timm names it, with its options.
FAMILIES: dict[str, dict[str, Any]] = {
    "resnet10t": {"channels": (8, 8, 8, 8)},
    "resnetv2_50x1_bit": {},
    "densenet121": {"growth_rate": 4, "block_config": (2, 2, 2, 2)},
    "mobilenetv2_050": {},
    "mobilenetv3_small_050": {},
    "tf_efficientnet_lite0": {},
    "efficientnet_b0": {},
    "vit_tiny_patch16_224": {"img_size": 64, "depth": 2, "embed_dim": 24, "num_heads": 2},
    "deit_tiny_distilled_patch16_224": {
        "img_size": 64, "depth": 2, "embed_dim": 24, "num_heads": 2,
    },
    "swin_tiny_patch4_window7_224": {
        "img_size": 64, "depths": (1, 1), "num_heads": (1, 2), "embed_dim": 8,
    },
}  # fmt: skip


def family(name: str, outputs: int = 3, seed: int = 0) -> nn.Module:
    torch.manual_seed(seed)
    model: nn.Module = timm.create_model(
        name, pretrained=False, in_chans=1, num_classes=outputs, **FAMILIES[name]
    )
    return model


class Pooled(nn.Module):
    """Convolution, ReLU, mean over the image, linear head: the network of Zhou et al. 2016."""

    def __init__(self, outputs: int = 3, channels: int = 5, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        self.conv = nn.Conv2d(1, channels, 3, padding=1)
        self.act = nn.ReLU()
        self.head = nn.Linear(channels, outputs)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.act(self.conv(images)).mean((2, 3)))
        return logits

    def cells(self, images: torch.Tensor) -> NDArray[np.float32]:
        """Activations (n, channels, h, w)."""
        with torch.no_grad():
            return np.asarray(self.act(self.conv(images)).numpy())

    def weights(self, label: int) -> NDArray[np.float32]:
        """Of the head, (1, channels, 1, 1)."""
        return np.asarray(self.head.weight[label].detach().numpy()[None, :, None, None])


class Flattened(nn.Module):
    """Convolution, ReLU, a weight for every cell: what Grad-CAM blurs and HiResCAM does not."""

    def __init__(self, side: int = 6, outputs: int = 2, channels: int = 4) -> None:
        super().__init__()
        torch.manual_seed(1)
        self.conv = nn.Conv2d(1, channels, 3, padding=1)
        self.act = nn.ReLU(inplace=True)
        self.head = nn.Linear(channels * side * side, outputs)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.act(self.conv(images)).flatten(1))
        return logits


def noise(images: int = 3, side: int = 8, seed: int = 0) -> torch.Tensor:
    return torch.randn((images, 1, side, side), generator=torch.Generator().manual_seed(seed))

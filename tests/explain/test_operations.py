"""Operations move cells to where a computation by hand puts them."""

import pytest
import torch
from torch import nn

from cxrstudy.explain import cells_of


class Layers(nn.Module):
    """Layers one after another, then a mean and a linear head."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.first = nn.Conv2d(1, 1, 1)
        self.layers = nn.Sequential(*layers)
        self.head = nn.Linear(1, 2)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.head(self.layers(self.first(images)).mean((2, 3)))
        return logits


@pytest.mark.parametrize(
    ("layers", "first", "step"),
    [
        # First pixel's centre at .5. By hand: 3 x 3, stride 2, padding 1 looks at pixels -1 to 1.
        ((nn.Conv2d(1, 1, 3, 2, 1),), 0.5, 2),
        ((nn.Conv2d(1, 1, 3, 2, 1), nn.Conv2d(1, 1, 3, 2, 1)), 0.5, 4),
        ((nn.Conv2d(1, 1, 2, 2),), 1.0, 2),
        ((nn.Conv2d(1, 1, 3, 1, 0),), 1.5, 1),
        ((nn.Conv2d(1, 1, 3, 1, 2, dilation=2),), 0.5, 1),
        ((nn.MaxPool2d(3, 2, 1),), 0.5, 2),
        ((nn.AvgPool2d(2),), 1.0, 2),
        ((nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(1, 1, 3, 2)), 1.5, 2),
        ((nn.ZeroPad2d((1, 0, 1, 0)), nn.Conv2d(1, 1, 3, 2)), 0.5, 2),
        ((nn.AvgPool2d(4), nn.Upsample(scale_factor=2)), 1.0, 2),
        ((nn.AdaptiveAvgPool2d(8),), 4.0, 8),
    ],
)
def test_centres_computed_by_hand(layers: tuple[nn.Module, ...], first: float, step: float) -> None:
    axis = cells_of(Layers(*layers), f"layers.{len(layers) - 1}", 64).rows
    assert (axis.first, axis.step) == (pytest.approx(first), pytest.approx(step))


def test_rows_and_columns_are_told_apart() -> None:
    network = Layers(nn.ZeroPad2d((0, 0, 2, 0)), nn.Conv2d(1, 1, (3, 1)))
    cells = cells_of(network, "layers.1", 16)
    assert (cells.rows.first, cells.columns.first) == (-0.5, 0.5)

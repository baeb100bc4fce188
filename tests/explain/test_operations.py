"""Operations move cells to where a computation by hand puts them."""

import pytest
import torch
from torch import nn

from cxrstudy.explain import cells_of
from cxrstudy.explain.cells import Axis, Cells


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
        # Nothing says where this puts cells: they divide the image evenly.
        ((nn.PixelUnshuffle(2), nn.Conv2d(4, 1, 1)), 1.0, 2),
    ],
)
def test_centres_computed_by_hand(layers: tuple[nn.Module, ...], first: float, step: float) -> None:
    axis = cells_of(Layers(*layers), f"layers.{len(layers) - 1}", 64).rows
    assert (axis.first, axis.step) == (pytest.approx(first), pytest.approx(step))


class InDouble(nn.Module):
    """A convolution in double precision."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 3, dtype=torch.float64)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        seen: torch.Tensor = self.conv(images.to(dtype=torch.float64))
        return seen.to(dtype=torch.float32)


def test_an_operation_is_done_with_all_that_it_is_told() -> None:
    assert cells_of(Layers(InDouble()), "layers.0", 64).rows == Axis(1.5, 1.0)


def test_the_image_itself_may_be_resized() -> None:
    network = nn.Sequential(
        nn.AdaptiveAvgPool2d(16), nn.Conv2d(1, 2, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten()
    )
    assert cells_of(network, "1", 64) == Cells(Axis(2.0, 4.0), Axis(2.0, 4.0))


def test_a_network_is_followed_on_its_own_device() -> None:
    network = Layers(nn.AvgPool2d(2)).to("meta")
    assert cells_of(network, "layers.0", 64).rows == Axis(1.0, 2.0)


class Turned(nn.Module):
    """Rows become columns."""

    def __init__(self, *axes: int) -> None:
        super().__init__()
        self.axes = axes

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return images.transpose(*self.axes)


@pytest.mark.parametrize("axes", [(2, 3), (-1, -2)])
def test_rows_stay_rows_while_they_are_turned_to_columns(axes: tuple[int, int]) -> None:
    # Two columns, which are rows, are added before and taken away behind.
    network = Layers(Turned(*axes), nn.ZeroPad2d((2, -2, 0, 0)), Turned(*axes))
    cells = cells_of(network, "layers.2", 16)
    assert (cells.rows.first, cells.columns.first) == (-1.5, 0.5)


def test_rows_and_columns_are_told_apart() -> None:
    network = Layers(nn.ZeroPad2d((0, 0, 2, 0)), nn.Conv2d(1, 1, (3, 1)))
    cells = cells_of(network, "layers.1", 16)
    assert (cells.rows.first, cells.columns.first) == (-0.5, 0.5)

"""Seeing: networks that see one place of made images, whose lesion and marker are known."""

import math

import numpy as np
import torch
from torch import nn

from cxrstudy.explain.causal import Twins
from cxrstudy.phantom.twins import BARE, ELSEWHERE, WITHOUT_LESION, WITHOUT_MARKER
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.training.expected_input import ExpectedInput

SIDE = 32
LESION, ELSE = (slice(8, 16), slice(4, 12)), (slice(20, 28), slice(20, 28))
MARKER = (slice(0, 4), slice(28, 32))

EXPECTS = ExpectedInput((0.0,), (1.0,), "grey")


class Gate(nn.Module):
    """Mean grey of cells of some pixels, where they lie in one place; 0 elsewhere."""

    def __init__(self, place, cell):
        super().__init__()
        seen = torch.zeros(1, 1, SIDE, SIDE)
        seen[(0, 0, *place)] = 1
        self.mean = nn.Conv2d(1, 1, cell, cell, bias=False)
        nn.init.constant_(self.mean.weight, 1 / math.prod(cell))
        self.register_buffer("seen", nn.functional.avg_pool2d(seen, cell))

    def forward(self, images):
        return torch.relu(self.mean(images)) * self.seen


class Looks(nn.Module):
    """A network that scores the grey of one place and nothing else."""

    def __init__(self, place, cell):
        super().__init__()
        self.cells = Gate(place, cell)

    def forward(self, images):
        cells = self.cells(images)
        evidence = 4 * cells.sum((1, 2, 3)) / self.cells.seen.sum() - 1
        return torch.stack([torch.zeros_like(evidence), evidence], 1)


def network(place, cell=(4, 4)):
    return TrainedNetwork(
        Looks(place, cell).eval(), "multiclass", ("normal", "covid19"), SIDE, EXPECTS
    )


def made_world():
    """Dark images with a bright lesion and a bright marker, and their twins."""
    bare = np.random.default_rng(3).integers(10, 20, (4, SIDE, SIDE), dtype=np.uint8)
    lesions, elsewhere = np.zeros((2, 4, SIDE, SIDE), bool)
    lesions[(slice(None), *LESION)] = True
    elsewhere[(slice(None), *ELSE)] = True
    marker = np.zeros((SIDE, SIDE), bool)
    marker[MARKER] = True

    def drawn(*masks):
        image = bare.copy()
        for mask in masks:
            image[np.broadcast_to(mask, image.shape)] = 200
        return image

    twins = Twins(
        {WITHOUT_LESION: drawn(marker), ELSEWHERE: drawn(elsewhere, marker),
         WITHOUT_MARKER: drawn(lesions), BARE: bare},
        elsewhere,
    )  # fmt: skip
    return drawn(lesions, marker), twins, np.ones_like(lesions), lesions

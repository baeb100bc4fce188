"""Network: a trained model in the form that the explorer uses."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from cxrstudy.data.role import Task
from cxrstudy.explain import METHODS, heatmaps, layer_names, pointing_layer
from cxrstudy.explorer.case import LowMap, MapKey, Reading, is_right, predicted
from cxrstudy.explorer.encode import FINEST, encode_map
from cxrstudy.pixels.masking import Visible, masked
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.training.loss import probabilities

Report = Callable[[float], None]


class Method(Protocol):
    """Facts about a method to compute maps."""

    @property
    def title(self) -> str:
        """Name for people."""

    @property
    def slow(self) -> bool:
        """Whether it takes seconds on a CPU."""


@dataclass(frozen=True)
class Explainer:
    """Computes maps: :mod:`cxrstudy.explain`, or a replacement.

    Attributes
    ----------
    methods
        Methods by name, the default first.
    layer_names
        Function from a model to its layers for maps, the deepest last.
    opening_layer
        Function from ``(model, pixels)`` to the layer that is shown first.
    heatmaps
        Function from ``(model, images, label, method, layer, report)`` to (n, height, width) maps.
    """

    methods: Mapping[str, Method]
    layer_names: Callable[[nn.Module], Sequence[str]]
    opening_layer: Callable[[nn.Module, int], str]
    heatmaps: Callable[..., NDArray[np.float32]]


def explainer() -> Explainer:
    """The explainer of this study."""
    return Explainer(METHODS, layer_names, pointing_layer, heatmaps)


@dataclass(frozen=True)
class Network:
    """A trained model, and what is needed to use it.

    Attributes
    ----------
    model
        (n, 1, pixels, pixels) normalised images to (n, k) logits.
    task, labels
        Kind of classification and labels of the head.
    pixels
        Side of the square images that it was trained on.
    normalisation
        Mean and standard deviation with which it expects grey images in 0 to 1 to be normalised.
    visible
        The visible part of images; see :mod:`cxrstudy.pixels.masking`.
    """

    model: nn.Module
    task: Task
    labels: tuple[str, ...]
    pixels: int
    normalisation: tuple[float, float]
    visible: Visible = "whole"
    #: Computing a map adds hooks to the model, so only one map may be computed at a time.
    busy: threading.RLock = field(default_factory=threading.RLock, repr=False, compare=False)

    def tensor(self, squares: NDArray[np.uint8]) -> Tensor:
        """Convert (n, pixels, pixels) grey images to a normalised batch."""
        mean, deviation = self.normalisation
        seen = torch.from_numpy(np.array(masked(squares, self.visible)))
        device = next(self.model.parameters()).device
        return (seen[:, None].to(device).float() / 255 - mean) / deviation

    def probabilities(self, squares: NDArray[np.uint8], batch: int = 64) -> NDArray[np.float32]:
        """Probabilities (n, k) of (n, pixels, pixels) grey images."""
        starts = range(0, len(squares), batch)
        with self.busy, torch.inference_mode():
            self.model.eval()
            logits = [self.model(self.tensor(squares[i : i + batch])).float() for i in starts]
            return probabilities(torch.cat(logits), self.task).cpu().numpy()

    def reading(
        self, values: NDArray[np.float32], truth: Mapping[str, bool],
        maps: Mapping[MapKey, LowMap] | None = None,
    ) -> Reading:  # fmt: skip
        """Convert the k probabilities of an image to a reading."""
        by_label = {name: float(p) for name, p in zip(self.labels, values, strict=True)}
        said = predicted(self.task, by_label)
        return Reading(by_label, said, is_right(self.task, truth, said, self.labels), maps or {})

    def low_map(
        self, explain: Explainer, square: NDArray[np.uint8], key: MapKey,
        report: Report | None = None, finest: int = FINEST,
    ) -> LowMap:  # fmt: skip
        """Compute one map of one grey image.

        Raises
        ------
        ValueError
            The network has no such class.
        """
        return self.low_maps(explain, square[None], key, report, finest)[0]

    def low_maps(
        self, explain: Explainer, squares: NDArray[np.uint8], key: MapKey,
        report: Report | None = None, finest: int = FINEST,
    ) -> list[LowMap]:  # fmt: skip
        """Compute one map each of several grey images.

        Raises
        ------
        ValueError
            The network has no such class.
        """
        if key.label not in self.labels:
            raise ValueError(f"no class {key.label!r} here; there are {', '.join(self.labels)}")
        with self.busy:
            raw = explain.heatmaps(
                self.model, self.tensor(squares), self.labels.index(key.label),
                method=key.method, layer=key.layer, report=report,
            )  # fmt: skip
        return [encode_map(one, finest) for one in raw]


def network_of(trained: TrainedNetwork) -> Network:
    """Convert a recorded run's network to the form that the explorer uses."""
    record = trained.record
    visible = record.identity["stage"].get("visible", "whole")
    return Network(
        trained.model,
        record.task,
        trained.labels,
        trained.pixels,
        trained.normalisation,
        visible,
    )

"""Answers: what a network says of images: readings of its probabilities, and maps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray
from torch import nn

from cxrstudy.base import places
from cxrstudy.explain import METHODS, Cells, Method, cells_of, heatmaps, layer_names, pointing_layer
from cxrstudy.explorer.case import LowMap, MapKey, Reading, is_right
from cxrstudy.explorer.encode import FINEST, encode_map
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.runs.operating_points import Points, called, known_points

Report = Callable[[float], None]

_CELLS: WeakKeyDictionary[TrainedNetwork, dict[str, Cells]] = WeakKeyDictionary()
_POINTS: WeakKeyDictionary[TrainedNetwork, Points] = WeakKeyDictionary()


@dataclass(frozen=True)
class Explainer:
    """What computes maps: that of the study, or methods of one's own to be looked at like its own.

    Attributes
    ----------
    methods
        By name, the usual one first.
    layer_names
        Layers of a model whose maps can be had, the deepest last.
    opening_layer
        ``(model, pixels)`` to the layer that is shown first.
    heatmaps
        ``(model, images, label, method, layer, report)`` to (n, height, width) maps.
    """

    methods: Mapping[str, Method] = field(default_factory=lambda: METHODS)
    layer_names: Callable[[nn.Module], Sequence[str]] = layer_names
    opening_layer: Callable[[nn.Module, int], str] = pointing_layer
    heatmaps: Callable[..., NDArray[np.float32]] = heatmaps


def reading(
    network: TrainedNetwork,
    points: Points,
    values: NDArray[np.float64],
    truth: Mapping[str, bool],
    maps: Mapping[MapKey, LowMap] | None = None,
) -> Reading:
    """Say what k probabilities of an image mean."""
    by_label = {name: float(p) for name, p in zip(network.labels, values, strict=True)}
    said = called(network.task, by_label, points)
    return Reading(by_label, said, is_right(network.task, truth, said), maps or {}, points)


def points_of(network: TrainedNetwork) -> Points:
    """Operating points of a network, by the record of its run; read once for a network."""
    if network not in _POINTS:
        records = places.runs() / "store"
        _POINTS[network] = known_points(records, network.run, network.task, network.labels)
    return _POINTS[network]


def low_maps(
    network: TrainedNetwork,
    explain: Explainer,
    squares: NDArray[np.uint8],
    key: MapKey,
    report: Report | None = None,
    finest: int = FINEST,
) -> list[LowMap]:
    """Compute one map each of several grey images.

    Raises
    ------
    ValueError
        The network has no such class.
    """
    if key.label not in network.labels:
        raise ValueError(f"no class {key.label!r} here; there are {', '.join(network.labels)}")
    with network.busy:
        if report:
            report(0)  # raises if it was cancelled while another map was computed
        raw = explain.heatmaps(
            network.model, network.tensor(squares), network.labels.index(key.label),
            method=key.method, layer=key.layer, report=report,
        )  # fmt: skip
    cells = _cells(network, key.layer)
    return [encode_map(one, finest, cells, network.pixels) for one in raw]


def _cells(network: TrainedNetwork, layer: str) -> Cells:
    """Where a layer's cells lie; computed once for a network."""
    known = _CELLS.setdefault(network, {})
    if layer not in known:
        with network.busy:
            known[layer] = cells_of(network.model, layer, network.pixels)
    return known[layer]

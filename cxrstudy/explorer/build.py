"""Build: cases with images and maps, for a static page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base.progress import progress
from cxrstudy.base.words import counted
from cxrstudy.explorer.answers import Explainer, low_maps, points_of, reading
from cxrstudy.explorer.case import Case, LowMap, MapKey, Reading, Warned
from cxrstudy.explorer.encode import FINEST, SMALL, encode_image, shrink
from cxrstudy.explorer.gallery import Item, squares
from cxrstudy.runs.network import BATCH, TrainedNetwork

Maps = dict[MapKey, LowMap]
#: What is told of work that takes a while: the share that is done, and what was done last.
Tell = Callable[[float, str], None]


def build_cases(
    networks: Mapping[str, TrainedNetwork],
    items: Sequence[Item],
    explain: Explainer,
    methods: Sequence[str] = ("gradcam",),
    layers: int = 1,
    labels: Sequence[str] | None = None,
    finest: int = FINEST,
) -> list[Case]:
    """Compute the cases of a static explorer.

    Parameters
    ----------
    networks
        Networks by arm; two or more can be compared.
    items
        Images, from :func:`cxrstudy.explorer.gallery.items_of`.
    explain
        Computes the maps.
    methods
        Names of methods; the first is the default.
    layers
        Number of layers of each network, counted from the last.
    labels
        Classes to make maps for; None: all classes of a network.
    finest
        Longest side of a stored map; see :func:`cxrstudy.explorer.encode.encode_map`.
    """
    if not items:
        return []
    of_arms = {}
    for arm, network in networks.items():
        keys = _keys(network, explain, methods, layers, labels)
        of_arms[arm] = _readings(network, items, explain, keys, finest)
    return [
        case_of(item, {arm: readings[number] for arm, readings in of_arms.items()})
        for number, item in enumerate(items)
    ]


def case_of(item: Item, readings: Mapping[str, Reading]) -> Case:
    """Combine an image with the results of the arms."""
    image, lesion = encode_image(item.picture.shown()), item.picture.outline()
    return Case(item.id, image, item.facts, item.truth, lesion, readings)


def unseen_case_of(
    item: Item, readings: Mapping[str, Reading], warnings: Sequence[Warned] = ()
) -> Case:
    """Say what the arms say of an image that is not shown yet."""
    return Case(item.id, None, item.facts, item.truth, None, readings, warnings)


def read_all(
    networks: Mapping[str, TrainedNetwork], items: Sequence[Item], tell: Tell = lambda *_: None
) -> tuple[list[dict[str, Reading]], list[bytes]]:
    """Predictions of every arm for every image, without maps; and every image in small.

    Parameters
    ----------
    networks
        Networks by arm.
    items
        Images.
    tell
        Told after each step which share of the work is done, and what was done last.
    """
    said: list[dict[str, Reading]] = [{} for _ in items]
    seen: dict[int, NDArray[np.uint8]] = {}  # every image is read once for each size
    sizes = {network.pixels for network in networks.values()}
    steps, done = (len(sizes) + len(networks)) * len(items), 0
    for arm, network in networks.items():
        if network.pixels not in seen:
            read = []
            for item in items:
                read.append(item.picture.square(network.pixels))
                tell(
                    (done + len(read)) / steps,
                    f"{len(read)} of {counted(len(items), 'image')} read",
                )
            seen[network.pixels], done = np.stack(read), done + len(items)
        for first in range(0, len(items), BATCH):
            few = slice(first, first + BATCH)
            values = network.probabilities(seen[network.pixels][few])
            for readings, item, row in zip(said[few], items[few], values, strict=True):
                readings[arm] = reading(network, points_of(network), row, item.truth)
            done += len(values)
            scored = f"{first + len(values)} of {counted(len(items), 'image')}"
            tell(done / steps, f"{scored} scored by {arm}")
    return said, [encode_image(shrink(one, SMALL)) for one in seen[min(seen)]]


def _readings(
    network: TrainedNetwork,
    items: Sequence[Item],
    explain: Explainer,
    keys: Sequence[MapKey],
    finest: int,
) -> list[Reading]:
    seen = squares(items, network.pixels)
    maps: list[Maps] = [{} for _ in items]
    with progress(total=len(keys), what="maps") as bar:
        for key in keys:
            lows = low_maps(network, explain, seen, key, finest=finest)
            for of_image, low in zip(maps, lows, strict=True):
                of_image[key] = low
            bar.update(1)
    values = network.probabilities(seen)
    rows, points = zip(values, items, maps, strict=True), points_of(network)
    return [reading(network, points, row, item.truth, of_image) for row, item, of_image in rows]


def _keys(
    network: TrainedNetwork,
    explain: Explainer,
    methods: Sequence[str],
    layers: int,
    labels: Sequence[str] | None,
) -> list[MapKey]:
    chosen = list(explain.layer_names(network.model))[-layers:]
    wanted = [label for label in network.labels if labels is None or label in labels]
    return [MapKey(m, layer, label) for m in methods for layer in chosen for label in wanted]

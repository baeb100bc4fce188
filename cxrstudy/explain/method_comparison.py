"""Method comparison: which kinds of maps show what really moves the score, the marker included.

Three measures of a method's map, on simulated images where the causes are known
(:mod:`cxrstudy.explain.causal`):

- its **agreement** with the effects of the places, as a rank correlation;
- its **share on the marker**, which should be large only for a network that uses the marker: Sun et
  al. 2023 (arXiv:2307.12344) call this confounder sensitivity;
- its **correlation with the map of the same patient without the marker** (their explanation NCC):
  near 1 for a network that does not use the marker, lower for one that does.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.explain.attention import regions_of
from cxrstudy.explain.causal import Twins, agreement, effects_by_cell, twins_of
from cxrstudy.explain.default_layer import pointing_layer
from cxrstudy.explain.each_network import Floats, Shown, Squares, measured, score_of
from cxrstudy.explain.maps import heatmaps, upsample
from cxrstudy.explain.methods import METHODS
from cxrstudy.explain.metrics import energy
from cxrstudy.explain.receptive_fields import cells_of
from cxrstudy.phantom.twins import BARE, WITHOUT_MARKER
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.statistics import estimates, mean
from cxrstudy.study.arms import Arms

#: Methods that are compared: those that need one backward pass.
COMPARED = tuple(name for name, method in METHODS.items() if not method.slow)

#: Measures of a method, with what they mean.
MEASURES = {
    "agreement": "rank correlation of the map with the effects of its cells",
    "marker": "share of the map on the marker",
    "alike": "correlation with the map of the same patient without the marker",
}
#: Map that is the same everywhere: what it has on the marker is the marker's share of the image.
EVEN, EVEN_TITLE = "even", "the same everywhere"


def compared(arms: Arms, label: str = "", role: str = "target", most: int = 20) -> pd.DataFrame:
    """Measure the maps of every method, for the network of every arm and seed.

    Parameters
    ----------
    arms, label, role, most
        As for :func:`cxrstudy.explain.each_network.measured`.

    Returns
    -------
    One row per arm, seed and image, with a column ``score_METHOD_MEASURE`` for each of
    :data:`COMPARED` and :data:`MEASURES`, and the share on the marker of a map that is the same
    everywhere, which the other shares are read beside.

    Raises
    ------
    ExplainError
        An image is no phantom: nobody has the twin of a patient.

    Examples
    --------
    >>> looked = compared(arms.only(["control"]), most=2)  # arms are trained, as in a chapter
    >>> "score_gradcam_agreement" in looked
    True
    """
    twins: dict[int, Twins] = {}

    def measure(network: TrainedNetwork, shown: Shown) -> dict[str, Floats]:
        side = network.pixels
        if side not in twins:
            twins[side] = twins_of(shown.addresses, side)
        marker = regions_of(shown.role, shown.rows, side)["marker"]
        return measures(network, shown.label, shown.squares, twins[side], marker)

    return measured(arms, label, role, most, measure)


def measures(
    network: TrainedNetwork, label: str, squares: Squares, twins: Twins, marker: NDArray[np.bool_]
) -> dict[str, Floats]:
    """Measure the maps of every method for one network: (n,) by ``METHOD_MEASURE``.

    The map that is the same everywhere has one measure, its share on the marker.
    """
    output, layer = network.labels.index(label), pointing_layer(network.model, network.pixels)
    side = squares.shape[-1]
    places = cells_of(network.model, layer, side)

    def maps_by(method: str) -> Callable[[Squares], NDArray[np.float32]]:
        def maps(images: Squares) -> NDArray[np.float32]:
            with network.busy:
                return heatmaps(network.model, network.tensor(images), output, method, layer)

        return maps

    made = {name: maps_by(name) for name in COMPARED}
    whole = {name: maps(squares) for name, maps in made.items()}
    cells = whole[COMPARED[0]].shape[1:]
    effects = effects_by_cell(
        score_of(network, label), squares, twins.images[BARE], (cells[0], cells[1])
    )
    even = np.ones(marker.shape, np.float32)
    found: dict[str, Floats] = {f"{EVEN}_marker": energy(even, marker)}
    for name, maps in made.items():
        found[f"{name}_agreement"] = agreement(whole[name], effects)
        found[f"{name}_marker"] = energy(upsample(whole[name], side, places), marker)
        found[f"{name}_alike"] = correlation(whole[name], maps(twins.images[WITHOUT_MARKER]))
    return found


def correlation(one: NDArray[np.float32], other: NDArray[np.float32]) -> Floats:
    """Pearson's correlation of maps over their cells, image by image.

    Parameters
    ----------
    one, other
        (n, rows, columns).

    Returns
    -------
    (n,) in -1 to 1; 1 where both maps are constant, 0 where one of them is.

    Examples
    --------
    >>> ramp = np.arange(4, dtype=np.float32).reshape(1, 2, 2)
    >>> correlation(ramp, 3 - ramp).round(6).tolist()
    [-1.0]
    """
    flat = [np.asarray(maps, np.float64).reshape(len(maps), -1) for maps in (one, other)]
    constant = np.stack([np.ptp(maps, axis=1) == 0 for maps in flat])
    apart = [maps - maps.mean(axis=1, keepdims=True) for maps in flat]
    size = np.prod([np.linalg.norm(maps, axis=1) for maps in apart], axis=0)
    found = np.sum(apart[0] * apart[1], axis=1) / np.where(size > 0, size, 1)
    return np.where(constant.any(axis=0), constant.all(axis=0).astype(float), found.clip(-1, 1))


def methods_table(looked: pd.DataFrame) -> pd.DataFrame:
    """Mean of every measure, by method and arm.

    Parameters
    ----------
    looked
        From :func:`compared`.

    Returns
    -------
    One row per measure, method and arm: ``measure`` (what it means), ``map`` (the method), and the
    columns of :func:`cxrstudy.statistics.estimates`.

    Examples
    --------
    >>> looked = compared(arms.only(["control"]), most=2)  # arms are trained, as in a chapter
    >>> methods_table(looked)["map"].unique().tolist()[:2]
    ['Grad-CAM', 'Grad-CAM++']
    """
    (role,) = looked["role"].unique()
    titles = {name: METHODS[name].title for name in COMPARED}
    tables = [
        estimates(looked, mean(f"{name}_{measure}"), role).assign(measure=meaning, map=title)
        for measure, meaning in MEASURES.items()
        for name, title in (titles | _beside(measure)).items()
    ]
    return pd.concat(tables, ignore_index=True)


def _beside(measure: str) -> dict[str, str]:
    """What the maps are read beside: name to title."""
    return {EVEN: EVEN_TITLE} if measure == "marker" else {}

"""Discovery: whether methods point to a sign that nothing named, and how strong it must be.

In the world of :mod:`cxrstudy.phantom.sign` patients with COVID-19 carry a mark that no label
names. Three methods that know nothing of it look at a network: a map, blurring one cell after
another, and a slice of the patients. Whether the network has learnt the sign at all is known from
the same patients without it. Every measure here is zero (of a slice, an AUROC of one half) by
chance. A network that was trained where the sign has strength zero can't know it, so nothing may be
discovered there.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from torch import nn

from cxrstudy import phantom
from cxrstudy.base.columns import PLATEAU, truth_column
from cxrstudy.base.progress import progress
from cxrstudy.data.role import Role
from cxrstudy.explain.attention import shown_rows
from cxrstudy.explain.causal import effects_by_cell
from cxrstudy.explain.default_layer import pointing_layer
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.known_regions import known_regions
from cxrstudy.explain.maps import heatmaps, upsample
from cxrstudy.explain.receptive_fields import cells_of
from cxrstudy.phantom.twins import WITHOUT_SIGN, twin
from cxrstudy.runs import store
from cxrstudy.runs.network import BATCH, TrainedNetwork
from cxrstudy.runs.scores import measure_table, of_arm, together
from cxrstudy.study.arms import Arms

Squares = NDArray[np.uint8]
Masks = NDArray[np.bool_]
Floats = NDArray[np.float64]

#: Measures of :func:`discoveries`, with what they mean.
MEASURES = {
    "map": "share of the map in the place of the sign, minus the place's share of the image",
    "blurring": "the same, of the effects of blurring one cell after another",
    "effect": "score with the sign, minus the score without it",
}

#: Name of an arm in a table to the arm whose network looks, and the role whose images it looks at.
Shown = Mapping[str, tuple[Hashable, str]]

#: Standard deviation of the blur that hides a cell, as a share of the image's side.
BLUR = 1 / 16

#: The label of :func:`slices`: whether a patient carries the sign.
CARRIED = "sign"


def discoveries(arms: Arms, shown: Shown, label: str = "covid19", most: int = 60) -> pd.DataFrame:
    """Measure where methods look, in images that carry the sign.

    Parameters
    ----------
    arms
        Study and arms whose runs are recorded.
    shown
        Which network looks at the images of which role; all roles show the same patients.
    label
        Label whose score is explained, on the images that show it.
    most
        Maximum number of images.

    Returns
    -------
    One row per name, seed and image that carries the sign, in the form of
    :func:`cxrstudy.explain.attention.attention`, with a column ``score_MEASURE`` for each of
    :data:`MEASURES`.

    Raises
    ------
    ExplainError
        A role has no image that carries the sign.

    Examples
    --------
    >>> shown = {"sign": ("sign", "target")}
    >>> discoveries(arms, shown)  # doctest: +SKIP
    """
    tables = []
    for name, (arm, role) in shown.items():
        wanted = arms.study.cohort.role(role)
        for seed in range(arms.study.seeds):
            network = arms.network(arm, seed)
            scene = _scene(arms, wanted, label, network.pixels, most)
            found = _measures(network, label, scene)
            images = wanted.table[["id", "patient"]].iloc[scene.rows].assign(role="target")
            tables.append(_of(arms, name, arm, seed, measure_table(images, found)))
    return together(tables)


def slices(arms: Arms, shown: Shown, label: str = "covid19", most: int = 200) -> pd.DataFrame:
    """Order the images that show a label by what differs most among them, for each network.

    The order is the first principal component of the network's last features over these images. It
    points to higher scores; nothing else decides its direction. If one end of it holds the patients
    who carry the sign, a reader who looks at both ends finds it.

    Returns
    -------
    One row per name, seed and image: the truth of :data:`CARRIED` is whether the image carries the
    sign, and its score is the place in the order. So ``auroc("sign")`` is the chance that an image
    with the sign lies above one without it.

    Raises
    ------
    ExplainError
        Not some images, or all of them, carry the sign.

    Examples
    --------
    >>> from cxrstudy.explain import discovery
    >>> order = discovery.slices(arms, {"sign": ("sign", "target")})  # doctest: +SKIP
    """
    tables = []
    for name, (arm, role) in shown.items():
        wanted = arms.study.cohort.role(role)
        rows = shown_rows(wanted, label, most)
        carried = carriers(wanted, rows)
        if carried.all() or not carried.any():
            raise ExplainError(f"role {role!r}: {carried.sum()} of {len(rows)} images carry a sign")
        images = wanted.table[["id", "patient"]].iloc[rows].assign(role="target")
        for seed in range(arms.study.seeds):
            network = arms.network(arm, seed)
            squares = arms.study.squares(wanted, network.pixels)[rows]
            order = first_component(
                features(network, squares),
                network.probabilities(squares)[:, network.labels.index(label)],
            )
            table = measure_table(images, {CARRIED: order})
            table[truth_column(CARRIED)] = carried.astype(np.float64)
            tables.append(_of(arms, name, arm, seed, table))
    return together(tables)


def carriers(role: Role, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Whether each image carries the sign, at any strength; not of other worlds' images."""
    addresses = role.table["path"].iloc[rows]
    return np.array([phantom.population.carries_sign(each) for each in addresses], bool)


def first_component(of: Floats, scores: Floats) -> Floats:
    """First principal component of standardised features, pointing to higher scores.

    Parameters
    ----------
    of
        (n, k) features; those that do not vary are left out.
    scores
        (n,).

    Returns
    -------
    (n,); zero if no feature varies.

    Examples
    --------
    >>> line = np.arange(4.0)
    >>> order = first_component(np.stack([line, -2 * line, 0 * line], axis=1), scores=-line)
    >>> order.argsort().tolist()
    [3, 2, 1, 0]
    """
    varies = of.std(axis=0) > 0
    if not varies.any():
        return np.zeros(len(of))
    standard = (of[:, varies] - of[:, varies].mean(axis=0)) / of[:, varies].std(axis=0)
    left, values, _ = np.linalg.svd(standard, full_matrices=False)
    order = left[:, 0] * values[0]
    return np.asarray(order * (-1 if np.dot(order, scores - scores.mean()) < 0 else 1))


def features(network: TrainedNetwork, squares: Squares) -> Floats:
    """What the last linear layer of a network takes in: (n, k)."""
    linear = [part for part in network.model.modules() if isinstance(part, nn.Linear)]
    if not linear:
        raise ExplainError(f"run {network.run[:12]}: the network has no linear layer")
    seen: list[torch.Tensor] = []
    with network.busy:
        handle = linear[-1].register_forward_pre_hook(lambda _, given: seen.append(given[0]))
        try:
            with torch.inference_mode():
                network.model.eval()
                for first in range(0, len(squares), BATCH):
                    network.model(network.tensor(squares[first : first + BATCH]))
        finally:
            handle.remove()
    return torch.cat(seen).flatten(1).double().cpu().numpy()


@dataclass(frozen=True, eq=False)
class _Scene:
    """Images of a role that carry the sign, by row; the same without it; and its place."""

    rows: NDArray[np.intp]
    squares: Squares
    without: Squares
    place: Masks


def _scene(arms: Arms, role: Role, label: str, pixels: int, most: int) -> _Scene:
    rows = shown_rows(role, label, len(role.table))
    rows = rows[carriers(role, rows)][:most]
    if not len(rows):
        raise ExplainError(f"role {role.name!r}: no test image of {label} carries a sign")
    addresses = role.table["path"].iloc[rows].to_list()
    shown = progress(addresses, "rendering without the sign", "image")
    without = np.stack([twin(address, pixels, WITHOUT_SIGN).image for address in shown])
    place = known_regions(addresses, pixels)["sign"]
    return _Scene(rows, arms.study.squares(role, pixels)[rows], without, place)


def _measures(network: TrainedNetwork, label: str, scene: _Scene) -> dict[str, Floats]:
    output = network.labels.index(label)
    layer = pointing_layer(network.model, network.pixels)

    def score(images: Squares) -> Floats:
        return network.probabilities(images)[:, output].astype(np.float64)

    with network.busy:
        raw = heatmaps(network.model, network.tensor(scene.squares), output, layer=layer)
    side, cells = network.pixels, (raw.shape[1], raw.shape[2])
    blurred = gaussian_filter(scene.squares, (0, BLUR * side, BLUR * side))
    effects = np.maximum(effects_by_cell(score, scene.squares, blurred, cells), 0)
    places = cells_of(network.model, layer, side)
    return {
        "map": _beyond_chance(upsample(raw, side, places), scene.place),
        "blurring": _beyond_chance(_as_squares(effects, side), scene.place),
        "effect": score(scene.squares) - score(scene.without),
    }


def _as_squares(effects: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """Every cell as the square of pixels that was blurred."""
    rows, columns = (
        np.repeat(np.arange(count), np.diff(np.linspace(0, side, count + 1).round().astype(int)))
        for count in effects.shape[1:]
    )
    return effects[:, rows[:, None], columns]


def _beyond_chance(maps: NDArray[np.float32], place: Masks) -> Floats:
    """Share of each map in the place minus that of a uniform map; 0 for a map that is empty."""
    total = maps.sum(axis=(1, 2), dtype=np.float64)
    inside = np.where(place, maps, 0).sum(axis=(1, 2), dtype=np.float64)
    chance = place.mean(axis=(1, 2))
    return np.where(total > 0, inside / np.where(total > 0, total, 1) - chance, 0.0)


def _of(arms: Arms, name: str, arm: Hashable, seed: int, table: pd.DataFrame) -> pd.DataFrame:
    run = arms.plan.ends[arm, seed]
    reached = store.read(arms.study.records, run).at_plateau
    return of_arm(table, name, seed, run).assign(**{PLATEAU: reached})

"""Attention: measures of the maps of an experiment's networks, for every image.

Tables here look like scores, so that the statistics of the study serve them: one row per arm, seed
and image, and one column ``score_MEASURE`` per measure. Baselines that know nothing of any network
are arms beside the others.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from torch import Tensor

from cxrstudy.base import places
from cxrstudy.base.columns import PLATEAU, score_column, truth_column
from cxrstudy.data.role import Role
from cxrstudy.explain import (
    as_map,
    baselines,
    cells_of,
    energy,
    heatmaps,
    phantom_regions,
    pointing_layer,
    real_regions,
    recorded_maps,
    score_maps,
    upsample,
)
from cxrstudy.runs import store
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.runs.scores import measure_table, of_arm, together
from cxrstudy.study.arms import Arms

#: Measures that need a lesion, and measures of regions.
POINTING = ("pointing", "iou", "of_perfect")

#: Measure of the share of a map in the place of the sign, of images that carry it.
SIGN = "energy_sign"

Maps = NDArray[np.float32]
Masks = NDArray[np.bool_]


def shown_rows(role: Role, label: str, most: int) -> NDArray[np.intp]:
    """Rows of the first test images that show a label, in the order of the manifest."""
    present = role.truth[:, role.labels.index(label)] == 1
    return np.flatnonzero(present & (role.table["split"] == "test").to_numpy())[:most]


def regions_of(role: Role, rows: NDArray[np.intp], pixels: int) -> dict[str, Masks]:
    """Regions of images: exact for phantoms, by shape for others."""
    paths = role.table["path"].iloc[rows]
    if paths.str.startswith("phantom:").all():
        return phantom_regions(paths.to_list(), pixels)
    return real_regions(len(rows), pixels)


def attention(
    arms: Arms,
    label: str = "",
    role: str = "target",
    method: str = "gradcam",
    most: int = 200,
) -> pd.DataFrame:
    """Make or read the maps of all arms and seeds for a label, and measure them.

    Parameters
    ----------
    arms
        Study and arms whose runs are recorded.
    label
        Label whose score is explained, on the images that show it; empty: the study's.
    role
        Role whose test images are used.
    method
        One of :data:`cxrstudy.explain.METHODS`.
    most
        Maximum number of images.

    Returns
    -------
    One row per arm, seed and image: ``arm``, ``seed``, ``run``, ``role``, ``split``, ``id``,
    ``patient``, ``score_pointing``, ``score_iou`` and ``score_of_perfect`` (where lesions are
    known), ``score_energy_REGION``, and ``plateau``. In a world with a sign, ``energy_sign`` is
    empty for images without it. ``of_perfect`` is the energy in the lesion as
    a share of what a perfect map of the same cells has there: the lesion, drawn with these cells.
    It may exceed 1, because a map may mark only the middle of a lesion. The arms after the given
    ones are baselines, which come from no run; see :func:`cxrstudy.explain.baselines.baselines`.
    Their cells are those of the first arm with the fewest pixels.

    Examples
    --------
    >>> looked = attention(arms, most=2)  # arms are trained, as in a chapter
    >>> looked["arm"].unique().tolist()[-3:-1]
    ['centre blob', "lungs, at the map's resolution"]
    """
    study, label = arms.study, label or arms.study.label
    wanted = study.cohort.role(role)
    rows = shown_rows(wanted, label, most)
    tables = []
    regions: dict[int, dict[str, Masks]] = {}
    cells: dict[int, tuple[int, int]] = {}
    for (arm, seed), run in arms.trained.items():
        network = arms.network(arm, seed)
        side = network.pixels
        if side not in regions:
            regions[side] = regions_of(wanted, rows, side)
        made = recorded_maps(
            network, wanted, rows, study.squares(wanted, side), label, places.runs() / "heatmaps",
            method, layer := pointing_layer(network.model, side),
        )  # fmt: skip
        shape = made.raw.shape[1], made.raw.shape[2]
        cells.setdefault(side, shape)
        maps = upsample(made.raw, side, cells_of(network.model, layer, side))
        table = _measured(wanted, rows, maps, regions[side], shape)
        reached = store.read(study.records, run).at_plateau
        tables.append(of_arm(table, arm, seed, run).assign(**{PLATEAU: reached}))
    first, shape = regions[min(regions)], cells[min(regions)]
    for name, maps in _uninformed(first, shape).items():
        table = _measured(wanted, rows, maps, first, shape)
        table = table.assign(**{PLATEAU: ""})
        tables += [of_arm(table, name, seed) for seed in range(study.seeds)]
    return together(tables)


def maps_of(network: TrainedNetwork, images: Tensor, label: str, method: str = "gradcam") -> Maps:
    """Maps of a label, at the size of the images, from the layer of :func:`pointing_layer`.

    Parameters
    ----------
    network
        Whose maps.
    images
        As the network expects them; see :meth:`cxrstudy.runs.network.TrainedNetwork.tensor`.
    label
        Whose score is explained.
    method
        One of :data:`cxrstudy.explain.METHODS`.
    """
    layer = pointing_layer(network.model, network.pixels)
    raw = heatmaps(network.model, images, network.labels.index(label), method, layer)
    return upsample(raw, network.pixels, cells_of(network.model, layer, network.pixels))


def _uninformed(regions: Mapping[str, Masks], cells: tuple[int, int]) -> dict[str, Maps]:
    """Baseline maps; if the lungs are not known, the thorax-shaped centre replaces them."""
    lungs = regions.get("lung", regions.get("centre"))
    assert lungs is not None  # regions_of gives one or the other
    return baselines(lungs, cells, regions.get("lesion"))


def _measured(
    role: Role,
    rows: NDArray[np.intp],
    maps: Maps,
    regions: Mapping[str, Masks],
    cells: tuple[int, int],
) -> pd.DataFrame:
    images = role.table[["id", "patient"]].iloc[rows].assign(role=role.name)
    table = score_maps(images, maps, regions)
    if "lesion" in regions:
        perfect = energy(as_map(regions["lesion"], cells), regions["lesion"])
        table["of_perfect"] = table["energy_lesion"].to_numpy() / perfect
    measures = [name for name in table if name in POINTING or name.startswith("energy_")]
    found = measure_table(images, {name: table[name] for name in measures})
    if "sign" in regions:
        # In an image without the sign there is no place to point at: its truth is not known.
        without = ~regions["sign"].any((1, 2))
        found.loc[without, [truth_column(SIGN), score_column(SIGN)]] = np.nan
    return found

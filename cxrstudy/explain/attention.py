"""Attention: measures of the maps of an experiment's networks, for every image.

Tables have the form of scores, so that the same statistics apply: one row per arm, seed and image,
and one column ``score_MEASURE`` per measure. Baselines that depend on no network are further arms.
"""

from collections.abc import Hashable, Mapping

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor

from cxrstudy.base import places
from cxrstudy.data.role import Role
from cxrstudy.explain import (
    baselines,
    heatmaps,
    phantom_regions,
    pointing_layer,
    real_regions,
    recorded_maps,
    score_maps,
    upsample,
)
from cxrstudy.pixels.memory_map import build
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.network import TrainedNetwork, load_network
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain

#: Measures that need a lesion, and measures of regions.
POINTING = ("pointing", "iou")

Maps = NDArray[np.float32]


def shown_rows(role: Role, label: str, most: int) -> NDArray[np.intp]:
    """Rows of the first test images that show a label, in the order of the manifest."""
    present = role.truth[:, role.labels.index(label)] == 1
    return np.flatnonzero(present & (role.table["split"] == "test").to_numpy())[:most]


def images_of(study: Study, network: TrainedNetwork, role: Role, rows: NDArray[np.intp]) -> Tensor:
    """Images of a role, normalised for a network: (n, 1, pixels, pixels)."""
    bytes_ = _pixels_of(study, network, role)[rows]
    mean, deviation = network.normalisation
    return (torch.from_numpy(bytes_)[:, None].float() / 255 - mean) / deviation


def _pixels_of(study: Study, network: TrainedNetwork, role: Role) -> RolePixels:
    maps = {
        str(name): build(
            study.cohort.manifests[str(name)], network.pixels, places.runs() / "pixels",
            places.data(), 1,
        )
        for name in role.table["manifest"].unique()
    }  # fmt: skip
    return RolePixels(role.table, maps, network.record.identity["stage"]["visible"])


def regions_of(role: Role, rows: NDArray[np.intp], pixels: int) -> dict[str, NDArray[np.bool_]]:
    """Regions of images: exact for phantoms, by shape for others."""
    paths = role.table["path"].iloc[rows]
    if paths.str.startswith("phantom:").all():
        return phantom_regions(paths.to_list(), pixels)
    return real_regions(len(rows), pixels)


def attention(
    study: Study,
    arms: Mapping[Hashable, Chain],
    label: str = "covid19",
    role: str = "target",
    method: str = "gradcam",
    most: int = 200,
) -> pd.DataFrame:
    """Make or read the maps of all arms and seeds for a label, and measure them.

    Parameters
    ----------
    study, arms
        Study and arms whose runs are recorded.
    label
        Label whose score is explained, on the images that show it.
    role
        Role whose test images are used.
    method
        One of :data:`cxrstudy.explain.METHODS`.
    most
        Maximum number of images.

    Returns
    -------
    One row per arm, seed and image: ``arm``, ``seed``, ``role``, ``split``, ``id``, ``patient``,
    ``score_pointing`` and ``score_iou`` (if lesions are known) and ``score_energy_REGION``. The
    baselines ``uniform``, ``centre blob`` and ``lung mask`` are arms after the given ones.
    """
    wanted = study.cohort.role(role)
    rows = shown_rows(wanted, label, most)
    plan, tables = study.plan(arms), []
    regions: dict[int, dict[str, NDArray[np.bool_]]] = {}
    for (arm, seed), run in plan.ends.items():
        network = load_network(study.records, run)
        side = network.pixels
        regions.setdefault(side, regions_of(wanted, rows, side))
        made = recorded_maps(
            network.model, run, network.labels, wanted, rows,
            _pixels_of(study, network, wanted), network.normalisation, label,
            places.runs() / "heatmaps", method, pointing_layer(network.model, side),
        )  # fmt: skip
        maps = upsample(made.raw, side)
        table = _measured(wanted, rows, maps, regions[side])
        tables.append(table.assign(arm=pd.Series([arm] * len(rows)), seed=seed))
    first = regions[min(regions)]
    for name, maps in _uninformed(first).items():
        table = _measured(wanted, rows, maps, first)
        tables += [table.assign(arm=name, seed=seed) for seed in range(study.seeds)]
    return pd.concat(tables, ignore_index=True)


def maps_of(network: TrainedNetwork, images: Tensor, label: str, method: str = "gradcam") -> Maps:
    """Maps of a label, at the size of the images, from the layer of :func:`pointing_layer`."""
    layer = pointing_layer(network.model, network.pixels)
    raw = heatmaps(network.model, images, network.labels.index(label), method, layer)
    return upsample(raw, network.pixels)


def _uninformed(regions: Mapping[str, NDArray[np.bool_]]) -> dict[str, Maps]:
    """Baseline maps; if the lungs are not known, the thorax-shaped centre replaces them."""
    lungs = regions.get("lung", regions.get("centre"))
    assert lungs is not None  # regions_of gives one or the other
    return baselines(lungs)


def _measured(
    role: Role, rows: NDArray[np.intp], maps: Maps, regions: Mapping[str, NDArray[np.bool_]]
) -> pd.DataFrame:
    images = role.table[["id", "patient"]].iloc[rows].assign(role=role.name, split="test")
    table = score_maps(images, maps, regions)
    measures = [name for name in table if name in POINTING or name.startswith("energy_")]
    kept = table[["role", "split", "id", "patient", *measures]]
    # All images show the label; the statistics of scores need a column of truth.
    truth = {f"truth_{name}": 1.0 for name in measures}
    return kept.rename(columns={name: f"score_{name}" for name in measures}).assign(**truth)

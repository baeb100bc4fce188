"""Many maps: the maps of many images, made in one pass and recorded."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from cxrstudy.base.progress import progress
from cxrstudy.data.role import Role
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.layers import layer_names
from cxrstudy.explain.maps import BATCH, heatmaps, relative
from cxrstudy.explain.methods import method_of
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.maps import ManyMaps, identity_of, read_maps, recorded, write_maps
from cxrstudy.runs.record import id_of


def recorded_maps(
    model: nn.Module,
    run: str,
    labels: Sequence[str],
    role: Role,
    rows: NDArray[np.intp],
    pixels: RolePixels,
    normalisation: tuple[float, float],
    label: str,
    folder: Path,
    method: str = "gradcam",
    layer: str | None = None,
) -> ManyMaps:
    """Make the maps of many images, with progress, or read them if they are recorded.

    Parameters
    ----------
    model
        The network of the run; it is restored afterwards.
    run, labels
        The run's id, and the labels of its head.
    role, rows, pixels
        A role, rows of it, for instance ``role.rows("test")`` for a whole split, and their
        pixels.
    normalisation
        Mean and standard deviation with which the network expects grey in 0 to 1 to be normalised.
    label
        One of `labels`.
    folder
        Folder of the records of maps; created if missing.
    method, layer
        As for :func:`cxrstudy.explain.heatmaps`.

    Raises
    ------
    ExplainError
        Label, method or layer is not legal, there is no image, or the record is broken.
    """
    if label not in labels:
        raise ExplainError(f"no label {label!r} in the run's head; it has {', '.join(labels)}")
    if not len(rows):
        raise ExplainError(f"no image of role {role.name!r} is given")
    layer = layer or layer_names(model)[-1]
    ids = tuple(role.table["id"].iloc[rows])
    identity = identity_of(run, role, ids, method, layer, label)
    if recorded(folder, id_of(identity)):
        return read_maps(folder, id_of(identity))
    mean, deviation = normalisation
    found = []
    with progress(total=len(rows), what=f"{method_of(method).title} of {label}") as bar:
        for first in range(0, len(rows), BATCH):
            grey = torch.from_numpy(pixels[rows[first : first + BATCH]])[:, None].float()
            images = (grey / 255 - mean) / deviation
            found.append(heatmaps(model, images, list(labels).index(label), method, layer))
            bar.update(len(images))
    maps = np.concatenate(found)
    made = ManyMaps(ids, relative(maps).astype(np.float16), maps.max((1, 2)))
    write_maps(made, identity, folder)
    return made

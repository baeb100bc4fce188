"""Many maps: the maps of many images, made in one pass and recorded."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base.progress import progress
from cxrstudy.data.role import Role
from cxrstudy.explain.errors import ExplainError
from cxrstudy.explain.layers import layer_names
from cxrstudy.explain.maps import BATCH, heatmaps, relative
from cxrstudy.explain.methods import method_of
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs.maps import ManyMaps, identity_of, read_maps, recorded, write_maps
from cxrstudy.runs.network import TrainedNetwork
from cxrstudy.runs.record import id_of


def recorded_maps(
    network: TrainedNetwork,
    role: Role,
    rows: NDArray[np.intp],
    squares: RolePixels,
    label: str,
    folder: Path,
    method: str = "gradcam",
    layer: str | None = None,
) -> ManyMaps:
    """Make the maps of many images, with progress, or read them if they are recorded.

    Parameters
    ----------
    network
        That a run left; left as it was.
    role, rows
        Images, of the run's own role or of another, and which of them: for a whole split,
        ``role.rows("test")``.
    squares
        The role's images at the network's resolution.
    label
        One of the network's.
    folder
        Folder of the records of maps; created if missing.
    method, layer
        As for :func:`cxrstudy.explain.heatmaps`.

    Raises
    ------
    ExplainError
        Label, method or layer is not legal, there is no image, or the record is broken.
    """
    if label not in network.labels:
        there = ", ".join(network.labels)
        raise ExplainError(f"no label {label!r} in the run's head; it has {there}")
    if not len(rows):
        raise ExplainError(f"no image of role {role.name!r} is given")
    layer = layer or layer_names(network.model)[-1]
    ids = tuple(role.table["id"].iloc[rows])
    identity = identity_of(network.run, role, ids, method, layer, label)
    if recorded(folder, id_of(identity)):
        return read_maps(folder, id_of(identity))
    found = []
    with progress(total=len(rows), what=f"{method_of(method).title} of {label}") as bar:
        for first in range(0, len(rows), BATCH):
            images = network.tensor(squares[rows[first : first + BATCH]])
            with network.busy:
                number = network.labels.index(label)
                found.append(heatmaps(network.model, images, number, method, layer))
            bar.update(len(images))
    maps = np.concatenate(found)
    made = ManyMaps(ids, relative(maps).astype(np.float16), maps.max((1, 2)))
    write_maps(made, identity, folder)
    return made

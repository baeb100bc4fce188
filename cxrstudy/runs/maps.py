"""Maps: records of the explanation maps of many images.

=============  ==================================================================================
``maps.json``  network, images and method, and the SHA-256 of the other file (:class:`MapFacts`)
``maps.npz``   ``ids`` (n,), ``maps`` (n, h', w') float16 and ``peaks`` (n,) float32; no pickles
=============  ==================================================================================

A record is a folder named by its id, like that of a run, and is written completely or not at all.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base.atomic import write_folder
from cxrstudy.base.coverage import code_fingerprint
from cxrstudy.base.identity import file_sha256, fingerprint
from cxrstudy.base.schema import Strict, why_wrong
from cxrstudy.data.role import Role
from cxrstudy.runs.record import id_of

FACTS, MAPS = "maps.json", "maps.npz"


class MapsError(ValueError):
    """A record of maps is missing, broken or altered; the message names the file."""


class MapFacts(Strict):
    """The facts of a record of maps.

    Attributes
    ----------
    id
        SHA-256 of the canonical JSON of ``identity``.
    identity
        Everything that the maps depend on: run, role, data, images, method, layer, label, code,
        libraries.
    shape
        Number of images, rows and columns.
    files
        SHA-256 of the other file.
    """

    id: str
    identity: dict[str, Any]
    shape: tuple[int, int, int]
    files: dict[str, str]


@dataclass(frozen=True, eq=False)
class ManyMaps:
    """Maps of many images.

    Attributes
    ----------
    ids
        Ids of the n images.
    maps
        (n, h', w') float16 at the layer's resolution, each divided by its maximum.
    peaks
        (n,) maximum of each map; 0 for a map that is zero everywhere.
    """

    ids: tuple[str, ...]
    maps: NDArray[np.float16]
    peaks: NDArray[np.float32]

    @property
    def raw(self) -> NDArray[np.float32]:
        """The maps of :func:`cxrstudy.explain.heatmaps`, with a relative precision of 1/2000."""
        return self.maps.astype(np.float32) * self.peaks[:, None, None]


def identity_of(
    run: str, role: Role, ids: Sequence[str], method: str, layer: str, label: str
) -> dict[str, Any]:
    """Collect everything that the maps depend on."""
    return {
        "run": run,
        "role": role.name,
        "data": role.fingerprint,
        "images": fingerprint("\n".join(ids)),
        "method": method,
        "layer": layer,
        "label": label,
        "code": code_fingerprint("maps"),
        "libraries": {name: version(name) for name in ("grad-cam", "torch", "timm", "numpy")},
    }


def folder_of(store: Path) -> Path:
    """Folder of the records of maps that belong to a store."""
    return store.parent / "heatmaps"


def recorded(folder: Path, name: str) -> bool:
    """Whether maps with this id are recorded."""
    return (folder / name / FACTS).is_file()


def write_maps(maps: ManyMaps, identity: dict[str, Any], folder: Path) -> str:
    """Write a record completely or not at all; return its id."""
    name = id_of(identity)
    rows, height, width = maps.maps.shape

    def fill(place: Path) -> None:
        arrays = {"ids": np.array(maps.ids, np.str_), "maps": maps.maps, "peaks": maps.peaks}
        _write_arrays(place / MAPS, arrays)
        files = {MAPS: file_sha256(place / MAPS)}
        facts = MapFacts(id=name, identity=identity, shape=(rows, height, width), files=files)
        (place / FACTS).write_text(facts.model_dump_json(indent=1) + "\n", encoding="utf-8")

    # A folder that is there already is broken, or another process has written it in the meantime.
    write_folder(folder / name, fill, lambda place: _is_whole(folder, name))
    return name


def read_facts(folder: Path, name: str) -> MapFacts:
    """Read the facts of a record of maps.

    Raises
    ------
    MapsError
        The record is missing or broken, or its id does not match its contents.
    """
    path = folder / name / FACTS
    try:
        facts = MapFacts.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MapsError(f"{path}: no such record of maps; make it with recorded_maps") from None
    except ValueError as error:  # not text, not JSON, or not the facts of maps
        raise MapsError(f"{path}: broken ({why_wrong(error)}); delete its folder") from None
    if facts.id != name or id_of(facts.identity) != name:
        raise MapsError(f"{path}: altered, its id does not match its contents; delete its folder")
    return facts


def names(folder: Path) -> list[str]:
    """Names of all folders that should be records of maps, also of broken ones."""
    return [path.name for path in sorted(folder.glob("[!.]*"))]


def checked(folder: Path, name: str) -> Path:
    """Path of the arrays of a record, after its SHA-256 was checked.

    Raises
    ------
    MapsError
        The record is missing, truncated or altered; the message names the file.
    """
    path = folder / name / MAPS
    if not path.is_file() or file_sha256(path) != read_facts(folder, name).files.get(MAPS):
        raise MapsError(f"{path}: missing, truncated or altered; delete its folder")
    return path


def read_maps(folder: Path, name: str) -> ManyMaps:
    """Read the maps of a record.

    Raises
    ------
    MapsError
        The record is missing, truncated or altered; the message names the file.
    """
    facts, path = read_facts(folder, name), checked(folder, name)
    try:
        with np.load(path, allow_pickle=False) as arrays:
            maps = ManyMaps(tuple(arrays["ids"].tolist()), arrays["maps"], arrays["peaks"])
    except (ValueError, KeyError, zipfile.BadZipFile) as error:
        raise MapsError(f"{path}: not a record of maps ({error}); delete its folder") from None
    if maps.maps.shape != facts.shape:
        raise MapsError(f"{path}: not of the shape {facts.shape}; delete its folder")
    return maps


def _write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write like ``np.savez_compressed``, but without time stamps: equal maps, equal SHA-256."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, array in arrays.items():
            stream = io.BytesIO()
            np.lib.format.write_array(stream, array, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy")
            archive.writestr(entry, stream.getvalue(), zipfile.ZIP_DEFLATED)


def _is_whole(folder: Path, name: str) -> bool:
    try:
        read_maps(folder, name)
    except MapsError:
        return False
    return True

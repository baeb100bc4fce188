"""Memory map: all images of a manifest, decoded once per resolution into one file.

A pixel file is ``<key>-<pixels>.npy``: uint8, (n, pixels, pixels); image i is row i of the table.
The key is a hash of everything that the pixels depend on: images, order, resolution and decoder.
If one of these changes, a file with a new name is written, so a file never becomes invalid. Every
file is complete, because it is written under a temporary name and renamed at the end. Its content
is compared with hashes when it is opened (:mod:`cxrstudy.pixels.pixel_file`).
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import math
import os
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextvars import ContextVar
from itertools import repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base import processes
from cxrstudy.base.atomic import is_old, unfinished_of, whole_file
from cxrstudy.base.coverage import code_fingerprint, pixel_environment
from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.base.progress import progress
from cxrstudy.pixels import decode, pixel_file
from cxrstudy.pixels.grey import UnreadableImage

if TYPE_CHECKING:  # workers import this module and do not need pandas
    import pandas

_LARGEST_CHUNK = 64
_FEWEST = 64  # images per process: starting a process takes as long as rendering 100 images
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")

#: The processes that several builds share.
_shared: ContextVar[ProcessPoolExecutor | None] = ContextVar("shared", default=None)


class _Row(NamedTuple):
    id: str
    path: str
    sha256: str
    prepared_sha256: str


def build(
    table: pandas.DataFrame, pixels: int, folder: Path, data: Path | None, workers: int
) -> Path:
    """Decode a manifest's images into one pixel file, unless it exists and is intact.

    Parameters
    ----------
    table : pandas.DataFrame
        Included rows of a manifest. The columns ``id``, ``path`` (relative to `data`, or
        ``phantom:...``), ``sha256`` and ``prepared_sha256`` are used.
    pixels : int
        Side of the square images, at least 1.
    folder : Path
        Folder of pixel files; created if missing.
    data : Path or None
        Root of the image files. None if all rows are phantoms.
    workers : int
        Maximum number of processes, each for at least 64 images; 1 means no other process. The
        result does not depend on it.

    Returns
    -------
    Path
        The pixel file. A JSON file beside it describes its content.

    Raises
    ------
    UnreadableImage
        An image can't be decoded, or its file is neither the original (``sha256``) nor the prepared
        copy (``prepared_sha256``): PIX006. The error names the first such image. No file is
        written.
    ValueError
        The table is empty, `pixels` or `workers` is less than 1, or `data` is None but needed.
    OSError
        The disk is full, or the folder can't be written.
    """
    rows = _rows(table)
    if not rows or pixels < 1 or workers < 1:
        raise ValueError(
            f"needs rows, pixels and workers of at least 1, not {len(rows)}, {pixels} and {workers}"
        )
    unplaced = next((row for row in rows if not _is_phantom(row) and data is None), None)
    if unplaced:
        raise ValueError(f"data: the folder of {unplaced.path} (row {unplaced.id}) is not given")
    target = _file(rows, pixels, folder)
    if target.exists():
        damage = pixel_file.damage(target)
        if not damage:
            return target
        warnings.warn(f"{target}: {damage}; it is drawn anew. Check the disk.", stacklevel=2)
    folder.mkdir(parents=True, exist_ok=True)
    _remove_stale(target)
    with whole_file(target) as unfinished:
        _reserve(unfinished, (len(rows), pixels, pixels))
        wanted = min(workers, math.ceil(len(rows) / _FEWEST))
        prepared = _fill(unfinished, rows, pixels, data, wanted)
        array = np.load(unfinished, mmap_mode="r")
        pixel_file.describe(target, array, _facts(rows, prepared))
    return target


def open_pixels(table: pandas.DataFrame, pixels: int, folder: Path) -> NDArray[np.uint8]:
    """Open the pixel file that `build` made from the same rows.

    Parameters
    ----------
    table : pandas.DataFrame
        The same rows as in `build`, in the same order.
    pixels : int
        Side of the square images.
    folder : Path
        Folder of pixel files.

    Returns
    -------
    ndarray of uint8, shape (n, pixels, pixels)
        A read-only memory map; row i is row i of the table.

    Raises
    ------
    FileNotFoundError
        There is no pixel file of these rows at this resolution with this decoder.
    AlteredPixelsError
        Its content is not what was drawn.
    """
    file = _file(_rows(table), pixels, folder)
    if not file.exists():
        raise FileNotFoundError(f"{file}: no pixels of these rows; make them with pixels.build")
    return pixel_file.open_checked(file)


# --- names of files -----------------------------------------------------------------------------


def _rows(table: pandas.DataFrame) -> list[_Row]:
    columns = (table[name].fillna("").astype(str) for name in _Row._fields)
    return [_Row(*values) for values in zip(*columns, strict=True)]


def _file(rows: list[_Row], pixels: int, folder: Path) -> Path:
    # Without paths, because the same images in another folder have the same pixels.
    content = [[row.id, row.sha256, row.prepared_sha256] for row in rows]
    made_by = [code_fingerprint("pixels"), pixel_environment()]
    key = fingerprint(canonical([content, pixels, made_by]))
    return folder / f"{key[:16]}-{pixels}.npy"


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _facts(rows: list[_Row], prepared: int) -> dict[str, Any]:
    return {
        "what": "grey images, uint8, (n, pixels, pixels), in the order of the ids",
        "ids_sha256": _sha256("\n".join(row.id for row in rows).encode()),
        "from_prepared_copies": prepared,
        "code_sha256": code_fingerprint("pixels"),
        "versions": pixel_environment(),
    }


def _remove_stale(target: Path) -> None:
    """Remove the temporary files of killed builds of this file."""
    for unfinished in unfinished_of(target):
        with contextlib.suppress(FileNotFoundError):  # another process may remove it too
            if is_old(unfinished):
                unfinished.unlink()


def _reserve(file: Path, shape: tuple[int, int, int]) -> None:
    array = np.lib.format.open_memmap(file, mode="w+", dtype=np.uint8, shape=shape)
    array.flush()
    if not hasattr(os, "posix_fallocate"):
        return
    # Writing to a memory map on a full disk kills the process. Reserving space raises an OSError.
    with file.open("rb+") as stream:
        try:
            os.posix_fallocate(stream.fileno(), 0, file.stat().st_size)
        except OSError as error:  # some network file systems can't reserve
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise


# --- filling ------------------------------------------------------------------------------------


def _fill(file: Path, rows: list[_Row], pixels: int, data: Path | None, workers: int) -> int:
    size = min(_LARGEST_CHUNK, math.ceil(len(rows) / (4 * workers)))
    starts = range(0, len(rows), size)
    chunks = (rows[start : start + size] for start in starts)
    tasks = repeat(file), starts, chunks, repeat(pixels), repeat(data)
    prepared = 0
    with progress(total=len(rows), what=f"pixels {pixels}") as bar, _processes(workers) as pool:
        for done, copies in pool.map(_write, *tasks) if pool else map(_write, *tasks):
            bar.update(done)
            prepared += copies
    return prepared


@contextlib.contextmanager
def one_pool(workers: int) -> Iterator[None]:
    """Let all builds within share their processes, because starting some takes seconds.

    Parameters
    ----------
    workers : int
        Maximum number of processes; each is started when a build first needs it.
    """
    with _pool(workers) as pool:
        before = _shared.set(pool)
        try:
            yield
        finally:
            _shared.reset(before)


def _processes(workers: int) -> contextlib.AbstractContextManager[ProcessPoolExecutor | None]:
    shared = _shared.get()
    return _pool(workers) if shared is None or workers == 1 else contextlib.nullcontext(shared)


@contextlib.contextmanager
def _pool(workers: int) -> Iterator[ProcessPoolExecutor | None]:
    """Open a pool of processes with one numeric thread each; None if no other process is needed.

    Numeric libraries read these variables when they are loaded, which in a spawned worker is before
    any code of this package. They are therefore set here, and the workers inherit them.
    """
    if workers == 1:
        yield None
        return
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        with processes.pool(workers) as pool:  # they end with this process, even if it is killed
            yield pool
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _write(
    file: Path, start: int, rows: list[_Row], pixels: int, data: Path | None
) -> tuple[int, int]:
    """Write images at `start` and after; return their number, and that of prepared copies."""
    array = np.load(file, mmap_mode="r+")
    prepared = 0
    for index, row in enumerate(rows, start):
        if _is_phantom(row):
            array[index] = _rendered(row, pixels)
            continue
        assert data is not None  # checked by build
        grey, is_prepared = _decoded(row, data)
        array[index] = decode.fit(grey, pixels)
        prepared += is_prepared
    return len(rows), prepared


def _is_phantom(row: _Row) -> bool:
    return row.path.startswith("phantom:")


def _rendered(row: _Row, pixels: int) -> NDArray[np.uint8]:
    from cxrstudy import phantom  # not needed for real radiographs

    image: NDArray[np.uint8] = phantom.read(row.path, pixels)
    if image.dtype != np.uint8 or image.shape != (pixels, pixels):
        raise ValueError(f"{row.path}: rendered as {image.dtype} {image.shape}")
    return image


def _decoded(row: _Row, data: Path) -> tuple[NDArray[np.uint8], bool]:
    path = data / row.path
    content = decode.read_file(path)
    found = _sha256(content)
    expected = [hashed for hashed in (row.sha256, row.prepared_sha256) if hashed]
    if found not in expected:
        wanted = " or ".join(expected) or "no hash at all"
        detail = f"row {row.id}: the manifest expects SHA-256 {wanted}, the file has {found}"
        raise UnreadableImage("PIX006", path, detail)
    return decode.decode_grey(content, path), found != row.sha256

"""Files: add SHA-256, width and height of the user's image files to an adapter's table.

The label files of a publisher contain no hashes. A manifest does, so that the id of a run covers
the content of its images.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from PIL import Image

from cxrstudy.base.identity import file_sha256
from cxrstudy.base.progress import progress
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.twins import twins
from cxrstudy.pixels.decode import UnreadableImage

_DICOM_PREAMBLE = 128


class _Seen(NamedTuple):
    """Facts of a file, without decoding its pixels; or the reason why it can't be read."""

    sha256: str
    width: int
    height: int
    problem: UnreadableImage | None


def with_files(table: pd.DataFrame, folder: Path, workers: int = 4) -> pd.DataFrame:
    """Add the SHA-256 of every image file, and width and height if the label files have none.

    Parameters
    ----------
    table
        Table from an adapter's ``read``.
    folder
        The publisher's folder, which the column `path` is relative to.
    workers
        Number of threads. Hashing waits for the disk, so more threads than cores can be faster.

    Returns
    -------
    A copy that passes :func:`cxrstudy.data.manifest.check_manifest` after a column `split` is
    added. An excluded row whose file is missing or unreadable is removed, with a line in the log,
    because publishers list files that they never published.

    Raises
    ------
    cxrstudy.pixels.decode.UnreadableImage
        The file of an included row is missing (PIX001), or its header can't be read (PIX002; PIX007
        without pydicom). The error names the first such file.
    """
    paths = [folder / path for path in table["path"]]
    reasons = list(table["excluded"])
    _require(folder, paths, reasons)
    seen = _look_at(paths, reasons, workers)
    kept = [place for place, file in enumerate(seen) if file.problem is None]
    filled = table.iloc[kept].reset_index(drop=True)
    found = pd.DataFrame([seen[place][:3] for place in kept], columns=["sha256", "width", "height"])
    filled["sha256"] = found["sha256"].astype(str)
    for size in ("width", "height"):
        filled[size] = filled[size].where(filled[size] > 0, found[size]).astype(int)
    return filled[list(UNSPLIT)]


def _require(folder: Path, paths: list[Path], reasons: list[str]) -> None:
    """Report a missing file before the others are hashed, which may take hours."""
    for path, reason in zip(paths, reasons, strict=True):
        if not reason and not path.is_file():
            near = twins(folder, [path.relative_to(folder).as_posix()])
            where = "".join(f"; is it {folder / other}?" for other in near.values())
            raise UnreadableImage("PIX001", path, f"the label file lists it{where}")


def _look_at(paths: list[Path], reasons: list[str], workers: int) -> list[_Seen]:
    seen = []
    pool = ThreadPoolExecutor(workers)
    try:
        with progress(pool.map(_look, paths), "hashing", total=len(paths)) as files:
            for file, reason in zip(files, reasons, strict=True):
                if file.problem is not None and not reason:
                    raise file.problem
                if file.problem is not None:
                    _left_out(file.problem.path, reason)
                seen.append(file)
    finally:
        pool.shutdown(cancel_futures=True)
    return seen


def _look(path: Path) -> _Seen:
    try:
        return _Seen(file_sha256(path), *_size(path), None)
    except UnreadableImage as problem:
        return _Seen("", 0, 0, problem)
    except OSError as problem:
        detail = problem.strerror or "can't be opened"
        return _Seen("", 0, 0, UnreadableImage("PIX001", path, detail))


def _size(path: Path) -> tuple[int, int]:
    """Read width and height from the header only."""
    with path.open("rb") as stream:
        if stream.read(_DICOM_PREAMBLE + 4)[_DICOM_PREAMBLE:] == b"DICM":
            return _dicom_size(path)
    try:
        with Image.open(path) as image:
            return image.size
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise UnreadableImage("PIX002", path, "no image header that can be read") from None


def _dicom_size(path: Path) -> tuple[int, int]:
    try:
        import pydicom
    except ImportError:
        raise UnreadableImage("PIX007", path, "its size can't be read") from None
    header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=["Rows", "Columns"])
    try:
        return int(header.Columns), int(header.Rows)
    except AttributeError:
        raise UnreadableImage("PIX002", path, "a DICOM file without rows and columns") from None


def _left_out(path: Path, reason: str) -> None:
    logging.getLogger(__name__).warning("%s: left out; excluded: %s", path, reason)

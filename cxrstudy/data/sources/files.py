"""Files: add SHA-256, width and height of the user's image files to an adapter's table.

The label files of a publisher contain no hashes. A manifest does, so that the id of a run covers
the content of its images.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from cxrstudy.base.progress import progress
from cxrstudy.data.sources.labels import UNSPLIT
from cxrstudy.data.twins import twins
from cxrstudy.pixels.decode import UnreadableImage, read_file
from cxrstudy.pixels.sniff import look


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
        The file of an included row is missing (PIX001), or decoding would refuse it for its format
        or header. The error names the first such file.
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
        content = read_file(path)
        looked = look(content, path)
    except UnreadableImage as problem:
        return _Seen("", 0, 0, problem)
    return _Seen(sha256(content).hexdigest(), looked.width, looked.height, None)


def _left_out(path: Path, reason: str) -> None:
    logging.getLogger(__name__).warning("%s: left out; excluded: %s", path, reason)

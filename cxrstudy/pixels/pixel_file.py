"""Pixel file: the description beside it, and whether its content is still what was drawn.

The description, ``NAME.json`` beside ``NAME.npy``, holds the SHA-256 of each block of images. Who
opens a pixel file compares them first, once per process: a disk, or a person, may have changed a
byte, and the same run would then have other scores under the same id.
"""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrstudy.base.atomic import write_file

#: Images per block.
BLOCK = 1024
#: Key of the description under which the hashes stand.
HASHES = "blocks_sha256"


class AlteredPixelsError(RuntimeError):
    """A pixel file is not what was drawn; the message names it, the images, and what to do."""


def description_of(file: Path) -> Path:
    """Path of the description beside a pixel file."""
    return file.with_suffix(".json")


def describe(file: Path, array: NDArray[np.uint8], facts: dict[str, Any]) -> None:
    """Write the description of a pixel file.

    Parameters
    ----------
    file
        The pixel file, which need not stand there yet.
    array
        Its images, uint8, (n, pixels, pixels).
    facts
        What else to say of it.
    """
    said = facts | {"n": array.shape[0], "pixels": array.shape[1], HASHES: _hashes(array)}
    write_file(description_of(file), (json.dumps(said, indent=2) + "\n").encode())


def damage(file: Path) -> str:
    """What differs between a pixel file and its description; empty if nothing does.

    Both files are read whole; 100,000 images of 224 pixels take some seconds.
    """
    try:
        said = json.loads(description_of(file).read_bytes())
        count, side, expected = said["n"], said["pixels"], said[HASHES]
    except (OSError, ValueError, KeyError, TypeError):
        return f"its description, {description_of(file).name}, is missing or damaged"
    try:
        array = np.load(file, mmap_mode="r")
    except Exception as error:  # NumPy reads the header as Python, so that any error may come
        return f"it is cut off or its header is damaged ({error})"
    if array.dtype != np.uint8 or array.shape != (count, side, side):
        return f"it holds {array.dtype} {array.shape}, not uint8 {(count, side, side)}"
    found = _hashes(array)
    wrong = [block for block, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b]
    if wrong or len(found) != len(expected):
        first, end = min(wrong, default=0) * BLOCK, (max(wrong, default=0) + 1) * BLOCK
        return f"its images {first} to {min(end, count) - 1} are not those that were drawn"
    return ""


def open_checked(file: Path) -> NDArray[np.uint8]:
    """Open a pixel file as a read-only memory map, after its content was compared.

    Returns
    -------
    (n, pixels, pixels) array of uint8.

    Raises
    ------
    AlteredPixelsError
        The content is not what was drawn.
    """
    about = file.stat()
    if said := _damage_once(file, about.st_ino, about.st_size, about.st_mtime_ns):
        raise AlteredPixelsError(
            f"{file}: {said}; delete the file, the next run draws it anew, and check the disk"
        )
    opened: NDArray[np.uint8] = np.load(file, mmap_mode="r")
    return opened


@cache
def _damage_once(file: Path, number: int, size: int, written: int) -> str:
    """`damage` of a file, once per process for a file that nobody replaces."""
    return damage(file)


def _hashes(array: NDArray[np.uint8]) -> list[str]:
    blocks = (array[start : start + BLOCK] for start in range(0, len(array), BLOCK))
    return [hashlib.sha256(np.ascontiguousarray(block).data).hexdigest() for block in blocks]

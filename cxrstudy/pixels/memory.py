"""Memory: how much decoding a file may take, decided before it is taken.

A file of some kilobytes may declare an image of gigabytes, or unpack to one. What an image needs is
computed from the size that its header declares, and compared with a limit, before its pixels are
touched. The limit is 1 GB for a file. ``CXRSTUDY_DECODE_GB=4`` sets another, for this process and
for those that it starts.
"""

from __future__ import annotations

import math
import os
import stat
import zlib
from pathlib import Path

from cxrstudy.base import numbers
from cxrstudy.base.rounding import significant
from cxrstudy.pixels.grey import UnreadableImage

#: Names the limit, in gigabytes (10⁹ bytes).
VARIABLE = "CXRSTUDY_DECODE_GB"

_DEFAULT = 1.0
_GIGABYTE = 10**9
_START = 2**16  # bytes of a file that tell its kind
_CHUNK = 2**20


def require_memory(needed: int, declared: str, path: Path) -> None:
    """Stop before more memory is taken than one file may take.

    Parameters
    ----------
    needed
        Bytes that decoding takes at most.
    declared
        What the file says, as the subject of a sentence: "8000 x 6000 pixels".
    path
        Path of the file, for messages only.

    Raises
    ------
    UnreadableImage
        PIX010: more is needed than the limit allows, or the limit is no number.
    """
    most = _limit(path)
    if needed <= most:
        return
    enough = math.ceil(needed / _GIGABYTE)
    raise UnreadableImage(
        "PIX010",
        path,
        f"{declared} need {_written(needed)} to decode, and the limit is {_written(most)}; if the "
        f"file is sound, set {VARIABLE}={enough}",
    )


def read_file(path: Path) -> bytes:
    """Read a whole file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bytes
        Its content.

    Raises
    ------
    UnreadableImage
        PIX001: there is no such file, or it can't be opened. PIX010: it is larger than a file may
        be.
    """
    try:
        with path.open("rb") as stream:
            about = os.fstat(stream.fileno())
            if stat.S_ISREG(about.st_mode):
                _require_size(about.st_size, path)
                return stream.read()
            content = stream.read(_limit(path) + 1)  # of a pipe, whose size nobody knows
    except OSError as error:
        raise UnreadableImage("PIX001", path, error.strerror or "can't be opened") from error
    _require_size(len(content), path)
    return content


def read_start(path: Path) -> bytes:
    """Read the first bytes of a file, which tell its kind.

    Raises
    ------
    UnreadableImage
        PIX001: there is no such file, or it can't be opened.
    """
    try:
        with path.open("rb") as stream:
            return stream.read(_START)
    except OSError as error:
        raise UnreadableImage("PIX001", path, error.strerror or "can't be opened") from error


def require_inflated(packed: bytes, copies: int, path: Path) -> None:
    """Stop if deflated bytes unpack to more than memory allows; they are unpacked in small pieces.

    Parameters
    ----------
    packed
        A raw stream of deflate (RFC 1951).
    copies
        How often what is unpacked will be held in memory.
    path
        Path of the file, for messages only.

    Raises
    ------
    UnreadableImage
        PIX010: it unpacks to more than the limit allows.
    zlib.error
        It is damaged.
    """
    engine, size = zlib.decompressobj(-zlib.MAX_WBITS), 0
    for start in range(0, len(packed), _CHUNK):
        left = packed[start : start + _CHUNK]
        while left and not engine.eof:
            size += len(engine.decompress(left, _CHUNK))
            declared = f"its {_written(len(packed))}, which unpack to {_written(size)} or more,"
            require_memory(copies * size, declared, path)
            left = engine.unconsumed_tail


def _require_size(size: int, path: Path) -> None:
    require_memory(size, f"its {_written(size)}", path)


def _limit(path: Path) -> int:
    said = os.environ.get(VARIABLE, "")
    try:
        gigabytes = float(said) if said else _DEFAULT
    except ValueError:
        gigabytes = math.nan
    if not 0 < gigabytes < math.inf:
        detail = f"{VARIABLE} is {said!r}; it must be a number of gigabytes, as 4"
        raise UnreadableImage("PIX010", path, detail)
    return int(gigabytes * _GIGABYTE)


def _written(size: int) -> str:
    """Bytes in the largest unit that leaves a number of at least one: "2.7 GB".

    Examples
    --------
    >>> _written(165_000), _written(2_700_000_000), _written(10)
    ('165 kB', '2.7 GB', '10 bytes')
    """
    for factor, unit in ((_GIGABYTE, "GB"), (10**6, "MB"), (1000, "kB")):
        if size >= factor:
            return f"{numbers.plain(significant(size / factor, 3))} {unit}"
    return f"{size} bytes"

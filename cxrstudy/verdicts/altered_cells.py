"""Altered cells: which cells of a table differ from those of an earlier version of its file."""

import csv
import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import islice, zip_longest
from pathlib import Path

from cxrstudy.verdicts.results import IMAGES, SCORED

#: So many cells are named; the others are as different.
MOST = 10


def altered_cells(path: str, now: bytes, before: bytes, root: Path) -> list[str]:
    r"""Name the cells of a table in which two versions differ; nothing for other kinds of files.

    Parameters
    ----------
    path
        Path of the file below ``root``; a score is named by its image, too.
    now, before
        Content of both versions.

    Returns
    -------
    Line, column, value here and value there, as texts.

    Examples
    --------
    >>> altered_cells("a.csv", b"id,age\nx,3\n", b"id,age\nx,4\n", Path())
    ['line 2, age: 3 here, 4 in the commit']
    """
    name = Path(path).name
    if not name.endswith((".csv", ".csv.gz")):
        return []
    try:
        rows, earlier = _rows(now, name), _rows(before, name)
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, csv.Error) as problem:
        return [f"can't be read: {problem}"]
    if len(rows) != len(earlier):
        return [f"{len(rows)} lines here, {len(earlier)} in the commit"]
    images = _images((root / path).parent) if name == SCORED else []
    found = _differing(rows, earlier, images)
    named = list(islice(found, MOST))
    more = sum(1 for _ in found)
    return [*named, f"and {more} more cells"] if more else named


def _differing(rows: list[list[str]], earlier: list[list[str]], images: list[str]) -> Iterator[str]:
    header = rows[0] if rows else []
    for line, (row, then) in enumerate(zip(rows, earlier, strict=True), 1):
        if row == then:
            continue
        image = f" (image {images[line - 2]})" if 0 <= line - 2 < len(images) else ""
        for column, (here, there) in enumerate(zip_longest(row, then, fillvalue="nothing")):
            if here != there:
                name = header[column] if column < len(header) else f"column {column + 1}"
                yield f"line {line}{image}, {name}: {here} here, {there} in the commit"


def _rows(content: bytes, name: str) -> list[list[str]]:
    text = gzip.decompress(content) if name.endswith(".gz") else content
    return list(csv.reader(io.StringIO(text.decode(), newline="")))


def _images(folder: Path) -> list[str]:
    """Ids of the scored images, in the order of the scores; empty if they can't be read."""
    try:
        with (folder / IMAGES).open(encoding="utf-8", newline="") as file:
            return [row["id"] for row in csv.DictReader(file)]
    except (OSError, KeyError, csv.Error, UnicodeDecodeError):
        return []

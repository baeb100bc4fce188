"""Reader: a file of text cells becomes rows, or an error that names file and row.

Encodings: UTF-8, with or without a byte order mark, and UTF-16 with one (Excel's "Unicode text").
Line ends: LF, CRLF and CR. Packed: ``.gz``, and ``.zip`` with one file, beside which a Mac may have
put its ``__MACOSX`` folder. Quotes follow RFC 4180. Nothing is guessed: a separator other than the
expected one, or a row with more or fewer cells than the header, is an error.
"""

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from cxrstudy.base.text_file import decoded, line_at

#: Separators that programs write, with their names in messages.
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}

_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_LONGEST_CELL = 10_000_000


class TableError(ValueError):
    """A table is wrong; the message names file, row, value and what to do."""


class Line(NamedTuple):
    """One record of a file: its row, as in an editor (the first is 1), and its cells."""

    row: int
    cells: list[str]


class Sentence(NamedTuple):
    """One line of a file without cells: its row and its text."""

    row: int
    text: str


def read_lines(path: Path, separator: str = ",") -> Iterator[Line]:
    """Split a file into records; empty lines are left out.

    Parameters
    ----------
    path
        The file, compressed (``.gz``, ``.zip``) or not.
    separator
        Separator of cells.

    Raises
    ------
    TableError
        The file can't be unpacked or decoded, or a quote is out of place or never closed.
    FileNotFoundError
        There is no such file.
    """
    csv.field_size_limit(_LONGEST_CELL)
    records = csv.reader(io.StringIO(_text(path), newline=""), delimiter=separator, strict=True)
    row = 1
    try:
        for cells in records:
            if any(map(str.strip, cells)):
                yield Line(row, cells)
            row = records.line_num + 1
    except csv.Error as error:
        raise TableError(
            f"{path}, row {row}: {error}; a quotation mark is out of place, or one that opens is "
            "never closed"
        ) from None


def read_table(path: Path, needed: Sequence[str] = (), separator: str = ",") -> pd.DataFrame:
    r"""Read a table with a header; every cell is text, as it stands in the file.

    Parameters
    ----------
    path
        The file, compressed or not.
    needed
        Columns to return; the table may have others. Without names, all columns.
    separator
        Separator of cells.

    Returns
    -------
    Table whose index is the row in the file, as in an editor; the header is usually row 1.

    Raises
    ------
    TableError
        As for :func:`read_lines`; or the file is empty, a column is missing or named twice, or a
        row has more or fewer cells than the header.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "ages.csv"
    ...     _ = path.write_text("patient,age\nP1,58\n\nP2,\n")
    ...     read_table(path, ["age"]).to_dict()
    {'age': {2: '58', 4: ''}}
    """
    return table_of(path, read_lines(path, separator), needed, separator)


def table_of(
    path: Path, lines: Iterable[Line], needed: Sequence[str] = (), separator: str = ","
) -> pd.DataFrame:
    """Make a table of lines, the first of which is the header; see :func:`read_table`.

    Parameters
    ----------
    path
        The file, for messages.
    lines
        Its lines.
    needed, separator
        As for :func:`read_table`.
    """
    lines = iter(lines)
    header = next(lines, None)
    if header is None:
        raise TableError(f"{path}: the file is empty; put the whole file there")
    names = [name.strip() for name in header.cells]
    _check_header(path, header.row, names, needed, separator)
    wanted = list(needed) or names
    places = [names.index(name) for name in needed] or list(range(len(names)))
    rows: list[int] = []
    columns: list[list[str]] = [[] for _ in places]
    for row, cells in lines:
        if len(cells) != len(names):
            raise TableError(
                f"{path}, row {row}: {len(cells)} cells under {len(names)} columns; look for a "
                "separator too many or too few, or for a cell that needs quotes"
            )
        rows.append(row)
        for column, place in zip(columns, places, strict=True):
            column.append(cells[place])
    table = pd.DataFrame(dict(enumerate(columns)), pd.Index(rows, dtype=int), dtype=str)
    return table.set_axis(wanted, axis=1)


def read_names(path: Path) -> list[str]:
    """Read a list of names, separated by white space.

    Raises
    ------
    TableError
        The file can't be unpacked or decoded.
    """
    return _text(path).split()


def read_sentences(path: Path) -> list[Sentence]:
    """Read a file of lines that are no cells; empty lines are left out.

    Raises
    ------
    TableError
        The file can't be unpacked or decoded.
    """
    lines = io.StringIO(_text(path), newline=None).read().split("\n")
    return [Sentence(row, line) for row, line in enumerate(lines, start=1) if line.strip()]


def missing_column(path: Path, name: str, present: Sequence[str], row: int = 1) -> TableError:
    """The error for a column that a table lacks; it suggests a similar name."""
    folded = {other.casefold(): other for other in present}
    similar = get_close_matches(name.casefold(), folded, 1, 0.8)
    hint = f" Is it {folded[similar[0]]!r}?" if similar else ""
    return TableError(
        f"{path}, row {row}: no column {name!r}; its columns are {', '.join(present)}.{hint} "
        "Use the file as it was published, unchanged."
    )


def _check_header(
    path: Path, row: int, names: Sequence[str], needed: Sequence[str], separator: str
) -> None:
    if names[0].casefold().startswith("sep="):
        raise TableError(
            f"{path}, row {row}: {names[0]!r} is a line for Excel, not a row; delete it"
        )
    if len(names) == 1 and len(needed) != 1:
        other = max(SEPARATORS, key=names[0].count)
        if names[0].count(other):
            raise TableError(
                f"{path}, row {row}: cells are separated by a {SEPARATORS[other]}, not by a "
                f"{SEPARATORS[separator]}: {names[0][:60]!r}; save the table with a "
                f"{SEPARATORS[separator]} between cells"
            )
    twice = [name for at, name in enumerate(names) if name and name in names[:at]]
    if twice:
        raise TableError(f"{path}, row {row}: two columns are named {twice[0]!r}; rename one")
    for name in needed:
        if name not in names:
            raise missing_column(path, name, names, row)


def _text(path: Path) -> str:
    content = _unpacked(path)
    for mark, encoding in _MARKS.items():
        if content.startswith(mark):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                raise TableError(f"{path}: not valid UTF-16; save it as UTF-8") from None
    text = decoded(content, path, TableError, "row")
    if "\0" in text:
        row = line_at(content, content.index(b"\0"))
        raise TableError(f"{path}, row {row}: a zero byte; this is no text, or not UTF-8")
    return text


def _unpacked(path: Path) -> bytes:
    content = path.read_bytes()
    try:
        if path.suffix == ".gz":
            return gzip.decompress(content)
        if path.suffix == ".zip":
            return _only_file(path, content)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise TableError(f"{path}: can't be unpacked ({error}); download it again") from None
    return content


def _only_file(path: Path, content: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [
            name
            for name in archive.namelist()
            if not name.endswith("/")
            and "__MACOSX" not in name.split("/")
            and not name.split("/")[-1].startswith("._")
        ]
        if len(names) != 1:
            shown = ", ".join(names[:3]) or "nothing"
            raise TableError(f"{path}: expected one file inside, found {shown}; unpack it here")
        return archive.read(names[0])

"""Workbook: the rows of an Excel book as text, or an error that names the cell and what to do.

A book can show less than it holds, and hold less than it shows. What its reader would see and this
module would not, or the other way round, is refused: several sheets, hidden rows, merged cells,
formulas that were never computed, errors of formulas, identifiers that lost zeros or digits. Names
of columns stand in the first row that holds anything; a title above them is refused as well.

Files are those of Office Open XML (ECMA-376), which is XML in a ZIP archive.
"""

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple
from xml.etree import ElementTree

from cxrstudy.base.words import counted
from cxrstudy.data.tables import cell_formats
from cxrstudy.data.tables.reader import Line, TableError

#: How names of files with Excel books end; only the first two are read.
ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb")
_PLACE = re.compile(r"([A-Z]+)([0-9]+)")
_OLD = b"\xd0\xcf\x11\xe0"
_SAVE = "save the table as CSV, or as an Excel book (.xlsx) without a password"


class _Cell(NamedTuple):
    """Text of a cell, and what the book holds: text, a number, or something else."""

    text: str
    kind: Literal["text", "number", "other"] = "text"


@dataclass(frozen=True)
class _Book:
    """What cells of all sheets share.

    Attributes
    ----------
    texts
        Texts, which cells name by number.
    formats
        Code of each cell format, and whether it is of a date.
    from_1904
        Whether days are counted from 1904.
    """

    path: Path
    texts: list[str]
    formats: list[tuple[str, bool]]
    from_1904: bool


def read_workbook(path: Path) -> list[Line]:
    """Read the rows of the only sheet that holds anything; empty rows are left out.

    All rows have the same number of cells, and the first holds the names of columns.

    Raises
    ------
    TableError
        It is no book that is read, or it shows something else than it holds.
    """
    content = path.read_bytes()
    if content.startswith(_OLD) or path.suffix.lower() == ".xlsb":
        raise TableError(f"{path}: an old or binary Excel book, or one with a password; {_SAVE}")
    try:
        with zipfile.ZipFile(path) as archive:
            return _lines(path, archive)
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, IndexError) as error:
        raise TableError(f"{path}: no Excel book, or a damaged one ({error}); {_SAVE}") from None


def _lines(path: Path, archive: zipfile.ZipFile) -> list[Line]:
    main = _tree(archive, "xl/workbook.xml")
    setting = next(_all(main, "workbookPr"), None)
    from_1904 = setting is not None and setting.get("date1904") in ("1", "true")
    book = _Book(path, _texts(archive), _formats(archive), from_1904)
    sheets = {
        name: (tree, cells)
        for name, file in _sheets(archive, main).items()
        if (cells := _cells(book, name, tree := _tree(archive, file)))
    }
    if not sheets:
        raise TableError(f"{path}: the book is empty; put the whole file there")
    if len(sheets) > 1:
        names = ", ".join(map(repr, sheets))
        raise TableError(
            f"{path}: several sheets hold something ({names}); keep the one with the table, or "
            "save it as CSV"
        )
    ((name, (tree, cells)),) = sheets.items()
    _check_whole(f"{path}, sheet {name!r}", tree, cells)
    return _table(f"{path}, sheet {name!r}", cells)


def _table(where: str, cells: Mapping[int, Mapping[int, _Cell]]) -> list[Line]:
    columns = sorted({column for row in cells.values() for column in row})
    first = min(cells)
    for column in columns:
        if column not in cells[first]:
            raise TableError(
                f"{where}, row {first}: column {_letters(column)} holds cells and has no name; the "
                "first row must hold the names of the columns, so remove titles above it"
            )
        _check_zeros(where, cells[first][column].text, [
            row[column] for place, row in cells.items() if place > first and column in row
        ])  # fmt: skip
    empty = _Cell("")
    return [
        Line(place, [cells[place].get(column, empty).text for column in columns])
        for place in sorted(cells)
    ]


def _check_zeros(where: str, name: str, cells: list[_Cell]) -> None:
    """Refuse a column in which some identifiers have lost their zeros."""
    whole = [cell.text for cell in cells if cell.kind == "text" and re.match(r"0\d+$", cell.text)]
    lost = [
        cell.text for cell in cells if cell.kind == "number" and re.match(r"[1-9]\d*$", cell.text)
    ]
    if whole and lost:
        raise TableError(
            f"{where}, column {name!r}: {whole[0]!r} is text with zeros in front, and {lost[0]} is "
            "a number, which can't have any; make all cells of the column text"
        )


def _check_whole(where: str, tree: ElementTree.Element, cells: Mapping[int, object]) -> None:
    """Refuse a sheet that shows less than it holds, or more."""
    hidden = [row for row in map(_hidden, _all(tree, "row")) if row in cells]
    if hidden:
        raise TableError(
            f"{where}: {counted(len(hidden), 'row')} hidden, row {hidden[0]} first; clear the "
            "filter, and show all rows or delete them"
        )
    merged = next(_all(tree, "mergeCell"), None)
    if merged is not None:
        raise TableError(
            f"{where}: the cells {merged.get('ref')} are merged, so that only the first one holds "
            "a value; split merged cells and fill in each"
        )


def _hidden(row: ElementTree.Element) -> int:
    return int(row.get("r", 0)) if row.get("hidden") in ("1", "true") else 0


def _cells(book: _Book, sheet: str, tree: ElementTree.Element) -> dict[int, dict[int, _Cell]]:
    """Cells of a sheet that hold something, by row and column."""
    found: dict[int, dict[int, _Cell]] = defaultdict(dict)
    row = 0
    for each in _all(tree, "row"):
        row = int(each.get("r", row + 1))
        column = 0
        for cell in _all(each, "c"):
            match = _PLACE.fullmatch(cell.get("r", ""))
            column = _number(match[1]) if match else column + 1
            said = _said(book, f"{book.path}, sheet {sheet!r}, cell {_letters(column)}{row}", cell)
            if said.text:
                found[row][column] = said
    return dict(found)


def _said(book: _Book, where: str, cell: ElementTree.Element) -> _Cell:
    value = next((part.text or "" for part in _children(cell, "v")), None)
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _Cell("".join(map(_text, _children(cell, "is"))))
    if not value:
        if next(_children(cell, "f"), None) is not None:
            raise TableError(
                f"{where}: a formula without a value; open the book in Excel or LibreOffice and "
                "save it, or save the table as CSV"
            )
        return _Cell("")
    if kind == "s":
        return _Cell(book.texts[int(value)])
    if kind == "e":
        raise TableError(f"{where}: {value} is an error; correct the formula, or leave it empty")
    if kind == "b":
        return _Cell("TRUE" if value == "1" else "FALSE", "other")
    if kind != "n":  # the text of a formula, or a date as text
        return _Cell(value)
    code, dated = book.formats[int(cell.get("s", 0))] if book.formats else ("", False)
    try:
        text = cell_formats.shown(value, code, dated, book.from_1904)
    except ValueError as error:
        raise TableError(
            f"{where}: {value}: {error}; make the cells of the column text, and enter it again"
        ) from None
    return _Cell(
        text, "other" if dated or text.startswith("0") or code.startswith("0") else "number"
    )


def _sheets(archive: zipfile.ZipFile, main: ElementTree.Element) -> dict[str, str]:
    """File in the archive of each sheet with cells, by its name; charts have none."""
    relations = _tree(archive, "xl/_rels/workbook.xml.rels")
    files = {
        each.get("Id"): each.get("Target", "")
        for each in _all(relations, "Relationship")
        if each.get("Type", "").endswith("/worksheet")
    }
    found = {}
    for sheet in _all(main, "sheet"):
        key = next((value for name, value in sheet.items() if name.endswith("}id")), None)
        if key in files:
            target = files[key]
            found[sheet.get("name", "")] = (
                target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            )
    return found


def _texts(archive: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.namelist():
        return []
    return [_text(each) for each in _all(_tree(archive, "xl/sharedStrings.xml"), "si")]


def _text(element: ElementTree.Element) -> str:
    """The text of runs, without that of phonetic marks."""
    runs = [element, *_children(element, "r")]
    return "".join(part.text or "" for run in runs for part in _children(run, "t"))


def _formats(archive: zipfile.ZipFile) -> list[tuple[str, bool]]:
    if "xl/styles.xml" not in archive.namelist():
        return []
    tree = _tree(archive, "xl/styles.xml")
    codes = {
        int(each.get("numFmtId", 0)): each.get("formatCode", "") for each in _all(tree, "numFmt")
    }
    numbers = [
        int(each.get("numFmtId", 0))
        for group in _all(tree, "cellXfs")
        for each in _children(group, "xf")
    ]
    return [(codes.get(n, ""), cell_formats.is_date(n, codes.get(n, ""))) for n in numbers]


def _tree(archive: zipfile.ZipFile, name: str) -> ElementTree.Element:
    return ElementTree.fromstring(archive.read(name))


def _all(tree: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    """Elements of a name, in whatever namespace: there are two, for one format."""
    return (each for each in tree.iter() if each.tag.rpartition("}")[2] == tag)


def _children(element: ElementTree.Element, tag: str) -> Iterator[ElementTree.Element]:
    return (each for each in element if each.tag.rpartition("}")[2] == tag)


def _number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _letters(number: int) -> str:
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

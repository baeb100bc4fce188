"""Workbook: the rows of an Excel book as text, or an error that names the cell and what to do.

A book can show less than it holds, and hold less than it shows. What its reader would see and this
module would not, or the other way round, is refused: several sheets, hidden rows, merged cells,
formulas that were never computed, errors of formulas, identifiers that lost zeros or digits. Names
of columns stand in the first row that holds anything; a title above them is refused as well.
"""

import re
import warnings
from collections.abc import Mapping
from datetime import date, datetime, time
from io import BytesIO
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from cxrstudy.base.words import counted
from cxrstudy.data.tables.reader import Line, TableError

#: How names of files with Excel books end; only the first two are read.
ENDINGS = (".xlsx", ".xlsm", ".xls", ".xlsb")
#: Excel keeps so many digits of a number; further ones are zeros.
DIGITS = 15
_OLD = b"\xd0\xcf\x11\xe0"
_SAVE = "save the table as CSV, or as an Excel book (.xlsx) without a password"
#: Cells that hold something, by row and column.
Cells = Mapping[int, Mapping[int, Cell]]


def read_workbook(path: Path, sheet: str = "") -> list[Line]:
    """Read the rows of one sheet; empty rows are left out.

    All rows have the same number of cells, and the first holds the names of columns.

    Parameters
    ----------
    path
        The book.
    sheet
        Name of the sheet; without one, the only sheet that holds anything.

    Raises
    ------
    TableError
        It is no book that is read, or it shows something else than it holds.
    """
    content = path.read_bytes()
    if content.startswith(_OLD) or path.suffix.lower() == ".xlsb":
        raise TableError(f"{path}: an old or binary Excel book, or one with a password; {_SAVE}")
    values, formulas = _open(path, content, values=True), _open(path, content, values=False)
    sheets = {each.title: found for each in formulas.worksheets if (found := _cells(each))}
    if not sheets:
        raise TableError(f"{path}: the book is empty; put the whole file there")
    if sheet:
        there = ", ".join(map(repr, sheets))
        if sheet not in sheets:
            raise TableError(f"{path}: no sheet {sheet!r} that holds anything; there are {there}")
        sheets = {sheet: sheets[sheet]}
    if len(sheets) > 1:
        raise TableError(
            f"{path}: several sheets hold something ({', '.join(map(repr, sheets))}); keep the one "
            "with the table, or save it as CSV"
        )
    ((name, cells),) = sheets.items()
    where = f"{path}, sheet {name!r}"
    _check_whole(where, formulas[name], cells)
    return _lines(where, cells, values[name])


def _open(path: Path, content: bytes, values: bool) -> Workbook:
    """Read a book, with the values of formulas as they were computed last, or with the formulas."""
    try:
        with warnings.catch_warnings():
            # Of what a table does not hold: headers, lists to choose from, pictures.
            warnings.simplefilter("ignore", UserWarning)
            # Links to other books are of no use here.
            return load_workbook(BytesIO(content), data_only=values, keep_links=False)
    except Exception as error:  # of a damaged book, openpyxl raises whatever its parts raise
        raise TableError(f"{path}: no Excel book, or a damaged one ({error}); {_SAVE}") from None


def _cells(sheet: Worksheet) -> Cells:
    rows = {
        place: {cell.column: cell for cell in row if cell.value not in (None, "")}
        for place, row in enumerate(sheet.iter_rows(), sheet.min_row)
    }
    return {place: row for place, row in rows.items() if row}


def _check_whole(where: str, sheet: Worksheet, cells: Cells) -> None:
    """Refuse a sheet that shows less than it holds, or more."""
    hidden = [row for row in cells if sheet.row_dimensions[row].hidden]
    if hidden:
        raise TableError(
            f"{where}: {counted(len(hidden), 'row')} hidden, row {hidden[0]} first; clear the "
            "filter, and show all rows or delete them"
        )
    if merged := sorted(map(str, sheet.merged_cells.ranges)):
        raise TableError(
            f"{where}: the cells {merged[0]} are merged, so that only the first one holds a value; "
            "split merged cells and fill in each"
        )


def _lines(where: str, cells: Cells, values: Worksheet) -> list[Line]:
    columns = sorted({column for row in cells.values() for column in row})
    first = min(cells)
    texts = {
        place: {column: _text(where, cell, values) for column, cell in row.items()}
        for place, row in cells.items()
    }
    for column in columns:
        if column not in cells[first]:
            letter = next(row[column] for row in cells.values() if column in row).column_letter
            raise TableError(
                f"{where}, row {first}: column {letter} holds cells and has no name; the first row "
                "must hold the names of the columns, so remove titles above it"
            )
        below = {place: row[column] for place, row in cells.items() if column in row}
        del below[first]
        _check_zeros(where, column, texts[first][column], below, texts)
    return [
        Line(place, [row.get(column, "") for column in columns]) for place, row in texts.items()
    ]


def _check_zeros(
    where: str,
    column: int,
    name: str,
    cells: Mapping[int, Cell],
    texts: Mapping[int, Mapping[int, str]],
) -> None:
    """Refuse a column in which some identifiers have lost their zeros."""
    whole = [
        texts[place][column]
        for place, cell in cells.items()
        if cell.data_type == "s" and re.fullmatch(r"0\d+", texts[place][column])
    ]
    lost = [
        texts[place][column]
        for place, cell in cells.items()
        if cell.data_type == "n" and re.fullmatch(r"[1-9]\d*", texts[place][column])
    ]
    if whole and lost:
        raise TableError(
            f"{where}, column {name!r}: {whole[0]!r} is text with zeros in front, and {lost[0]} is "
            "a number, which can't have any; make all cells of the column text"
        )


def _text(where: str, cell: Cell, values: Worksheet) -> str:
    """What a cell shows; of a formula, the value that was computed last."""
    value = values[cell.coordinate].value
    if cell.data_type == "f" and value in (None, ""):
        raise TableError(
            f"{where}, cell {cell.coordinate}: a formula without a value; open the book in Excel "
            "or LibreOffice and save it, or save the table as CSV"
        )
    if values[cell.coordinate].data_type == "e":
        raise TableError(
            f"{where}, cell {cell.coordinate}: {value} is an error; correct the formula, or leave "
            "it empty"
        )
    try:
        return _said(value, cell.number_format)
    except ValueError as problem:
        raise TableError(
            f"{where}, cell {cell.coordinate}: {problem}; make the cell text"
        ) from None


def _said(value: Any, shown_as: str) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return str(value.date() if value.time() == time() else value)
    if isinstance(value, (date, time)):
        return str(value)
    if not isinstance(value, (int, float)):
        return str(value)
    if not float(value).is_integer():
        return repr(value)
    if abs(value) >= 10**DIGITS:
        raise ValueError(f"a number of more than {DIGITS} digits, of which Excel keeps {DIGITS}")
    # A number that is shown with zeros in front is an identifier.
    zeros = shown_as if re.fullmatch("0+", shown_as) else ""
    return str(int(value)).zfill(len(zeros))

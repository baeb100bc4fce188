"""Excel books, written as their standard says: a library does not write values of formulas."""

import zipfile
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
#: Formats of cells, by the number that a cell gives: none, a date, five digits, 1 decimal.
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="00000"/>'
    '<numFmt numFmtId="165" formatCode="0.0&quot; years&quot;"/></numFmts><cellXfs count="4">'
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs>'
    "</styleSheet>"
)
DATE, FIVE_DIGITS, YEARS = 1, 2, 3


def text(value):
    """A cell of text."""
    return f't="inlineStr"><is><t>{escape(value)}</t></is>'


def number(value, style=0):
    """A cell of a number, with one of the formats above."""
    return f's="{style}"><v>{value}</v>'


def row(*cells, place, more=""):
    """A row; None is no cell."""
    made = "".join(
        f'<c r="{chr(65 + at)}{place}" {cell if isinstance(cell, str) else number(cell)}</c>'
        for at, cell in enumerate(cells)
        if cell is not None
    )
    return f'<row r="{place}" {more}>{made}</row>'


def write_book(path, *sheets, after="", setting=""):
    """Write a book; a sheet is a list of rows. `after` stands behind the rows of each sheet."""
    ids = range(1, len(sheets) + 1)
    listed = "".join(f'<sheet name="S{n}" sheetId="{n}" r:id="rId{n}"/>' for n in ids)
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_LINKS}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n in ids
    )
    parts = [("workbook", "sheet.main"), ("styles", "styles")]
    parts += [(f"worksheets/s{n}", "worksheet") for n in ids]
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPE}.{kind}+xml"/>'
        for part, kind in parts
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<Types xmlns="{_TYPES}">{types}</Types>')
        archive.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
            f'Type="{_LINKS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><workbookPr {setting}/>'
            f"<sheets>{listed}</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{_PACKAGE}">{links}</Relationships>',
        )
        archive.writestr("xl/styles.xml", _STYLES)
        for n, rows in zip(ids, sheets, strict=True):
            archive.writestr(
                f"xl/worksheets/s{n}.xml",
                f'<worksheet xmlns="{_MAIN}"><sheetData>{"".join(rows)}</sheetData>{after}'
                "</worksheet>",
            )
    return path

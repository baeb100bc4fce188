"""Written: tables that prose writes in Markdown, in the form of those that are computed.

So they too have a number and a caption, move sideways by keys, and are cards on a narrow screen.
"""

import re
from html import unescape

import pandas as pd

from cxrstudy.pages.html import TAG
from cxrstudy.pages.tables import framed, rows_as_html

#: A table of Markdown, as the theme frames it.
TABLE = re.compile(
    r'<div class="pst-scrollable-table-container"><table class="table">(?P<inside>.*?)</table>\s*'
    r"</div>",
    re.DOTALL,
)
ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<(t[hd])[^>]*>(.*?)</\1>", re.DOTALL)
#: A cell that is one paragraph.
ALONE = re.compile(r"<p>((?:(?!</?p>).)*)</p>", re.DOTALL)


def as_computed(body: str) -> str:
    """A body whose Markdown tables have the form of computed ones; the others stay.

    Examples
    --------
    >>> table = "<table class='table'><tr><th>a</th></tr></table>"
    >>> as_computed(table) == table
    True
    """
    return TABLE.sub(_framed, body)


def _framed(found: re.Match[str]) -> str:
    rows = [[_content(cell) for _, cell in CELL.findall(row)] for row in ROW.findall(found[0])]
    headings = [unescape(TAG.sub("", heading)) for heading in rows[0]] if rows else []
    if len(set(headings)) < len(headings) or any(len(row) != len(headings) for row in rows):
        return found[0]
    return framed(rows_as_html(pd.DataFrame(rows[1:], columns=headings)))


def _content(cell: str) -> str:
    alone = ALONE.fullmatch(cell.strip())
    return alone[1] if alone else cell.strip()

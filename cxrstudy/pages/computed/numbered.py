"""Numbered: tables of a page have numbers, by which readers speak of them, and say what they show.

Sphinx numbers figures, but not tables that a cell or a computed part brings as HTML. The table that
stands in a figure's place on a phone has no number: it is the figure.
"""

import itertools
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from cxrstudy.pages.computed.written import as_computed
from cxrstudy.pages.html import TAG

#: The frame of a table of ours, which recorded results it is of, and what its maker said of it.
FRAME = (
    r'(?P<frame><div class="study-table[^"]*"(?: data-of="(?P<of>[^"]*)")?[^>]*?)'
    r'(?: data-caption="(?P<said>[^"]*)")?'
    r'(?P<rest>><table class="dataframe(?: few)?">)'
)
#: A line that ends in a colon, with nothing but marks between it and the frame of a table.
ANNOUNCED = re.compile(
    r"<p>(?P<before>(?:(?!</?p>).)*?)(?P<announced>(?:(?!</?p>|[.!?] [A-Z]).)+):</p>"
    r'(?P<between>(?:\s|<(?!div class="study-|/?(?:p|h[1-6]|details|table|figure|img|svg)\b)'
    r"[^>]*>)*)" + FRAME,
    re.DOTALL,
)
#: What says where a table is: a heading, or the title of a fold. The frame of a table that stands
#: in a figure's place comes before the table.
PARTS = re.compile(
    r"<h[1-6][^>]*>(?P<heading>.*?)</h[1-6]>"
    r"|<summary[^>]*>(?P<title>.*?)</summary>"
    r"|(?P<closed></details>)"
    r'|(?P<figure><div class="study-phone(?: \w+)?">(?:<p>[^<]*</p>)?)?' + FRAME,
    re.DOTALL,
)
#: The two titles of a fold of a cell: closed and open.
TITLES = re.compile(r"<p [^>]*>(.*?)</p>", re.DOTALL)
#: The sign after a heading that links to it.
ANCHOR = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)


def with_numbers(body: str) -> str:
    """A body whose tables have a caption: their number in their order, and what they show.

    What a table shows is what its maker said (:func:`cxrstudy.pages.tables.framed`), else the
    sentence before it that ends in a colon, which moves into the caption, else the title of the
    fold that it lies in, else the heading above it. A table of recorded results names them.

    Examples
    --------
    >>> page = '<p>Gain:</p><div class="study-table"><table class="dataframe"></table></div>'
    >>> with_numbers(page)[25:]
    '<table class="dataframe"><caption><b>Table 1.</b> Gain</caption></table></div>'
    """
    numbers = itertools.count(1)
    places = [""]

    def captioned(found: re.Match[str]) -> str:
        if found["heading"] is not None:
            places[:] = [_plain(ANCHOR.sub("", found["heading"])), *places[1:]]
        if found["title"] is not None:
            places.append(_title(found["title"]))
        if found["closed"] and len(places) > 1:
            places.pop()
        if found["frame"] is None or found["figure"]:
            return found[0]
        caption = f"<b>Table {next(numbers)}.</b> {found['said'] or places[-1]}".strip()
        caption += f" ({found['of']})" if found["of"] else ""
        return f"{found['frame']}{found['rest']}<caption>{caption}</caption>"

    return PARTS.sub(captioned, ANNOUNCED.sub(_moved, body))


def _moved(found: re.Match[str]) -> str:
    """A line and the frame that it announces: its last sentence is said by the frame."""
    # A mark that is open where the sentence begins would stay open.
    if found["said"] or found["before"].count("<") != 2 * found["before"].count("</"):
        return found[0]
    kept = f"<p>{found['before'].rstrip()}</p>" if found["before"].strip() else ""
    said = _plain(found["announced"]).replace('"', "&quot;")
    return f'{kept}{found["between"]}{found["frame"]} data-caption="{said}"{found["rest"]}'


def _title(summary: str) -> str:
    """The title of a fold, which a fold of a cell has twice: closed and open."""
    titles = TITLES.findall(summary)
    return _plain(titles[0] if titles else summary)


def _plain(content: str) -> str:
    """The text of HTML, still escaped."""
    return " ".join(TAG.sub("", content).split())


def on_context(
    app: Sphinx, name: str, template: str, context: dict[str, Any], page: nodes.document | None
) -> None:
    """Caption the tables of a page that Sphinx writes."""
    if page is not None:
        context["body"] = with_numbers(as_computed(str(context.get("body", ""))))

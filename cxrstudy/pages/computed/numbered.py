"""Numbered: tables of a page have numbers, by which readers speak of them, and say what they show.

Sphinx numbers figures, but not tables that a cell or a computed part brings as HTML. The table that
stands in a figure's place on a phone has no number: it is the figure.
"""

import itertools
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from cxrstudy.pages.html import TAG

#: What stands before a table may say what it shows: a heading, the title of a fold, or a line that
#: ends in a colon. The frame of a table that stands in a figure's place comes before the table.
PARTS = re.compile(
    r"<h[1-6][^>]*>(?P<heading>.*?)</h[1-6]>"
    r"|<summary[^>]*>(?P<title>.*?)</summary>"
    r"|(?P<closed></details>)"
    r"|<p>(?P<line>(?:(?!</?p>).)*?)</p>"
    r'|(?P<figure><div class="study-phone">)?'
    r'(?P<table><div class="study-table[^"]*"[^>]*?)(?: data-caption="(?P<given>[^"]*)")?'
    r'(?P<rest>><table class="dataframe">)',
    re.DOTALL,
)
#: The two titles of a fold of a cell: closed and open.
TITLES = re.compile(r"<p [^>]*>(.*?)</p>", re.DOTALL)
#: Where one sentence ends and the next begins.
SENTENCE = re.compile(r"(?<=[.!?]) (?=[A-Z])")
#: The sign after a heading that links to it.
ANCHOR = re.compile(r'<a class="headerlink".*?</a>', re.DOTALL)


def with_numbers(body: str) -> str:
    """A body whose tables have a caption: their number in their order, and what they show.

    What a table shows is what its maker said (:func:`cxrstudy.pages.tables.framed`), else the line
    before it that ends in a colon, else the title of the fold that it lies in, else the heading
    above it.

    Examples
    --------
    >>> page = '<h2>Sites</h2><div class="study-table"><table class="dataframe"></table></div>'
    >>> with_numbers(page)[45:]
    '<table class="dataframe"><caption><b>Table 1.</b> Sites</caption></table></div>'
    """
    numbers = itertools.count(1)
    heading, folds, line = "", [], ""

    def captioned(found: re.Match[str]) -> str:
        nonlocal heading, line
        if found["table"] is None:
            line = _lead(found["line"]) if found["line"] is not None else ""
            if found["heading"] is not None:
                heading = _plain(ANCHOR.sub("", found["heading"]))
            if found["title"] is not None:
                folds.append(_title(found["title"]))
            if found["closed"] and folds:
                folds.pop()
            return found[0]
        if found["figure"]:
            return found[0]
        shows, line = found["given"] or line or (folds and folds[-1]) or heading, ""
        caption = f"<b>Table {next(numbers)}.</b> {shows}".strip()
        return f"{found['table']}{found['rest']}<caption>{caption}</caption>"

    return PARTS.sub(captioned, body)


def _lead(line: str) -> str:
    """The last sentence of a line that ends in a colon: it says what follows. Else nothing."""
    said = _plain(line)
    return SENTENCE.split(said)[-1].removesuffix(":") if said.endswith(":") else ""


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
        context["body"] = with_numbers(str(context.get("body", "")))

"""Numbered: the tables of a page have numbers, by which readers can speak of them.

Sphinx numbers figures, but not tables that a cell or a computed part brings as HTML. The table that
stands in a figure's place on a phone has no number: it is the figure.
"""

import itertools
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: A table of ours, and before it the frame of one that stands in a figure's place.
TABLE = re.compile(
    r'(<div class="study-phone">)?(<div class="study-table[^"]*"[^>]*><table class="dataframe">)'
)


def with_numbers(body: str) -> str:
    """A body whose tables have a caption with their number, in their order.

    Examples
    --------
    >>> with_numbers('<div class="study-table"><table class="dataframe"></table></div>')
    '<div class="study-table"><table class="dataframe"><caption>Table 1</caption></table></div>'
    """
    numbers = itertools.count(1)

    def numbered(found: re.Match[str]) -> str:
        if found[1]:
            return found[0]
        return f"{found[2]}<caption>Table {next(numbers)}</caption>"

    return TABLE.sub(numbered, body)


def on_context(
    app: Sphinx, name: str, template: str, context: dict[str, Any], page: nodes.document | None
) -> None:
    """Number the tables of a page that Sphinx writes."""
    if page is not None:
        context["body"] = with_numbers(str(context.get("body", "")))

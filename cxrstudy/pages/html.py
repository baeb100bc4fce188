"""HTML: what a cell of a notebook shows. Reading results outside of a notebook needs no IPython."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape

#: A mark of HTML, which is not part of the text that a reader sees.
TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True, repr=False)
class HTML:
    """A piece of HTML, shown as such by every notebook; in text, only that it is one."""

    data: str

    def __repr__(self) -> str:
        return "<HTML>"

    def _repr_html_(self) -> str:
        return self.data


def stacked(parts: Iterable[HTML | None]) -> HTML | None:
    """Parts of a page below each other; those that do not exist are left out.

    Examples
    --------
    >>> stacked([HTML("<p>a</p>"), None, HTML("<p>b</p>")]).data
    '<p>a</p><p>b</p>'
    >>> stacked([None]) is None
    True
    """
    there = [part.data for part in parts if part is not None]
    return HTML("".join(there)) if there else None


def fold(summary: str, inside: str) -> str:
    """HTML that a reader opens: what is for reference only, and no evidence.

    Examples
    --------
    >>> fold("All runs", "<p>3</p>")
    '<details class="study-fold"><summary>All runs</summary><p>3</p></details>'
    """
    heading = f"<summary>{escape(summary)}</summary>"
    return f'<details class="study-fold">{heading}{inside}</details>'

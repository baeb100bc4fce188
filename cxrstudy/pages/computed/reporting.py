"""Reporting: what CLAIM 2024 and TRIPOD+AI ask: for each item a sentence, a value and a link."""

from html import escape
from typing import Self

import pandas as pd
from pydantic import Field, TypeAdapter, ValidationError, model_validator

from cxrstudy.base import places
from cxrstudy.base.notebooks import chapter
from cxrstudy.base.schema import Strict, read_content, why_of
from cxrstudy.pages.computed.facts import facts
from cxrstudy.pages.html import HTML
from cxrstudy.pages.tables import framed, rows_as_html
from cxrstudy.verdicts.judge import recorded

#: File of the answers, among the prose.
ANSWERS = "book/reporting.yaml"


class ReportingError(ValueError):
    """An answer is missing or names an unknown fact; the message names standard and item."""


class Answer(Strict):
    """The answer to an item.

    Attributes
    ----------
    asks
        What the standard asks, in our words.
    says
        The answer in a sentence.
    value
        The same as a value; braces hold names of facts.
    link, shows
        Page of the book that shows more, and words of its source that do; empty if none does.
    """

    asks: str = Field(min_length=3)
    says: str = Field(min_length=3)
    value: str = Field(min_length=1)
    link: str = ""
    shows: str = ""

    @model_validator(mode="after")
    def _says_what_its_page_shows(self) -> Self:
        if bool(self.link) != bool(self.shows):
            raise ValueError("link and shows: a page needs words that it shows, and they a page")
        return self


def answers() -> dict[str, dict[str, Answer]]:
    """Read the answers, by standard and item.

    Raises
    ------
    ReportingError
        Names the standard, the item and the field.
    """
    given = read_content(places.root() / ANSWERS, ReportingError)
    texts = {
        name: {str(item): each for item, each in items.items()} for name, items in given.items()
    }
    try:
        return TypeAdapter(dict[str, dict[str, Answer]]).validate_python(texts)
    except ValidationError as error:
        first = error.errors()[0]
        place = ", ".join(map(str, first["loc"]))
        raise ReportingError(f"{ANSWERS}: {place}: {why_of(first)}") from None


def filled(value: str, known: dict[str, str]) -> str:
    """A value with its facts.

    Raises
    ------
    ReportingError
        A fact is unknown.

    Examples
    --------
    >>> filled("power {power}", {"power": "80 %"})
    'power 80 %'
    """
    try:
        return value.format_map(known)
    except KeyError as error:
        raise ReportingError(
            f"{ANSWERS}: there is no fact {error}; the facts are {', '.join(known)}"
        ) from None


def claim() -> HTML:
    """Show the items of CLAIM 2024."""
    return _shown("CLAIM 2024")


def tripod() -> HTML:
    """Show the items of TRIPOD+AI."""
    return _shown("TRIPOD+AI 2024")


def _shown(standard: str) -> HTML:
    known = facts(recorded())
    rows = [
        {
            "item": escape(item),
            "what is asked, and the answer": f"<b>{escape(each.asks)}</b>: {escape(each.says)}",
            "value": escape(filled(each.value, known)),
            "page": _linked(each.link),
        }
        for item, each in answers()[standard].items()
    ]
    shown = f"The items of {standard}, with what this study answers"
    return HTML(framed(rows_as_html(pd.DataFrame(rows)), shown, "study-items"))


def _linked(link: str) -> str:
    return f'<a href="{escape(link)}.html">{escape(_named(link))}</a>' if link else "none"


def _named(link: str) -> str:
    """Name of a page as its heading and the menu have it."""
    if link == "index":
        return "First page"
    folder, _, name = link.rpartition("/")
    if folder:
        return chapter(name)
    text = (places.root() / "book" / f"{name}.md").read_text(encoding="utf-8")
    return next(line[2:] for line in text.splitlines() if line.startswith("# "))

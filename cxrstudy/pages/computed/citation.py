"""Citation: how to cite the study, from ``CITATION.cff``, as a sentence and as BibTeX."""

from collections.abc import Mapping
from html import escape
from typing import Any

from cxrstudy.base import places
from cxrstudy.base.schema import read_content
from cxrstudy.pages.html import HTML


class CitationError(ValueError):
    """The citation can't be read; the message names the file and the line."""


def how_to_cite() -> HTML:
    """Show the citation of the study."""
    cff = read_content(places.root() / "CITATION.cff", CitationError)
    return HTML(
        f"<p>{escape(cff['message'])}</p>"
        f'<pre class="study-bibtex" tabindex="0">{escape(bibtex(cff))}</pre>'
    )


def bibtex(cff: Mapping[str, Any]) -> str:
    """Write a software's citation as BibTeX.

    Examples
    --------
    >>> print(bibtex({"title": "A study", "authors": [{"name": "We"}], "version": "1.0"}))
    @software{cxrstudy,
      title = {A study},
      author = {{We}},
      version = {1.0},
    }
    """
    given = {
        "title": cff["title"],
        "author": " and ".join(map(_author, cff["authors"])),
        "year": str(cff.get("date-released", ""))[:4],
        "version": cff["version"],
        "doi": cff.get("doi", ""),
        "url": cff.get("url", cff.get("repository-code", "")),
        "license": cff.get("license", ""),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in given.items() if value]
    return "\n".join(["@software{cxrstudy,", *lines, "}"])


def _author(author: Mapping[str, str]) -> str:
    """A person as family name and given names; a group in braces, so that it is not taken apart."""
    if "name" in author:
        return f"{{{author['name']}}}"
    return f"{author['family-names']}, {author['given-names']}"

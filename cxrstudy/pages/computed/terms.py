"""Terms: the first time that a page uses a word of the glossary, the word links there.

Writers mark nothing: a word is linked wherever it comes first, also after a page was changed.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

#: Page of the glossary, which has no links to itself.
GLOSSARY = "glossary"

#: Parts of a page in which no word is linked, because they are links, code, or read as one piece.
_CLOSED = (
    nodes.reference, addnodes.pending_xref, nodes.literal, nodes.literal_block, nodes.title,
    nodes.raw, nodes.caption, nodes.math, addnodes.download_reference, nodes.citation_reference,
)  # fmt: skip


def terms_of(text: str) -> list[str]:
    r"""The terms of a glossary's page, from its source.

    Examples
    --------
    >>> terms_of("```{glossary}\nAUROC\n  An area.\n\narm\n  A way.\n```\n")
    ['AUROC', 'arm']
    """
    body = re.search(r"```\{glossary\}\n(.*?)```", text, re.DOTALL)
    lines = body[1].splitlines() if body else []
    return [line for line in lines if line.strip() and not line.startswith((" ", ":"))]


def link_first(page: nodes.document, terms: Sequence[str]) -> None:
    """Link the first place of every term in the paragraphs of a page."""
    left = list(terms)
    for text in list(page.findall(nodes.Text)):
        if not left:
            return
        if not _is_open(text):
            continue
        pieces = list(_pieces(str(text), left))
        if any(not isinstance(piece, nodes.Text) for piece in pieces):
            text.parent.replace(text, pieces)


def _is_open(text: nodes.Text) -> bool:
    """Whether words of a text may be linked: in a paragraph, outside of links and code."""
    inside, parent = False, text.parent
    while parent is not None:
        if isinstance(parent, _CLOSED):
            return False
        inside = inside or isinstance(parent, nodes.paragraph)
        parent = parent.parent
    return inside


def _pieces(text: str, left: list[str]) -> Iterator[nodes.Node]:
    """Split a text at the terms that are left, each once; what was found is left no more."""
    while left:
        found = [(match, term) for term in left if (match := _pattern(term).search(text))]
        if not found:
            break
        # Of two terms at the same place the longer one is meant.
        match, term = min(found, key=lambda each: (each[0].start(), -len(each[1])))
        left.remove(term)
        if match.start():
            yield nodes.Text(text[: match.start()])
        yield _link(match[0], term)
        text = text[match.end() :]
    if text:
        yield nodes.Text(text)


def _pattern(term: str) -> re.Pattern[str]:
    """A term as a word, also in the plural and at the beginning of a sentence."""
    first = re.escape(term[0])
    start = f"[{first}{term[0].upper()}]" if term[0].islower() else first
    return re.compile(rf"(?<![\w-]){start}{re.escape(term[1:])}s?(?![\w-])")


def _link(shown: str, term: str) -> nodes.Node:
    link = addnodes.pending_xref(
        "", nodes.inline("", shown, classes=["xref", "std", "std-term"]), refdomain="std",
        reftype="term", reftarget=term, refexplicit=True, refwarn=True,
    )  # fmt: skip
    link["refdoc"] = ""
    return link


def on_page(app: Sphinx, page: nodes.document) -> None:
    """Link the terms of a page that Sphinx has read."""
    env = app.env
    source = env.doc2path(GLOSSARY) if GLOSSARY in env.found_docs else None
    if source is None or env.docname == GLOSSARY:
        return
    link_first(page, terms_of(Path(source).read_text(encoding="utf-8")))
    for link in page.findall(addnodes.pending_xref):
        if link.get("refdoc") == "":
            link["refdoc"] = env.docname

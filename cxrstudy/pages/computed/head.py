"""Head: what a page says of itself to those that show links to it: description, title, image."""

import re
from html import escape
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

#: Longest description that is shown whole.
LONGEST = 200
#: Picture of the book among its static files.
PICTURE = "_static/page.png"


def description_of(page: nodes.document) -> str:
    """The first paragraph of a page, in whole words.

    Examples
    --------
    >>> from docutils import nodes
    >>> page = nodes.document(None, None)
    >>> page += nodes.paragraph("", "Does MixUp help?")
    >>> description_of(page)
    'Does MixUp help?'
    """
    text = next((each.astext() for each in page.findall(nodes.paragraph)), "")
    text = re.sub(r"\s+", " ", text).strip()
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST].rsplit(' ', 1)[0]} …"


def tags(title: str, description: str, picture: str) -> str:
    """The tags of a page's head."""
    said = {"og:title": title, "og:description": description, "og:image": picture}
    said |= {"og:type": "article"}
    lines = [f'<meta property="{name}" content="{escape(text)}">' for name, text in said.items()]
    return "\n".join([f'<meta name="description" content="{escape(description)}">', *lines])


def with_items(body: str) -> str:
    """A body whose list of citations has items, as ARIA asks; docutils gives them a role of old.

    Examples
    --------
    >>> with_items('<div role="list"><div role="doc-biblioentry">A</div></div>')
    '<div role="list"><div role="listitem">A</div></div>'
    """
    return body.replace('role="doc-biblioentry"', 'role="listitem"')


def on_context(
    app: Sphinx, name: str, template: str, context: dict[str, Any], page: nodes.document | None
) -> None:
    """Add the tags to a page that Sphinx writes."""
    if page is None:
        return
    context["body"] = with_items(str(context.get("body", "")))
    title = re.sub(r"<[^>]+>", "", str(context.get("title", "")))
    picture = "../" * name.count("/") + PICTURE
    context["metatags"] = f"{context.get('metatags', '')}\n" + tags(
        title, description_of(page), picture
    )

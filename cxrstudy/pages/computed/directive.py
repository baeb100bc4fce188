"""Directive: what the book adds to Sphinx: computed parts, links to the glossary, heads of pages.

Jupyter Book loads this module as an extension, by ``_config.yml``.
"""

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from cxrstudy.pages.computed import PARTS, head, terms


class Computed(Directive):
    """``{computed} NAME``: the part of this name, as HTML."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {}

    def run(self) -> list[nodes.Node]:
        """Compute the part."""
        (name,) = self.arguments
        if name not in PARTS:
            raise self.error(f"there is no part {name!r}; the parts are {', '.join(PARTS)}")
        shown = PARTS[name]().data
        return [nodes.raw("", shown, format="html")] if shown else []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register what this module gives to Sphinx."""
    app.add_directive("computed", Computed)
    app.connect("doctree-read", terms.on_page)
    app.connect("html-page-context", head.on_context)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""Directive: what the book adds to Sphinx: computed parts, links to the glossary, heads of pages.

Jupyter Book loads this module as an extension, by ``_config.yml``.
"""

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

from cxrstudy.pages.book import EXPERIMENTS
from cxrstudy.pages.computed import PARTS, PARTS_IN, PARTS_OF, head, numbered, terms, weight
from cxrstudy.pages.html import HTML


class Computed(Directive):
    """``{computed} NAME``: the part of this name, as HTML; with ``:of:``, of what it names."""

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"of": str.strip}

    def run(self) -> list[nodes.Node]:
        """Compute the part."""
        shown = self._part().data
        return [nodes.raw("", shown, format="html")] if shown else []

    def _part(self) -> HTML:
        (name,) = self.arguments
        if name in PARTS_OF and "of" in self.options:
            return PARTS_OF[name](self.options["of"])
        if name in PARTS and "of" not in self.options:
            return PARTS[name]()
        if name in PARTS_IN and "of" not in self.options:
            source = Path(self.state.document.settings.env.srcdir)
            return PARTS_IN[name](source / EXPERIMENTS)
        raise self.error(
            f"there is no part {name!r}; the parts are {', '.join((*PARTS, *PARTS_IN))}; with the "
            f"option of: {', '.join(PARTS_OF)}"
        )


def setup(app: Sphinx) -> dict[str, bool]:
    """Register what this module gives to Sphinx."""
    app.add_directive("computed", Computed)
    app.connect("doctree-read", terms.on_page)
    app.connect("html-page-context", head.on_context)
    app.connect("html-page-context", numbered.on_context)
    app.connect("build-finished", weight.on_finished)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""HTML: shown as such by a notebook, and the same text every time elsewhere."""

from IPython.core.formatters import DisplayFormatter

from cxrstudy.pages.html import HTML


def test_a_notebook_shows_it_as_html():
    shown, _ = DisplayFormatter().format(HTML("<b>AUROC</b>"))
    assert shown == {"text/plain": "<HTML>", "text/html": "<b>AUROC</b>"}

"""Directive: a part that a page names is there, or the build says which parts there are."""

import re

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import directives

from cxrstudy.base import places
from cxrstudy.pages.computed import PARTS, directive
from cxrstudy.pages.html import HTML


@pytest.fixture
def registered(monkeypatch):
    monkeypatch.setitem(directives._directives, "computed", directive.Computed)
    monkeypatch.setitem(PARTS, "some part", lambda: HTML("<b>7</b>"))
    monkeypatch.setitem(PARTS, "no part", lambda: HTML(""))


def raw(text):
    page = publish_doctree(text, settings_overrides={"report_level": 5})
    return [each.astext() for each in page.findall(nodes.raw)], page.pformat()


@pytest.mark.parametrize(("name", "shown"), [("some part", ["<b>7</b>"]), ("no part", [])])
def test_a_part_is_shown_as_html(registered, name, shown):
    assert raw(f".. computed:: {name}\n")[0] == shown


def test_an_unknown_part_is_an_error_that_names_the_others(registered):
    assert "no part 'seven'; the parts are" in raw(".. computed:: seven\n")[1]


def test_every_part_that_the_prose_names_exists_and_every_part_is_named():
    prose = "".join(path.read_text() for path in (places.root() / "book").glob("*.md"))
    assert set(re.findall(r"\{computed\} (.+)", prose)) == set(PARTS)

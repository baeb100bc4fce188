"""Directive: a part that a page names is there, or the build says which parts there are."""

import re

import pytest
from docutils import nodes
from docutils.core import publish_doctree
from docutils.parsers.rst import directives

from cxrstudy.audit import CHECKS
from cxrstudy.base import places
from cxrstudy.base.notebooks import read_notebook
from cxrstudy.pages.computed import PARTS, PARTS_IN, PARTS_OF, directive
from cxrstudy.pages.html import HTML
from cxrstudy.verdicts.claims_file import all_claims
from tests.support.some import some


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


@pytest.mark.parametrize("name", ["of some", "some part\n   :of: x", "of some\n   :of: y"])
def test_a_part_of_something_needs_its_name_and_others_take_none(registered, monkeypatch, name):
    monkeypatch.setitem(PARTS_OF, "of some", lambda of: HTML(f"<i>{of}</i>"))
    shown, page = raw(f".. computed:: {name}\n")
    assert shown == (["<i>y</i>"] if name.endswith("y") else [])
    assert ("there is no part" in page) == (not shown)


def test_every_part_that_the_prose_names_exists_and_every_part_is_named():
    pages = (places.root() / "book").glob("*.md")
    notebooks = places.notebooks().glob("*.ipynb")
    prose = "".join(path.read_text() for path in pages) + "".join(
        cell.source + "\n" for path in notebooks for cell in read_notebook(path).cells
    )
    named = re.findall(r"\{computed\} (.+)\n(:of:)?", prose)
    assert {name for name, of in named if of} == set(PARTS_OF)
    assert {name for name, of in named if not of} == {*PARTS, *PARTS_IN}


def test_what_parts_are_of_exists():
    papers = {paper.paper for paper in all_claims()}
    notebooks = {path.stem for path in places.notebooks().glob("*.ipynb")}
    pages = [*(places.root() / "book").glob("*.md"), *places.notebooks().glob("*.ipynb")]
    of = re.findall(r":of: ([\w-]+)", "\n".join(path.read_text() for path in some(pages)))
    checks = {check.CODE for check in CHECKS}
    assert set(some(of)) <= papers | notebooks | checks
    assert papers | checks <= set(of)


def test_a_chapter_shows_the_evidence_of_its_own_claims():
    asked = {claim.experiment for paper in all_claims() for claim in paper.testable}
    for name in some(asked):
        source = read_notebook(places.notebooks() / f"{name}.ipynb")
        text = "\n".join(cell.source for cell in source.cells)
        assert f":of: {name}" in text
        assert text.index("What the evidence says") < text.index("can't show")
        assert text.index("can't show") < text.index("## Your run")

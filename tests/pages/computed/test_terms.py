"""Terms: the first place of a glossary word is a link, and a page says the same as before."""

import pytest
from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st
from sphinx import addnodes

from cxrstudy.base import places
from cxrstudy.pages.computed.terms import link_first, terms_of

TERMS = ["arm", "AUROC", "net benefit", "MixUp"]


def page_of(*parts):
    page = nodes.document(None, None)
    page += parts
    return page


def links(page):
    return [(link.astext(), link["reftarget"]) for link in page.findall(addnodes.pending_xref)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Each arm and each other arm.", [("arm", "arm")]),
        ("Arms differ in AUROC.", [("Arms", "arm"), ("AUROC", "AUROC")]),
        ("A harm, an alarm, an arm-chair, an auroc.", []),
        ("MixUp has a net benefit.", [("MixUp", "MixUp"), ("net benefit", "net benefit")]),
    ],
)
def test_the_first_place_of_a_word_is_a_link(text, found):
    page = page_of(nodes.paragraph("", text))
    link_first(page, TERMS)
    assert links(page) == found


def test_words_in_headings_terms_links_and_code_stay_as_they_are():
    parts = [
        nodes.title("", "An arm"), nodes.paragraph("", "", nodes.literal("", "arm")),
        nodes.paragraph("", "", nodes.reference("", "arm")), nodes.literal_block("", "arm"),
        nodes.term("", "arm"), nodes.comment("", "arm"),
        nodes.paragraph("", "An arm."),
    ]  # fmt: skip
    page = page_of(*parts)
    link_first(page, TERMS)
    (link,) = page.findall(addnodes.pending_xref)
    assert link.parent.astext() == "An arm."


@given(st.lists(st.text("armsAUROC nebitMxUp.", max_size=40), max_size=4))
def test_a_page_says_the_same_and_each_word_is_linked_once(texts):
    page = page_of(*(nodes.paragraph("", text) for text in texts))
    before = [each.astext() for each in page.findall(nodes.paragraph)]
    link_first(page, TERMS)
    assert [each.astext() for each in page.findall(nodes.paragraph)] == before
    targets = [target for _, target in links(page)]
    assert len(targets) == len(set(targets))


def test_the_glossary_explains_every_term_once_in_alphabetical_order():
    terms = terms_of((places.root() / "book" / "glossary.md").read_text())
    assert {"AUROC", "arm", "seed", "cohort", "Holm's correction"} <= set(terms)
    assert len(terms) == len({term.lower() for term in terms})
    assert terms == sorted(terms, key=str.lower)
    assert {"Brier score", "margin", "stage", "step", "verdict"} <= set(terms)

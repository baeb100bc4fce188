"""Head: a page says what it is about to those that show a link to it."""

from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base import places
from cxrstudy.pages.computed.head import LONGEST, PICTURE, description_of, tags, with_items


@given(st.text(st.characters(codec="utf-8", categories=["L", "Zs"]), max_size=900))
def test_a_description_is_short_and_begins_as_the_page_does(text):
    page = nodes.document(None, None)
    page += nodes.paragraph("", text)
    said = description_of(page)
    assert len(said) <= LONGEST + 2
    assert bool(said) == bool(text.strip())
    assert " ".join(text.split()).startswith(said.removesuffix(" …"))


def test_a_page_without_text_has_no_description():
    assert description_of(nodes.document(None, None)) == ""


def test_no_text_ends_a_tag():
    made = tags('A "title" <b>', "Is it > 3?", "x.png")
    assert made.count("<meta ") == made.count(">\n") + 1
    assert "A &quot;title&quot; &lt;b&gt;" in made


def test_the_picture_is_there():
    assert (places.root() / "book" / PICTURE).is_file()


def test_a_list_of_citations_has_items_and_the_rest_stays():
    page = '<p role="note">1</p><div role="list"><div role="doc-biblioentry">A</div></div>'
    assert with_items(page) == page.replace("doc-biblioentry", "listitem")

"""Head: a page says what it is about to those that show a link to it."""

from docutils import nodes
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base import places
from cxrstudy.pages.computed.head import (
    LONGEST,
    PICTURE,
    description_of,
    on_context,
    tags,
    with_items,
)


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


def test_a_description_of_two_hundred_letters_is_whole_and_a_longer_one_ends_at_a_word():
    for text, said in (
        (f"{'a' * 150} {'b' * 49}", f"{'a' * 150} {'b' * 49}"),
        (f"{'a' * 150} {'b' * 50}", f"{'a' * 150} …"),
    ):
        page = nodes.document(None, None)
        page += nodes.paragraph("", text)
        assert description_of(page) == said


def test_a_written_page_has_its_title_its_first_paragraph_and_the_picture_in_its_head():
    page = nodes.document(None, None)
    page += nodes.paragraph("", "Does MixUp help?")
    context = {
        "title": "<em>MixUp</em>",
        "metatags": "<meta>",
        "body": '<b role="doc-biblioentry">',
    }
    on_context(None, "notebooks/04_mixup", "page.html", context, page)
    said = tags("MixUp", "Does MixUp help?", f"../{PICTURE}")
    assert context["metatags"] == f"<meta>\n{said}"
    assert context["body"] == '<b role="listitem">'
    other = dict(context)
    on_context(None, "genindex", "page.html", other, None)
    assert other == context

"""PDF: the printed book has every chapter, its contents, their pages, and no part of a screen."""

import os
import shutil

import pytest

from cxrstudy.pages import pdf
from cxrstudy.pages.pdf import BROWSERS, PdfError, chapter_of, contents, document, make_pdf
from tests.support.project import use
from tests.support.some import some

PAGE = """<html><body><nav>menu</nav><article class="bd-article"><h1>{title}
<a class="headerlink" href="#top">#</a></h1><p id="part">{text}</p>
<p><a href="{link}">there</a> <a href="data.csv">file</a> <a href="https://a.b/">web</a></p>
<img loading="lazy" src="{picture}"><details><summary>more</summary><p>folded words</p></details>
<div class="cxr-explorer">explorer words</div><div class="study-phone">phone words</div>
</article></body></html>"""


@pytest.fixture
def built(tmp_path, monkeypatch):
    """A built book of three pages, the last one a section of the second."""
    use(monkeypatch, tmp_path)
    pages = tmp_path / "book" / "_build" / "html"
    (pages / "experiments").mkdir(parents=True)
    (tmp_path / "book" / "_toc.yml").write_text(
        "root: index\nparts:\n  - caption: The part\n    chapters:\n      - file: experiments/one\n"
        "        sections:\n          - file: two\n"
    )
    long = "word " * 4000
    for name, title, text, link in (
        ("index", "The book", "start", "two.html"), ("experiments/one", "One", long, "#part"),
        ("two", "Two", "end words", "experiments/one.html#part"),
    ):  # fmt: skip
        made = PAGE.format(title=title, text=text, link=link, picture="a.png")
        (pages / f"{name}.html").write_text(made)
    return pages


KNOWN = ["index", "experiments/one", "two"]


def taken(pages, name):
    known = {str((pages / f"{each}.html").resolve()): pdf.anchor_of(each) for each in KNOWN}
    return chapter_of(name, "The part", pages, known)


def test_pages_are_in_the_order_of_the_contents_with_their_sections(built):
    assert contents() == [("index", ""), ("experiments/one", "The part"), ("two", "The part")]


def test_a_chapter_keeps_its_text_and_unfolds_it_and_loses_what_only_a_screen_can_show(built):
    found = taken(built, "two")
    assert found.title == "Two"
    assert "end words" in found.html
    assert '<details open="">' in found.html
    for gone in ("menu", "explorer words", "phone words", "headerlink", "lazy"):
        assert gone not in found.html


def test_links_between_pages_stay_in_the_document_and_files_are_no_links(built):
    one, two = taken(built, "experiments/one").html, taken(built, "two").html
    assert 'href="#experiments-one--part"' in one
    assert 'href="#experiments-one--part"' in two
    assert 'id="two--part"' in two
    assert "<a>file</a>" in two
    assert 'href="https://a.b/"' in two
    assert (built / "a.png").as_uri() in two
    assert (built / "experiments" / "a.png").as_uri() in one


def test_the_contents_name_part_chapter_and_page_and_the_page_is_light(built):
    chapters = [taken(built, name) for name in KNOWN]
    text = document(chapters, built, {"two": 7})
    assert 'data-theme="light"' in text
    assert text.count('class="study-part">The part') == 1
    assert '<a href="#two"><span>Two</span><span class="study-page">7</span></a>' in text
    assert '<span>One</span><span class="study-page"></span>' in text


def test_a_page_that_is_not_built_is_named(built):
    (built / "two.html").unlink()
    with pytest.raises(PdfError, match=r"two\.html: no such page; build the book first"):
        make_pdf()


def test_without_a_browser_the_message_says_which_are_looked_for(built, monkeypatch):
    monkeypatch.setattr(pdf.shutil, "which", lambda name: None)
    with pytest.raises(PdfError, match=f"none of {BROWSERS[0]}"):
        make_pdf()


def test_a_browser_that_does_not_end_is_said(built, tmp_path, monkeypatch):
    waiting = tmp_path / BROWSERS[0]
    waiting.write_text("#!/bin/sh\nexec sleep 60\n")
    waiting.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(pdf, "PATIENCE", 0.2)
    with pytest.raises(PdfError, match=r"chromium did not end within 0\.2 s; try again when"):
        make_pdf()


@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="Chromium is not installed")
def test_the_printed_book_has_all_chapters_where_its_contents_say(built):
    reader = pytest.importorskip("pypdf").PdfReader(make_pdf())
    pages = [page.extract_text() for page in reader.pages]
    # Behind the contents; before a title stand only what every page says.
    first = {
        name: next(n for n, page in enumerate(pages, 1) if n > 1 and f"{name}\n" in page[:80])
        for name in ("One", "Two")
    }
    assert first["Two"] > first["One"] + 1
    for name, number in some(first.items()):
        assert f"{name}{number}" in pages[0].replace(" ", "").replace("\n", "")
    assert "folded words" in pages[-1]
    assert "end words" in pages[-1]
    assert "explorer words" not in "".join(pages)
    assert all(str(number) in page for number, page in some(enumerate(pages, 1)))

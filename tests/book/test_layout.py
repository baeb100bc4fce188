"""Layout of the built pages: on a phone nothing is lost, on a desk no chapter is endless."""

from urllib.parse import unquote, urlparse

import pytest

from tests.support.drawn_text import smallest_letters
from tests.support.project import THIS
from tests.support.some import some

BUILT = THIS / "book/_build/html"
#: Made by Sphinx, without content of ours.
GENERATED = ("genindex.html", "search.html")
#: Lists to look something up in, which nobody reads from top to bottom.
LISTS = ("audit_checks.html",)
DESK, PHONE = 1200, 390
#: Pixels: how high a chapter is at most, and how high letters in a figure are at least.
HIGHEST, LETTERS = 6000, 9.0
#: Pixels: a narrower column of sentences is a word wide.
NARROWEST = 90

pytestmark = pytest.mark.book

OPEN = "() => document.querySelectorAll('details').forEach(each => { each.open = true; })"
HEIGHT = "() => document.scrollingElement.scrollHeight"
SIDEWAYS = "() => document.scrollingElement.scrollWidth - innerWidth"
CRUSHED = """narrowest => [...document.querySelectorAll('article :is(td, th)')].filter(cell => {
    const width = cell.getBoundingClientRect().width;
    return width && width < narrowest && cell.innerText.trim().length > 30;
}).map(cell => cell.innerText)"""
#: Boxes with a table that is wider than they are, and say nothing of it.
SILENT = """() => [...document.querySelectorAll('article table')].map(table => {
    let box = table.parentElement;
    const moves = each => ['auto', 'scroll'].includes(getComputedStyle(each).overflowX);
    while (box && !moves(box)) box = box.parentElement;
    return box;
}).filter(box => box && box.clientWidth && box.scrollWidth > box.clientWidth + 1
    && getComputedStyle(box, '::before').visibility !== 'visible').map(box => box.className)"""
PICTURES = """() => [...document.querySelectorAll('article img')].filter(
    each => each.getClientRects().length
).map(each => [each.src, each.getBoundingClientRect().width])"""
TEXTS = """() => [...document.querySelectorAll('article svg text')].filter(
    each => each.getClientRects().length && each.textContent.trim()).map(each => {
    const shown = each.getScreenCTM();
    return parseFloat(getComputedStyle(each).fontSize) * Math.hypot(shown.a, shown.b);
})"""


@pytest.fixture(scope="module")
def looked(browser):
    """What there is to see of every page, opened once on a desk and once on a phone."""
    return {width: dict(look(browser, width)) for width in (DESK, PHONE)}


def look(browser, width):
    context = browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
    window = context.new_page()
    window.set_default_timeout(120_000)  # a busy machine is no defect of a page
    for page in some(pages()):
        window.goto(page.as_uri())
        window.wait_for_load_state("load")
        height = window.evaluate(HEIGHT)
        window.evaluate(OPEN)
        window.wait_for_timeout(50)
        yield page.name, {
            "height": height, "sideways": window.evaluate(SIDEWAYS),
            "crushed": window.evaluate(CRUSHED, NARROWEST), "silent": window.evaluate(SILENT),
            "letters": list(letters(window)),
        }  # fmt: skip
    context.close()


def letters(window):
    """Smallest text of every figure of a page, in pixels, with the name of its file."""
    if drawn := window.evaluate(TEXTS):
        yield "in the page", min(drawn)
    for source, wide in window.evaluate(PICTURES):
        if source.endswith(".svg"):
            file = unquote(urlparse(source).path)
            yield file, smallest_letters(file, wide)


def pages():
    found = sorted([*BUILT.glob("*.html"), *BUILT.glob("experiments/*.html")])
    return [page for page in found if page.name not in GENERATED]


def of_pages(looked, what):
    """What was seen, of those pages where it is something."""
    return {name: page[what] for name, page in looked.items() if page[what]}


def test_no_page_moves_sideways_on_a_phone(looked):
    over = {name: by for name, by in of_pages(looked[PHONE], "sideways").items() if by > 0}
    assert over == {}


def test_no_page_is_higher_than_somebody_reads_at_a_desk(looked):
    heights = of_pages(looked[DESK], "height")
    high = {name for name, height in some(heights.items()) if height > HIGHEST}
    assert {name: heights[name] for name in high - set(LISTS)} == {}


def test_no_column_of_sentences_is_a_word_wide(looked):
    assert of_pages(looked[DESK], "crushed") == {}


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_a_table_that_is_wider_than_its_place_says_so(looked, width):
    assert of_pages(looked[width], "silent") == {}


def test_the_smallest_text_of_every_figure_can_be_read_on_a_phone(looked):
    found = [
        (name, file, size) for name, seen in of_pages(looked[PHONE], "letters").items()
        for file, size in seen
    ]  # fmt: skip
    assert [each for each in some(found) if each[2] < LETTERS] == []

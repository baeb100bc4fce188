"""The printed book: every chapter of the contents, on the page that the contents say."""

import re
from pathlib import Path

import pytest
import yaml

from tests.support.some import some

BUILT = Path(__file__).parents[2] / "book" / "_build"

pytestmark = pytest.mark.book


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_every_chapter_is_printed_where_the_contents_say() -> None:
    file = BUILT / "book.pdf"
    if not file.is_file():
        pytest.skip("the book was not printed: run make pdf")
    reader = pytest.importorskip("pypdf").PdfReader(file)
    pages = [squeezed(page.extract_text()) for page in reader.pages]
    toc = yaml.safe_load((BUILT.parent / "_toc.yml").read_text())
    chapters = [each for part in toc["parts"] for each in part["chapters"]]
    names = [each["file"] for one in chapters for each in [one, *one.get("sections", [])]]
    assert len(names) > 20
    listed = "".join(pages[:4])
    for name in some(names):
        page = (BUILT / "html" / f"{name}.html").read_text()
        title = squeezed(re.sub(r"<[^>]+>", "", re.findall(r"<h1>(.*?)<a", page, re.S)[0]))
        found = re.search(re.escape(title) + r"(\d+)", listed)
        assert found, name
        assert title in pages[int(found[1]) - 1][: len(title) + 60], name

"""The built book: what a reader gets, with the network off."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from tests.support.some import some

BUILT = Path(__file__).parents[2] / "book" / "_build" / "html"
LOADING = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src",
    "embed": "src", "object": "data",
}  # fmt: skip
#: Links that a browser fetches by itself; others, such as rel=canonical, only say something.
FETCHED = {"stylesheet", "icon", "shortcut", "preload", "modulepreload", "prefetch", "manifest"}

pytestmark = pytest.mark.book


class Loads(HTMLParser):
    """Collects what a page makes a browser fetch, its images and its local links."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.images: list[dict[str, str | None]] = []
        self.links: list[str] = []
        self.text = ""
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside not in ("script", "style"):
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._inside = tag
        values = dict(attributes)
        if tag in LOADING and values.get(LOADING[tag]):
            self.fetched.append(values[LOADING[tag]] or "")
        if tag == "link" and set((values.get("rel") or "").split()) & FETCHED:
            self.fetched.append(values.get("href") or "")
        if tag == "img":
            self.images.append(values)
        if tag == "a" and values.get("href"):
            self.links.append(values["href"] or "")


def pages() -> list[Path]:
    # The theme leaves a template of its own among the static files.
    found = sorted(page for page in BUILT.rglob("*.html") if "_static" not in page.parts)
    if not found:
        pytest.fail("no book was built: run make book before make test-book")
    return found


def read(page: Path) -> Loads:
    loads = Loads()
    loads.feed(page.read_text())
    return loads


def outside(address: str) -> bool:
    return bool(re.match(r"(https?:)?//", address))


def test_every_chapter_of_the_contents_was_built() -> None:
    contents = (BUILT.parents[1] / "_toc.yml").read_text()
    chapters = re.findall(r"file: (\S+)", contents)
    assert len(chapters) >= 6
    for chapter in some(chapters):
        assert (BUILT / f"{chapter}.html").is_file()


def test_no_page_loads_anything_from_another_host() -> None:
    found = {page.name: [a for a in read(page).fetched if outside(a)] for page in pages()}
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


def test_no_style_sheet_loads_anything_from_another_host() -> None:
    sheets = [*BUILT.rglob("*.css")]
    assert sheets
    for sheet in some(sheets):
        text = sheet.read_text(errors="replace")
        found = re.findall(r"(?:@import\s+|url\()\s*['\"]?((?:https?:)?//[^'\")\s]+)", text)
        assert not found, f"{sheet}: {found[:3]}"


def test_every_file_that_a_page_loads_is_there() -> None:
    missing, found = [], []
    for page in pages():
        for address in read(page).fetched:
            name = address.split("?")[0].split("#")[0]
            if name and not outside(address) and not name.startswith("data:"):
                there = (page.parent / name).resolve().exists()
                (found if there else missing).append(f"{page.name}: {address}")
    assert not missing
    assert found


def test_every_link_between_pages_leads_somewhere() -> None:
    missing, found = [], []
    for page in pages():
        for link in read(page).links:
            name = link.split("#")[0]
            if name and not outside(link) and not link.startswith(("mailto:", "data:")):
                there = (page.parent / name).resolve().exists()
                (found if there else missing).append(f"{page.name}: {link}")
    assert not missing
    assert found


def test_every_image_of_the_chapters_has_a_text_alternative() -> None:
    images = [(page.name, image) for page in pages() for image in read(page).images]
    for page, image in some(images):
        source = str(image.get("src"))
        assert image.get("alt"), f"{page}: {source}"
        assert not str(image["alt"]).endswith((".svg", ".png")), f"{page}: {source}"


def test_results_carry_their_banner_and_their_command() -> None:
    page = (BUILT / "experiments" / "06_sequential_schemes.html").read_text()
    assert "study-banner" in page
    assert "papermill notebooks/06_sequential_schemes.ipynb" in page


def test_every_page_says_that_it_is_not_for_clinical_use() -> None:
    generated = {"genindex.html", "search.html"}
    for page in some(page for page in pages() if page.name not in generated):
        assert "Not for clinical use." in page.read_text(), page.name


def test_no_page_shows_a_warning_or_a_folder_of_a_machine() -> None:
    here = re.escape(str(BUILT.parents[2]))
    folders = rf"/(?:home|root|tmp|Users)/\w|{here}"
    debris = re.compile(rf"site-packages|\b[A-Z]\w*Warning:|{folders}")
    found = {page.name: debris.findall(read(page).text) for page in some(pages())}
    assert {name: said for name, said in found.items() if said} == {}


def test_no_page_shows_names_as_code_has_them() -> None:
    """Names that readers type are theirs to know: profiles, networks, and fastai's columns."""
    profiles = {path.stem for path in (BUILT.parents[2] / "profiles").glob("*.yaml")}
    typed = profiles | {"tf_efficientnet_lite0", "stem_width"}
    typed |= {"train_loss", "valid_loss", "macro_auroc"}
    name = r"(?<![\w./-])[a-z]+(?:_[a-z0-9]+)+(?![\w.-])"
    raw = re.compile(rf"\('[^')]*'[,)]|\bnan\b|object at 0x|{name}")
    found = {}
    for page in some(pages()):
        article = BeautifulSoup(page.read_text(), "html.parser").find("article")
        for part in article.find_all(["pre", "code", "script", "style", "a"]) if article else []:
            part.decompose()
        shown = set(raw.findall(article.get_text(" "))) if article else set()
        found[page.name] = sorted(shown - typed)
    assert {name: said for name, said in found.items() if said} == {}


def test_provenance_lists_every_run_that_a_chapter_shows() -> None:
    ids = re.compile(r"<tr>\s*<td[^>]*>([0-9a-f]{12})</td>")
    shown = set(ids.findall((BUILT / "experiments" / "06_sequential_schemes.html").read_text()))
    listed = set(ids.findall((BUILT / "experiments" / "10_provenance.html").read_text()))
    assert shown
    assert shown <= listed


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_every_chapter_is_printed_where_the_contents_say() -> None:
    file = BUILT.parent / "book.pdf"
    if not file.is_file():
        pytest.skip("the book was not printed: run make pdf")
    reader = pytest.importorskip("pypdf").PdfReader(file)
    pages = [squeezed(page.extract_text()) for page in reader.pages]
    toc = yaml.safe_load((BUILT.parents[1] / "_toc.yml").read_text())
    chapters = [each for part in toc["parts"] for each in part["chapters"]]
    names = [each["file"] for one in chapters for each in [one, *one.get("sections", [])]]
    assert len(names) > 20
    listed = "".join(pages[:4])
    for name in some(names):
        page = (BUILT / f"{name}.html").read_text()
        title = squeezed(re.sub(r"<[^>]+>", "", re.findall(r"<h1>((?:(?!</h1>).)*)<a", page)[0]))
        found = re.search(re.escape(title) + r"(\d+)", listed)
        assert found, name
        assert title in pages[int(found[1]) - 1], name

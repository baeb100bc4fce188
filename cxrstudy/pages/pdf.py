"""PDF: the whole built book as one file, printed by Chromium.

The chapters are taken from the built pages, put after each other behind a table of contents, and
printed twice: the first print tells on which page each chapter begins, the second one says so in
the contents. What only a screen can show, explorers and navigation, is left out; what is folded is
opened.

``make pdf`` runs this module.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag

from cxrstudy.base import places
from cxrstudy.base.atomic import write_file
from cxrstudy.base.schema import read_content
from cxrstudy.pages import book

#: File, in the folder of builds.
NAME = "book.pdf"
#: Names of the browser, in the order in which they are looked for.
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
#: What paper can't show, or needs not.
LEFT_OUT = (
    ".headerlink, script, .prev-next-footer, .copybtn, .toggle-button, iframe, noscript, nav, "
    ".cxr-explorer, .study-phone"
)
#: Style sheets of the book that paper needs, among its static files.
SHEETS = ("styles/theme.css", "styles/pydata-sphinx-theme.css", "styles/sphinx-book-theme.css",
          "pygments.css", "sphinx-design.min.css", "study.css")  # fmt: skip
#: What makes them paper; not among the static files, which every page on a screen would load.
PRINT = Path(__file__).with_name("print.css")
#: Seconds that one print may take; a machine with much else to do needs many.
PATIENCE = 1800


class PdfError(RuntimeError):
    """The book can't be printed; the message says what is lacking."""


@dataclass(frozen=True)
class Chapter:
    """A chapter of the book, as it is printed.

    Attributes
    ----------
    name
        Its page, without ending, as in the table of contents.
    part
        Caption of its part; empty for the first page.
    title
        Its heading.
    html
        Its text.
    """

    name: str
    part: str
    title: str
    html: str

    @property
    def anchor(self) -> str:
        """Id of its place in the document."""
        return anchor_of(self.name)


def anchor_of(name: str) -> str:
    """Id of a page in the printed document.

    Examples
    --------
    >>> anchor_of("experiments/04_mixup")
    'experiments-04_mixup'
    """
    return name.replace("/", "-")


def contents() -> list[tuple[str, str]]:
    """Pages of the book in their order, each with the caption of its part.

    Examples
    --------
    >>> contents()[0]
    ('index', '')
    """
    file = places.root() / "book" / "_toc.yml"
    toc = read_content(file, PdfError)
    listed = [(toc["root"], "")]
    for part in toc["parts"]:
        listed += [(name, part.get("caption", "")) for name in _files(part["chapters"])]
    return listed


def chapter_of(name: str, part: str, pages: Path, known: Mapping[str, str]) -> Chapter:
    """Take a chapter from a built page.

    Parameters
    ----------
    name, part
        As from :func:`contents`.
    pages
        Folder of the built pages.
    known
        File of each page of the book to its id in the document; links to them lead there.

    Raises
    ------
    PdfError
        The page was not built.
    """
    file = pages / f"{name}.html"
    if not file.is_file():
        raise PdfError(f"{file}: no such page; build the book first: make book")
    soup = BeautifulSoup(file.read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article")
    if article is None:
        raise PdfError(f"{file}: no article; was it built by make book?")
    for tag in article.select(LEFT_OUT):
        tag.decompose()
    for tag in article.select("details"):
        tag["open"] = ""
    anchor = anchor_of(name)
    for tag in article.select("[id]"):
        tag["id"] = f"{anchor}--{tag['id']}"
    for tag in article.select("a[href]"):
        _lead(tag, file.parent, anchor, known)
    for tag in article.select("img[src]"):
        del tag["loading"]
        if not urlsplit(str(tag["src"])).scheme:
            tag["src"] = (file.parent / str(tag["src"])).resolve().as_uri()
    heading = article.select_one("h1")
    title = heading.get_text(" ", strip=True) if heading else name
    return Chapter(name, part, title, article.decode_contents())


def document(chapters: Sequence[Chapter], pages: Path, numbers: Mapping[str, int]) -> str:
    """Put chapters into one document, behind a table of contents.

    Parameters
    ----------
    chapters
        The chapters.
    pages
        Folder of the built pages, from which style sheets come.
    numbers
        Page on which a chapter begins, by its id; one that is not there has no number yet.
    """
    sheets = "".join(
        f'<link rel="stylesheet" href="{(pages / "_static" / name).resolve().as_uri()}">'
        for name in SHEETS
        if (pages / "_static" / name).is_file()
    )
    body = "".join(
        f'<section class="study-chapter" id="{each.anchor}">{each.html}</section>'
        for each in chapters
    )
    return (
        '<!DOCTYPE html><html lang="en" data-theme="light" data-mode="light">'
        f'<head><meta charset="utf-8"><title>{escape(chapters[0].title)}</title>{sheets}'
        f"<style>{PRINT.read_text(encoding='utf-8')}</style></head>"
        f'<body class="study-print"><main class="bd-content">{_listed(chapters, numbers)}{body}'
        "</main></body></html>"
    )


def make_pdf() -> Path:
    """Print the built book.

    Returns
    -------
    The file.

    Raises
    ------
    PdfError
        The book was not built, or there is no Chromium, or it printed nothing, or did not end.
    """
    pages = book.html()
    listed = contents()
    known = {str((pages / f"{name}.html").resolve()): anchor_of(name) for name, _ in listed}
    chapters = [chapter_of(name, part, pages, known) for name, part in listed]
    numbers: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as made:
        source, printed = Path(made) / "book.html", Path(made) / NAME
        for _ in range(2):
            source.write_text(document(chapters, pages, numbers), encoding="utf-8")
            _print(source, printed)
            numbers = first_pages(printed)
        target = pages.parent / NAME
        write_file(target, printed.read_bytes())
    return target


def first_pages(file: Path) -> dict[str, int]:
    """Page of each place of a PDF that a link in it leads to, counted from one."""
    from pypdf import PdfReader

    reader = PdfReader(file)
    return {
        name.removeprefix("/"): number + 1
        for name, place in reader.named_destinations.items()
        if (number := reader.get_destination_page_number(place)) is not None
    }


def _files(chapters: Sequence[Mapping[str, object]]) -> Iterator[str]:
    """Files of chapters and of their sections, in order."""
    for chapter in chapters:
        yield str(chapter["file"])
        sections = chapter.get("sections", [])
        assert isinstance(sections, list)
        yield from _files(sections)


def _lead(link: Tag, folder: Path, own: str, known: Mapping[str, str]) -> None:
    """Let a link lead to its place in the document; one to a file of the pages is text."""
    address = urlsplit(str(link["href"]))
    if address.scheme:
        return
    page = known.get(str((folder / address.path).resolve())) if address.path else own
    if page is None:
        del link["href"]
        return
    link["href"] = f"#{page}--{address.fragment}" if address.fragment else f"#{page}"


def _listed(chapters: Sequence[Chapter], numbers: Mapping[str, int]) -> str:
    """The table of contents; every page has a number or the room for one."""
    lines, part = [], ""
    for each in chapters[1:]:
        if each.part != part:
            part = each.part
            lines.append(f'<li class="study-part">{escape(part)}</li>')
        number = numbers.get(each.anchor, "")
        lines.append(
            f'<li><a href="#{each.anchor}"><span>{escape(each.title)}</span>'
            f'<span class="study-page">{number}</span></a></li>'
        )
    return (
        f'<section class="study-cover"><h1>{escape(chapters[0].title)}</h1>'
        "<p><b>Not for clinical use.</b> Results come from recorded runs.</p>"
        f"<h2>Contents</h2><ol>{''.join(lines)}</ol></section>"
    )


def _print(source: Path, printed: Path) -> None:
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise PdfError(
            f"no Chromium: none of {', '.join(BROWSERS)} is on the path; install one of them"
        )
    # Chromium's own sandbox does not start as the administrator, as in most containers.
    sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    printed.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        command = [
            browser, "--headless", *sandbox, "--disable-gpu", f"--user-data-dir={profile}",
            "--no-pdf-header-footer", "--generate-pdf-document-outline",
            f"--print-to-pdf={printed}", source.as_uri(),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, check=False, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise PdfError(
                f"{browser} did not end within {PATIENCE} s; try again when the machine has less "
                "to do"
            ) from None
    if not printed.is_file():
        said = done.stderr.decode(errors="replace").strip()
        raise PdfError(f"{browser} printed nothing; it says:\n{said}")


if __name__ == "__main__":
    print(make_pdf())

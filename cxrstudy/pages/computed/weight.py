"""Weight: what a page makes a browser load at first, kept small once Sphinx has written it.

The theme brings a script of 1.5 MB that draws icons as SVG. Its style sheet draws the same icons
with a font of a tenth of that, so the script goes. The index of the search is loaded by the page
that searches, and by no other. Images are loaded when a reader comes near them. Their size is said,
so that text does not jump, and whether they are drawings, whose colours turn in the dark.
Radiographs in figures are stored as WebP in place of PNG.
"""

import base64
import io
import re
import struct
from pathlib import Path

from PIL import Image
from sphinx.application import Sphinx

#: The script of the theme that only draws icons, and what lies beside it.
ICONS = "fontawesome.js"
_SCRIPT = re.compile(rf"\s*<script[^>]*{re.escape(ICONS)}[^>]*></script>")
#: Names that the theme gives to controls and that their text contradicts, or that it does not give.
_NAMES = (
    ('<summary aria-label="Toggle hidden content">', "<summary>"),
    ('<summary><span class="toctree-toggle"',
     '<summary aria-label="Show its pages"><span class="toctree-toggle"'),
)  # fmt: skip
_BUTTON = re.compile(r'(<button[^>]*search-button-field[^>]*?)\s+aria-label="Search"')
#: The page that searches, and what it alone needs.
SEARCH = "search.html"
_INDEX = re.compile(
    r'\s*<script src="[^"]*(?:searchindex|searchtools|language_data)\.js[^"]*"></script>'
)
_EMBEDDED = re.compile(r"data:image/png;base64,\s*([A-Za-z0-9+/=\s]+)")
#: Of WebP: radiographs lose nothing that an eye sees.
QUALITY = 80
_IMAGE = re.compile(r'<img (?=[^>]*src="([^"]*_images/[^"]+)")(?![^>]*loading=)')
_FIGURE = re.compile(r"<figure (?![^>]*tabindex=)")
#: CSS pixels of a unit in which an SVG gives its size.
_PIXELS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0}
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def lighter(html: str, folder: Path) -> str:
    """A page without the icon script, whose images wait and have a size.

    Parameters
    ----------
    html
        The page.
    folder
        Where it lies, from which the addresses of its images start.

    Examples
    --------
    >>> lighter('<script defer src="_static/scripts/fontawesome.js?a=1"></script><p>', Path())
    '<p>'
    """

    def waiting(found: re.Match[str]) -> str:
        size, drawn = size_of(folder / found[1]), is_drawing(folder / found[1])
        said = f'width="{size[0]}" height="{size[1]}" ' if size else ""
        return f'<img loading="lazy" {said}{"data-drawing " if drawn else ""}'

    html = _BUTTON.sub(r"\1", html)
    for given, better in _NAMES:
        html = html.replace(given, better)
    # Who moves by keys can move a figure sideways, where it is wider than the page.
    return _FIGURE.sub('<figure tabindex="0" ', _IMAGE.sub(waiting, _SCRIPT.sub("", html)))


def smaller(svg: str) -> str:
    """An SVG whose embedded PNGs are WebP, where that is shorter; its text and lines are the same.

    Examples
    --------
    >>> smaller('<svg><text>a</text></svg>')
    '<svg><text>a</text></svg>'
    """

    def stored(found: re.Match[str]) -> str:
        picture = Image.open(io.BytesIO(base64.b64decode(found[1])))
        written = io.BytesIO()
        picture.save(written, "WEBP", quality=QUALITY, method=6)
        text = f"data:image/webp;base64,{base64.b64encode(written.getvalue()).decode()}"
        return min(text, found[0], key=len)

    return _EMBEDDED.sub(stored, svg)


def is_drawing(picture: Path) -> bool:
    """Whether a picture is of lines and text alone, so that its colours may turn in the dark.

    Examples
    --------
    >>> is_drawing(Path("no such file.svg"))
    False
    """
    return picture.suffix == ".svg" and picture.is_file() and b"<image" not in picture.read_bytes()


def size_of(picture: Path) -> tuple[int, int] | None:
    """Width and height of an SVG or PNG in CSS pixels; None if it does not say.

    Examples
    --------
    >>> size_of(Path("no such file")) is None
    True
    """
    if not picture.is_file():
        return None
    with picture.open("rb") as file:
        start = file.read(2000)
    if start.startswith(_SIGNATURE):
        return struct.unpack(">II", start[16:24])
    width, height = (_side(start, name) for name in (b"width", b"height"))
    return (width, height) if width and height else None


def _side(start: bytes, name: bytes) -> int:
    """A side of an SVG in CSS pixels; 0 if it does not say."""
    found = re.search(rb"<svg[^>]*?\s" + name + rb'="([\d.]+)(\w*)"', start)
    return round(float(found[1]) * _PIXELS.get(found[2].decode(), 1.0)) if found else 0


def on_finished(app: Sphinx, problem: Exception | None) -> None:
    """Make all pages lighter once they are written."""
    if problem is not None or app.builder.format != "html":
        return
    for page in Path(app.outdir).rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        light = lighter(text, page.parent)
        if page.name != SEARCH:
            light = _INDEX.sub("", light)
        if light != text:
            page.write_text(light, encoding="utf-8")
    for picture in (Path(app.outdir) / "_images").glob("*.svg"):
        text = picture.read_text(encoding="utf-8")
        if (small := smaller(text)) != text:
            picture.write_text(small, encoding="utf-8")
    for name in (ICONS, f"{ICONS}.map", f"{ICONS}.LICENSE.txt"):
        (Path(app.outdir) / "_static" / "scripts" / name).unlink(missing_ok=True)

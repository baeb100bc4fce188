"""Late: data of a page that nobody needs before they are asked for, moved into files beside it.

An executed notebook is one file and holds all of its data. A page that is opened should be small,
so its large parts become scripts, which the front end loads when a reader wants them. A page that
was opened as a file may load a script, but no other data. The front end (``late.js`` of
:mod:`cxrstudy.pages.live_network`) reads them at either place.
"""

import re
from pathlib import Path
from typing import Any

import nbformat

from cxrstudy.base.atomic import write_file
from cxrstudy.base.notebooks import read_notebook

#: Folder of the files, beside the pages.
FOLDER = "late"
_PART = re.compile(
    r'<script type="application/json" class="study-late" data-late="(?P<key>\w+)">'
    r"(?P<text>[^<]*)</script>"
)


def move_late_data(notebook: Path) -> list[Path]:
    """Move the late data of a copied notebook, which is changed, into files beside it.

    Returns
    -------
    The files, in :data:`FOLDER`.
    """
    page, files = read_notebook(notebook), []
    for cell in page.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "text/html" in data:
                data["text/html"], written = moved(_text(data["text/html"]), notebook.parent)
                files += written
    if files:
        nbformat.write(page, notebook)
    return files


def moved(html: str, folder: Path) -> tuple[str, list[Path]]:
    """Write each late part of some HTML into a script, and name the script in its place."""
    files: list[Path] = []

    def write(part: re.Match[str]) -> str:
        key, text = part["key"], part["text"]
        script = f'(window.studyLate ??= {{}})["{key}"] = {text};\n'.encode()
        file = folder / FOLDER / f"{key}.js"
        file.parent.mkdir(exist_ok=True)
        write_file(file, script)
        files.append(file)
        return (
            f'<script type="application/json" class="study-late" data-late="{key}" '
            f'data-src="{FOLDER}/{file.name}" data-bytes="{len(script)}"></script>'
        )

    return _PART.sub(write, html), files


def _text(html: Any) -> str:
    return html if isinstance(html, str) else "".join(html)

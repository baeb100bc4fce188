"""Data: every figure gets its numbers as a CSV file, a link to it, and for phones a table.

The tables lie in the executed notebook (:mod:`cxrstudy.pages.figures.source`). Facts of what made
them are those that the tables bring, of recorded results, or else those of the page's stamp. The
caption of a figure of recorded results names them.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import nbformat

from cxrstudy.base.notebooks import read_notebook, tags_of
from cxrstudy.pages.computed.narrow import as_table, without_names
from cxrstudy.pages.figures.source import CSV, RESULTS, with_facts

#: Folder of the files, beside the notebooks.
FOLDER = "data"
#: What the link says.
LINK = "What is shown, as CSV"


def link_data(notebook: Path) -> list[Path]:
    """Write the data of a copied notebook's figures, link them in the captions, and add tables.

    Parameters
    ----------
    notebook
        Executed notebook, which is changed; its stamp lies beside it.

    Returns
    -------
    The files.
    """
    page = read_notebook(notebook)
    made = _made(notebook.with_suffix(".provenance.json"))
    files, tables, found = [], [], list(_sources(page))
    for cell, figure, csv in found:
        if not figure.get("name"):
            continue
        if "hide-output" not in tags_of(cell) and (shown := as_table(csv)):
            tables.append((cell, shown))
        csv = without_names(csv)  # they are for the table
        file = notebook.parent / FOLDER / f"{notebook.stem}-{figure['name']}.csv"
        file.parent.mkdir(exist_ok=True)
        whole = csv if csv.startswith("# ") else with_facts(csv, made)
        file.write_text(with_facts(whole, {"figure": figure["caption"]}), encoding="utf-8")
        link = f"{{download}}`{LINK} <{FOLDER}/{file.name}>`"
        figure["caption"] = f"{figure['caption']}{_results_of(csv)} {link}"
        files.append(file)
    for cell, shown in tables:
        # Below the figure; a style sheet shows one of both.
        page.cells.insert(page.cells.index(cell) + 1, nbformat.v4.new_markdown_cell(shown))
    if found:
        nbformat.write(page, notebook)
    return files


def _sources(page: Any) -> Iterator[tuple[Any, dict[str, Any], str]]:
    """The cells and captions of a page's figures, and what was drawn, which is taken out of it.

    The book warns of an output of a kind that it can't show.
    """
    for cell in page.cells:
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        for output in cell.get("outputs", []):
            csv = output.get("data", {}).pop(CSV, None)
            if csv is not None:
                yield cell, figure, csv if isinstance(csv, str) else "".join(csv)


def _results_of(csv: str) -> str:
    """The recorded results that a figure was drawn from, as a sentence; nothing of others."""
    begins = f"# {RESULTS}: "
    named = [line.removeprefix(begins) for line in csv.splitlines() if line.startswith(begins)]
    return f" {named[0]}." if named else ""


def _made(stamp: Path) -> Mapping[str, str]:
    """What made a page, from its stamp."""
    facts = json.loads(stamp.read_text(encoding="utf-8"))
    dirty = " with uncommitted changes" if facts.get("uncommitted") else ""
    return {
        "command": facts["command"],
        "commit": f"{facts['commit'] or facts.get('why_no_commit', '')}{dirty}",
        "runs": " ".join(facts.get("runs", [])),
    }

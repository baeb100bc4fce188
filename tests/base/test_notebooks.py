"""Notebooks: one reader, which names the file, the line and the reason."""

import json
import sys

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base import places
from cxrstudy.base.notebooks import (
    Cell,
    NotebookFileError,
    chapter,
    heading,
    question,
    read_cells,
    read_notebook,
    tags_of,
)
from tests.support.some import some

#: What nbformat lets a tag be.
TAGS = st.text(st.characters(exclude_characters=",", exclude_categories=("C", "Z")), min_size=1)


def test_a_notebook_is_read_with_its_tags(tmp_path):
    cell = nbformat.v4.new_code_cell("é = 1", metadata={"tags": ["arms"]})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), tmp_path / "a.ipynb")
    (read,) = read_notebook(tmp_path / "a.ipynb").cells
    assert (read.source, tags_of(read)) == ("é = 1", ["arms"])


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b'{\n "cells": [\n<<<<<<< HEAD\n', "line 3: a merge conflict, <<<<<<<"),
        (b'{"cells": [', "no notebook"),
        (b"[" * 100_000, "no notebook"),
        (b"[]", "no notebook"),
        (b"{}", "no notebook"),
        (b"null", "no notebook"),
        (b"3", "no notebook"),
        (b"\xff\xfe{", "line 1: the byte 0xff is not UTF-8; the file is probably UTF-16"),
    ],
)
def test_what_is_no_notebook_is_named_with_the_reason(tmp_path, content, said):
    path = tmp_path / "a b.ipynb"
    path.write_bytes(content)
    for read in (read_notebook, read_cells):
        with pytest.raises(NotebookFileError) as error:
            read(path)
        assert str(error.value).startswith(str(path))
        assert said in str(error.value)


def test_a_cell_without_text_is_named_and_one_without_tags_has_none(tmp_path):
    path = tmp_path / "a.ipynb"
    cell = {"id": "a", "cell_type": "code", "source": "1", "metadata": {"tags": None}}
    made = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    path.write_text(json.dumps(made), encoding="utf-8")
    assert [tags_of(each) for each in read_cells(path)] == [[]]
    made["cells"] = [cell, cell | {"id": "b", "source": None}]
    path.write_text(json.dumps(made), encoding="utf-8")
    with pytest.raises(NotebookFileError, match=r"a\.ipynb: cell 2 has no text"):
        read_cells(path)


def test_a_notebook_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotebookFileError, match=r"none.ipynb: there is no such notebook"):
        read_notebook(tmp_path / "none.ipynb")


@given(
    st.lists(
        st.tuples(st.text(), st.lists(TAGS, unique=True), st.sampled_from(["code", "markdown"]))
    )
)
def test_cells_are_those_that_nbformat_reads(tmp_path_factory, drawn):
    path = tmp_path_factory.mktemp("notebook") / "a.ipynb"
    made = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    cells = [made[kind](source, metadata={"tags": tags}) for source, tags, kind in drawn]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    theirs = read_notebook(path).cells
    assert [(cell.cell_type, cell.source, tags_of(cell)) for cell in read_cells(path)] == [
        (cell.cell_type, cell.source, tags_of(cell)) for cell in theirs
    ]


def test_cells_of_a_notebook_of_today_are_read_without_nbformat(tmp_path, monkeypatch):
    path = tmp_path / "a.ipynb"
    cell = {"cell_type": "code", "source": ["a = 1\n", "b"], "metadata": {"tags": ["arms"]}}
    path.write_text(json.dumps({"nbformat": 4, "cells": [cell]}))
    monkeypatch.setitem(sys.modules, "nbformat", None)
    assert read_cells(path) == [Cell("code", "a = 1\nb", {"tags": ["arms"]})]


def test_cells_of_an_older_notebook_are_read_too(tmp_path):
    path = tmp_path / "a.ipynb"
    cell = nbformat.v3.new_code_cell("a = 1")
    path.write_text(
        nbformat.v3.writes_json(
            nbformat.v3.new_notebook(worksheets=[nbformat.v3.new_worksheet(cells=[cell])])
        )
    )
    assert [cell.source for cell in read_cells(path)] == ["a = 1"]


def test_every_chapter_asks_a_question_and_a_page_without_one_asks_none():
    pages = [path.stem for path in sorted(places.notebooks().glob("*.ipynb"))]
    asked = {page: question(page) for page in pages}
    assert asked["07_gradcam"] == "Do the maps point at the disease?"
    assert [page for page, text in asked.items() if not text.endswith("?")] == []
    assert question("no such page") == ""


def test_a_page_is_named_by_its_heading_and_one_that_is_no_chapter_by_its_name():
    names = [path.stem for path in places.notebooks().glob("*.ipynb")]
    assert "04_mixup" in names
    assert all(chapter(name)[0].isupper() for name in some(names))
    assert chapter("04_mixup") == heading(places.notebooks() / "04_mixup.ipynb") == "MixUp"
    assert chapter("of my own") == "of my own"

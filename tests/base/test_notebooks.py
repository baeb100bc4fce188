"""Notebooks: one reader, which names the file, the line and the reason."""

import nbformat
import pytest

from cxrstudy.base.notebooks import NotebookFileError, read_notebook, tags_of


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
        (b"[]", "no notebook"),
        (b"{}", "no notebook"),
        (b"null", "no notebook"),
        (b"3", "no notebook"),
        (b"\xff\xfe{", "can't be read as a notebook"),
    ],
)
def test_what_is_no_notebook_is_named_with_the_reason(tmp_path, content, said):
    path = tmp_path / "a b.ipynb"
    path.write_bytes(content)
    with pytest.raises(NotebookFileError) as error:
        read_notebook(path)
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)


def test_a_notebook_that_is_not_there_is_named(tmp_path):
    with pytest.raises(NotebookFileError, match=r"none.ipynb: can't be read"):
        read_notebook(tmp_path / "none.ipynb")

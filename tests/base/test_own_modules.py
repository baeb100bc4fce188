"""Own modules: which files some cells use; executing them is tested with own functions."""

import inspect

import pytest

from cxrstudy.base.own_modules import Modules, named_in

SOURCES = {
    "a.py": "import os\nfrom b import x", "b.py": "import pack.inner", "c.py": "'b'",
    "pack/__init__.py": "", "pack/inner.py": "from d import y", "d.py": "",
}  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "used"),
    [
        ('recipe="c:f"', ["c.py"]),
        ("recipe='c.py:f'", ["c.py"]),
        ("    from c import f", ["c.py"]),
        ("import os, c", ["c.py"]),
        ('study.start("pack.inner:f")', ["d.py", "pack/__init__.py", "pack/inner.py"]),
        ('"a:f"', ["a.py", "b.py", "d.py", "pack/__init__.py", "pack/inner.py"]),
        ('arms = {"c": start}; "cc:f"; import_c', []),
        ("", []),
    ],
)
def test_files_that_a_cell_uses_and_what_they_import(cell, used):
    assert named_in([cell], SOURCES) == used


def test_a_function_of_a_text_shows_its_own_lines_when_it_is_asked_for_its_source():
    text = "def double(value):\n    return 2 * value\n"
    made = Modules({"of_a_text": text + "\n\nX = 1\n"}, "key")["of_a_text"]
    assert inspect.getsource(made.double) == text

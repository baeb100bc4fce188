"""Source code: what counts as the same code, and what a module imports."""

import ast
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base import coverage
from cxrstudy.base.identity import fingerprint
from cxrstudy.base.source_code import (
    closure,
    form_of,
    imported,
    normal_form,
    package_sources,
)
from tests.support.some import some

MODULES = {"cxrstudy.base.device", "cxrstudy.runs.store", "cxrstudy.records.files"}

SOURCE = '''"""Module."""
import os
import numpy as np
from collections.abc import Mapping
from typing import TYPE_CHECKING

from cxrstudy.base import device
from cxrstudy.runs.record import SCORES as FILE, Record

if TYPE_CHECKING:
    import torch

RATE = 0.1

class Thing:
    """Class."""

    def twice(self, value: Mapping):
        """Method."""
        from cxrstudy.runs import store

        return 2 * np.sqrt(value) + device.kind() + store.has(FILE)  # comment

async def wait(value="text"):
    """Function."""
'''


def form(source):
    return normal_form(source, MODULES.__contains__)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"""Module."""', '"""Another."""'),
        ('"""Module."""', ""),
        ('"""Class."""', '"""Another."""'),
        ('"""Method."""', '"""Longer,\n\n        with a second paragraph."""'),
        ('    """Function."""', "    pass"),
        ("# comment", "# another comment"),
        ("RATE = 0.1", "RATE = (\n    0.1\n)"),
        ('"text"', "'text'"),
        ("\n\n", "\n\n\n"),
        ("import os\nimport numpy as np\n", "import numpy as np\nimport os\n"),
        ("SCORES as FILE, Record", "Record, SCORES as FILE"),
        ("    import torch", "    import torch.nn"),
    ],
)
def test_prose_layout_and_the_order_of_imports_mean_nothing(old, new):
    assert old in SOURCE
    assert form(SOURCE.replace(old, new)) == form(SOURCE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (("numpy as np", "np."), ("numpy as numeric", "numeric.")),
        (("numpy as np", "np."), ("numpy", "numpy.")),
        (("SCORES as FILE", "(FILE)"), ("SCORES as PLACE", "(PLACE)")),
        (("SCORES as FILE", "(FILE)"), ("SCORES", "(SCORES)")),
        (("import device", "device."), ("import device as machine", "machine.")),
        (("cxrstudy.runs.record import",), ("cxrstudy.study.elsewhere import",)),
        (("cxrstudy.runs import store", "store."), ("cxrstudy.records import files", "files.")),
        (
            ("from cxrstudy.base import device\n", "device."),
            ("from cxrstudy.elsewhere import kind\n", ""),
        ),
    ],
)
def test_where_a_module_lies_and_what_an_import_is_called_mean_nothing(before, after):
    changed = SOURCE
    for old, new in some(zip(before, after, strict=True)):
        assert old in changed
        changed = changed.replace(old, new)
    assert form(changed) == form(SOURCE)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.1", "0.2"),
        ("2 * np", "3 * np"),
        ("np.sqrt", "np.exp"),
        ("import numpy as np", "import cupy as np"),
        ("SCORES as FILE", "EPOCHS as FILE"),
        ("device.kind", "device.name"),
        ('"text"', '"other"'),
        ("async ", ""),
        ("class Thing", "class Other"),
        ('        """Method."""\n', '        """Method."""\n        print()\n'),
    ],
)
def test_anything_else_means_something(old, new):
    assert old in SOURCE
    assert form(SOURCE.replace(old, new, 1)) != form(SOURCE)


def test_a_module_names_what_it_imports_when_it_runs_also_inside_functions():
    assert imported(SOURCE, MODULES.__contains__) == [
        ("cxrstudy.base.device", ""),
        ("cxrstudy.runs.record", "SCORES"),
        ("cxrstudy.runs.record", "Record"),
        ("cxrstudy.runs.store", ""),
    ]


def test_a_closure_goes_through_packages_to_the_module_that_defines_a_name():
    sources = {
        "cxrstudy.a": "from cxrstudy.pack import thing\n",
        "cxrstudy.pack": "from cxrstudy.pack.one import thing\nfrom cxrstudy.pack.two import x\n",
        "cxrstudy.pack.one": "from cxrstudy import b\nthing = 1\n",
        "cxrstudy.pack.two": "x = 2\n",
        "cxrstudy.b": "from cxrstudy.a import x\n",
        "cxrstudy.c": "",
    }
    found = closure(["cxrstudy.a"], sources, lambda name: False)
    assert found == ["cxrstudy.a", "cxrstudy.b", "cxrstudy.pack.one"]
    assert closure(["cxrstudy.a"], sources, lambda name: name.endswith("one")) == ["cxrstudy.a"]


# --- On the package itself -----------------------------------------------------------------------

SOURCES = package_sources(coverage.PACKAGE_FOLDER)
COVERED = sorted({module for purpose in coverage.ROOTS for module in coverage.code_of(purpose)})


def own_form(source):
    return normal_form(source, SOURCES.__contains__)


@pytest.mark.parametrize("module", COVERED)
def test_a_mutation_of_any_covered_module_is_noticed(module):
    source = SOURCES[f"cxrstudy.{module}"]
    count = sum(_mutable(node) for node in ast.walk(ast.parse(source)))
    assert count, "a covered module computes something"
    chosen = random.Random(module).sample(range(count), min(5, count))
    assert all(own_form(mutant(source, number)) != own_form(source) for number in some(chosen))


def mutant(source, number):
    """Return the module with one constant, comparison or arithmetic operator changed."""
    tree = ast.parse(source)
    node = [node for node in ast.walk(tree) if _mutable(node)][number]
    if isinstance(node, ast.BinOp):
        node.op = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
    elif isinstance(node, ast.Compare):
        node.ops[0] = ast.NotEq() if isinstance(node.ops[0], ast.Eq) else ast.Eq()
    else:
        node.attr = f"{node.attr}_"
    return ast.unparse(tree)


def _mutable(node):
    return isinstance(node, ast.BinOp | ast.Compare) or (
        isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
    )


@given(st.sampled_from(COVERED), st.randoms(use_true_random=False))
def test_comments_and_a_new_order_of_imports_in_any_covered_module_mean_nothing(module, chance):
    source = SOURCES[f"cxrstudy.{module}"]
    tree = ast.parse(source)
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    places = [tree.body.index(node) for node in imports]
    chance.shuffle(imports)
    for place, node in zip(places, imports, strict=True):
        tree.body[place] = node
    assert own_form(ast.unparse(tree) + "\n# a comment\n") == own_form(source)


def test_the_hash_of_a_form_is_that_of_the_form_whatever_else_is_a_module():
    source = (
        "from cxrstudy.base import device\nfrom cxrstudy.base.words import counted\ndevice.a()\n"
    )
    for there in ({"cxrstudy.base.device"}, {"cxrstudy.base.device", "cxrstudy.data"}, set()):
        expected = fingerprint(normal_form(source, there.__contains__))
        assert form_of(source, there.__contains__) == expected
    one, other = (form_of(source, there.__contains__) for there in ({"cxrstudy.base.device"}, ()))
    assert one != other

"""Faults are planted where they are said to be, in a process that has imported the package."""

import importlib.util
import sys

import pytest

from benchmarks.mutants import planted

PLAIN = """
LIMIT = 3
TABLE = [number + 1 for number in range(3)]

def above(value, least=2):
    return value > least

def outer(value):
    def inner():
        return value + 1
    return inner()

class Counter:
    def next(self, value):
        return value + LIMIT
"""


@pytest.fixture
def made(tmp_path):
    """A package of one module, imported."""
    path = tmp_path / "made_module.py"
    path.write_text(PLAIN)
    spec = importlib.util.spec_from_file_location("made_module", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["made_module"] = module
    spec.loader.exec_module(module)
    yield path, module
    del sys.modules["made_module"]


@pytest.mark.parametrize(
    ("before", "after", "asks", "gives"),
    [
        ("value > least", "value >= least", lambda made: made.above(2), True),
        ("value + 1", "value - 1", lambda made: made.outer(5), 4),
        ("value + LIMIT", "value * LIMIT", lambda made: made.Counter().next(5), 15),
    ],
)
def test_a_function_does_the_other_from_then_on(made, before, after, asks, gives):
    path, module = made
    assert asks(module) != gives
    live = planted.live_functions(path.parent)
    assert planted.plant(live, path, PLAIN, PLAIN.replace(before, after))
    assert asks(module) == gives


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("LIMIT = 3", "LIMIT = 4"),
        ("number + 1", "number + 2"),
        ("least=2", "least=3"),
        ("def next", "def last"),
    ],
)
def test_what_is_done_at_import_is_left_to_another_import(made, before, after):
    path, module = made
    live = planted.live_functions(path.parent)
    assert not planted.plant(live, path, PLAIN, PLAIN.replace(before, after))
    assert module.above(3)
    assert module.Counter().next(1) == 4

"""Own functions: what decides them is in their facts, and what runs is what was read."""

import functools
import inspect
import pickle
import sys
import types

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxrstudy.base import own_function as module
from cxrstudy.base.own_function import own_function
from cxrstudy.base.own_sources import OwnFunctionError
from tests.support import own_files
from tests.support.own_files import FILES, HELPERS, MAIN, write

folder = own_files.folder


def facts(name="main_file:twice", **arguments):
    return own_function(name, **arguments).facts


def test_it_runs_with_what_is_beside_it_and_carries_only_that(folder):
    made = own_function("main_file:twice", times=3)
    assert made(5) == 15
    assert [name for name, _ in made.sources] == [
        "helpers", "main_file", "pack", "pack.deep", "pack.inner",
    ]  # fmt: skip
    assert str(made) == "main_file:twice(times=3)"
    assert eval(repr(made), {"own_function": own_function}) == made
    assert own_function("main_file:late")(1) == 11
    assert "helpers" not in sys.modules


def test_what_runs_is_what_was_read_also_elsewhere(folder):
    made = pickle.loads(pickle.dumps(own_function("main_file:late")))
    (folder / "helpers.py").write_text(HELPERS.replace("10", "99"))
    (folder / "main_file.py").unlink()
    sys.path.remove(str(folder))
    assert made(1) == 11


@pytest.mark.parametrize("file", ["main_file.py", "helpers.py", "pack/deep.py", "pack/inner.py"])
def test_a_changed_character_of_any_of_them_changes_the_facts(folder, file):
    before = facts()
    path = folder / file
    path.write_text(path.read_text() + "\n# comment\n")
    assert facts() == before
    path.write_text(path.read_text() + "Y = 1\n")
    assert facts() != before


def test_layout_and_docstrings_change_nothing_and_arguments_do(folder):
    before = facts()
    text = MAIN.replace('"""Text."""', '"""Other."""').replace("\n\n\ndef", "\n\ndef")
    (folder / "main_file.py").write_text(text)
    assert facts() == before
    assert facts(times=2) != before
    assert facts(times=3) != facts(times=2)


def test_moved_and_renamed_files_are_the_same_function(folder, tmp_path):
    before = facts()
    (folder / "main_file.py").rename(folder / "other.py")
    assert facts("other:twice") == before
    (folder / "helpers.py").rename(folder / "aside.py")
    text = (folder / "other.py").read_text().replace("helpers", "aside")
    (folder / "other.py").write_text(text)
    assert facts("other:twice") == before
    inner = write(folder / "elsewhere", {"again.py": text, **FILES})
    write(inner, {"aside.py": HELPERS})
    sys.path.insert(0, str(inner))
    assert facts("again:twice") == before


def test_the_function_itself_and_a_partial_of_it_are_the_same(folder):
    import main_file

    assert own_function(main_file.twice) == own_function("main_file.py:twice")
    partial = functools.partial(functools.partial(main_file.twice, times=2), times=4)
    assert own_function(partial) == own_function("main_file:twice", times=4)
    assert own_function(own_function(main_file.late)).name == "late"
    # In memory there is an old one; what counts is the file.
    (folder / "main_file.py").write_text(MAIN.replace("value * times", "value + times"))
    assert own_function(main_file.twice)(5) == 7


def shell_function():
    made = types.FunctionType((lambda value: value).__code__, {}, "typed")
    made.__module__, made.__qualname__ = "__main__", "typed"
    return made


class Callable:
    def __call__(self, value):
        return value

    def method(self, value):
        return value


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda value: value, "is a lambda, a method or inside another"),
        ((lambda data: lambda value: data)([1, 2]), "a lambda"),
        (shell_function(), "notebook's cell, a shell"),
        (Callable(), "is not a function"),
        (Callable().method, "a method"),
        (Callable, "is not a function"),
        (len, "notebook's cell, a shell|not a file"),
        (3, "is not a function"),
        ("no text", "write 'FILE:FUNCTION'"),
        ("nowhere:f", r"no module nowhere; Python looks for nowhere.py in .*notebooks"),
        ("main_file:missing", r"main_file.py has no function missing at its top level; it has twi"),
        ("cxrstudy.training.loss:loss_of", "part of cxrstudy"),
        (
            functools.partial(test_it_runs_with_what_is_beside_it_and_carries_only_that, 1),
            "keyword",
        ),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_cannot_be_identified_is_refused_with_what_to_write(given, said):
    with pytest.raises(OwnFunctionError, match=said):
        own_function(given)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), {"a": 1}, [object()], len])
@pytest.mark.usefixtures("folder")
def test_arguments_are_plain_values(value):
    with pytest.raises(OwnFunctionError, match="argument times="):
        own_function("main_file:twice", times=value)


@given(st.recursive(st.integers() | st.text() | st.booleans() | st.none(), st.lists))
def test_plain_arguments_are_kept_and_can_be_hashed(value):
    kept = module._plain("x", value)
    assert hash(kept) == hash(module._plain("x", kept))


def test_this_packages_code_beyond_a_runs_counts(folder):
    before = len(facts()["code"])
    more = "from cxrstudy.statistics.metrics import auroc\n"
    (folder / "main_file.py").write_text(more + MAIN)
    assert len(facts()["code"]) > before
    (folder / "main_file.py").write_text("from cxrstudy.training.loss import loss_of\n" + MAIN)
    assert len(facts()["code"]) == before
    (folder / "main_file.py").write_text("from cxrstudy.training.lost import loss_of\n" + MAIN)
    with pytest.raises(OwnFunctionError, match=r"imports 'cxrstudy.training.lost'"):
        facts()


def test_dataclasses_and_errors_of_carried_code_work_as_usual(folder):
    (folder / "main_file.py").write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n\n\n"
        "@dataclass\nclass Point:\n    x: int\n\n\ndef f(value):\n    return 1 / Point(value).x\n"
    )
    made = own_function("main_file:f")
    assert made(2) == 0.5
    with pytest.raises(ZeroDivisionError) as caught:
        made(0)
    assert "return 1 / Point(value).x" in str(caught.traceback[-1].statement)
    read = inspect.getsource(caught.traceback[-1].frame.raw.f_code)
    assert read == "def f(value):\n    return 1 / Point(value).x\n"

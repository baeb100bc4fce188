"""The tests themselves: none passes because what it looks at is not there."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project import THIS

FILES = sorted((THIS / "tests").rglob("test_*.py"))
#: Calls that fail by themselves, by how their names begin: of libraries and of tests/support.
ASSERTING = ("assert_", "check_", "raises", "warns", "wait_for", "same", "fits_", "sees_", "try_")
#: Tests whose only statement is that something does not raise, or ends.
MUST_NOT_RAISE = {
    "test_where_the_peak_cannot_be_reset_nothing_fails",
    "test_nothing_is_missing_where_all_is_installed",
    "test_json_is_valid_whatever_it_holds",
    "test_runs_that_do_not_need_each_other_are_under_way_together",
    "test_a_killed_study_leaves_no_process",
    "test_it_takes_no_torch",
}
#: Wrappers that keep what they are given: as many items come out.
KEEPING = ("zip", "enumerate", "product", "sorted", "items", "combinations", "permutations")


def functions_of(path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield node


def called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def is_sure(statements: list[ast.stmt]) -> bool:
    """Whether an assertion is reached, whatever is computed before it."""
    for statement in statements:
        match statement:
            case ast.If():
                found = is_sure(statement.body) and is_sure(statement.orelse)
            case ast.For():
                found = never_empty(statement.iter) and is_sure(statement.body)
            case ast.While() | ast.FunctionDef() | ast.ClassDef():
                found = False
            case ast.With():
                calls = (part for item in statement.items for part in ast.walk(item))
                found = any(map(asserts, calls)) or is_sure(statement.body)
            case _:
                found = any(map(asserts, ast.walk(statement)))
        if found:
            return True
    return False


def asserts(node: ast.AST) -> bool:
    return isinstance(node, ast.Assert) or called(node).startswith(ASSERTING)


def never_empty(iterated: ast.expr) -> bool:
    """Whether a loop is over what is written there, is a constant, or was looked at by `some`."""
    if isinstance(iterated, ast.Tuple | ast.List | ast.Set | ast.Dict | ast.Constant):
        return True
    if called(iterated) in ("some", "range"):
        return True
    if called(iterated) in KEEPING:
        assert isinstance(iterated, ast.Call)
        owner = iterated.func.value if isinstance(iterated.func, ast.Attribute) else None
        return all(map(never_empty, iterated.args or [owner] if owner else iterated.args))
    return isinstance(iterated, ast.Name) and iterated.id.isupper()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(THIS / "tests")))
def test_each_test_asserts_something_whatever_it_finds(path):
    tests = [test for test in functions_of(path) if test.name not in MUST_NOT_RAISE]
    weak = [f"{test.name}, line {test.lineno}" for test in tests if not is_sure(test.body)]
    assert weak == [], "wrap what the loop is over in tests.support.some.some, or assert first"


def test_what_is_drawn_is_a_share_of_what_the_run_draws():
    """Write `@draws(20)`, from tests.support.draws, so that `make search` draws more of it."""
    assert len(FILES) > 100
    assert [path for path in FILES if "max_examples" in path.read_text("utf-8")] == [Path(__file__)]

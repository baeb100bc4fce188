"""The tests themselves: none passes because what it looks at is not there."""

import ast
import re
from collections.abc import Callable, Collection, Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.project import THIS
from tests.support.some import some

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
KEEPING = (
    "zip", "enumerate", "product", "sorted", "items", "values", "keys", "combinations",
    "permutations",
)  # fmt: skip


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@cache
def functions_of(path: Path) -> tuple[ast.FunctionDef, ...]:
    every = (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.FunctionDef))
    return tuple(node for node in every if node.name.startswith("test_"))


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


def test_each_test_asserts_something_whatever_it_finds():
    tests = [(path, test) for path in FILES for test in functions_of(path)]
    assert len(tests) > 1000
    weak = [
        f"{path}, line {test.lineno}: {test.name}"
        for path, test in tests
        if test.name not in MUST_NOT_RAISE and not is_sure(test.body)
    ]
    assert weak == [], "wrap what the loop is over in tests.support.some.some, or assert first"


def test_what_is_drawn_is_a_share_of_what_the_run_draws():
    """Write `@draws(20)`, from tests.support.draws, so that `make search` draws more of it."""
    assert len(FILES) > 100
    assert [path for path in FILES if "max_examples" in path.read_text("utf-8")] == [Path(__file__)]


# --- What a test asserts beside what it is sure of ------------------------------------------------

#: Tests whose condition is itself asserted, in another way than by counting.
LOOKED_AT_OTHERWISE = {
    "test_keys_alone_are_enough",
    "test_a_finite_fit_solves_the_equations_of_the_likelihood_whatever_the_scores",
    "test_the_default_of_every_family_of_timm_is_pooled_or_candidates_are_named",
}
#: Why a test may be skipped on some machine, and where it is run: a text of the workflow.
SKIPPED = {
    "node": "ubuntu-latest",  # which has Node.js and Chrome
    "TypeScript": "make test",
    "axe-core": "bash .ci/run",
    "Chromium": "ubuntu-latest",
    "make pdf": "bash .ci/run",
    "root may write": "ubuntu-latest",  # whose user is not root
    "clear_refs": "ubuntu-latest",
    "C library": "ubuntu-latest",
    "Linux": "ubuntu-latest",
    "processor": "ubuntu-latest",
    "Windows": "ubuntu-latest",
    "network namespaces": "ubuntu-latest",
    "mounted": "ubuntu-latest",
    "openssl": "ubuntu-latest",
    "mkfifo": "ubuntu-latest",
    "rle.utils": "make test",
    "slurm": "slurm-wlm",
    "history": "actions/checkout",
    "str(problem)": "actions/checkout",
    "no bits are committed": "make test",
    "torchxrayvision": "make test",
    "peer": "make test",
    "further results": "make test-slow",
    "folder": "",  # of real radiographs, which a user has
}


def parsed(text: str) -> ast.FunctionDef:
    (function,) = ast.parse(text).body
    assert isinstance(function, ast.FunctionDef)
    return function


def names_in(node: ast.AST) -> set[str]:
    return {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}


def given(test: ast.FunctionDef) -> set[str]:
    """Names that no fault of the product decides: parameters, and what is looped over."""
    loops = [node.target for node in ast.walk(test) if isinstance(node, ast.For)]
    return {argument.arg for argument in test.args.args}.union(*map(names_in, loops))


def switched_off(test: ast.FunctionDef) -> list[int]:
    """Lines of assertions that are only made if something is found, which is not counted."""
    found = []
    for node in ast.walk(test):
        if not isinstance(node, ast.If) or not any(map(asserts, walk_all(node.body))):
            continue
        leaves = isinstance(node.body[-1], ast.Return | ast.Continue)
        counts = any(isinstance(part, ast.AugAssign) for part in node.body)
        lower = {name for name in names_in(node.test) if not name.isupper()}
        if not (leaves or counts or is_sure(node.orelse) or lower <= given(test)):
            found.append(node.lineno)
    return found


def walk_all(statements: list[ast.stmt]) -> list[ast.AST]:
    return [part for statement in statements for part in ast.walk(statement)]


def maybe_empty(test: ast.FunctionDef) -> list[int]:
    """Lines of loops, and of `all(...)`, that assert something of each of none."""
    found = []
    for node in ast.walk(test):
        if isinstance(node, ast.For) and any(map(asserts, walk_all(node.body))):
            found += [node.lineno] * (not never_empty(node.iter))
        if isinstance(node, ast.Assert) and called(node.test) == "all":
            assert isinstance(node.test, ast.Call)
            for each in node.test.args:
                if isinstance(each, ast.GeneratorExp):
                    found += [node.lineno] * (not never_empty(each.generators[0].iter))
    return found


def loose(test: ast.FunctionDef, lines: list[str]) -> list[int]:
    """Lines with a tolerance of more than a twentieth, where no comment says why."""
    found = []
    for node in ast.walk(test):
        if isinstance(node, ast.keyword) and node.arg in ("rel", "rtol"):
            value = node.value.value if isinstance(node.value, ast.Constant) else 0
            line = node.value.lineno
            if value > 0.05 and not any("#" in each for each in lines[line - 2 : line]):
                found.append(line)
    return found


def skips_of(tree: ast.AST) -> Iterator[str]:
    """Calls that skip a test."""
    for node in ast.walk(tree):
        if called(node) in ("skip", "skipif", "importorskip"):
            yield ast.unparse(node)


def places(
    lines_of: Callable[[ast.FunctionDef, list[str]], list[int]], but: Collection[str] = ()
) -> list[str]:
    """Where a lint finds something in any test of the project, but for some tests."""
    return [
        f"{path}, line {line}: {test.name}"
        for path in FILES
        for test in functions_of(path)
        if test.name not in but
        for line in lines_of(test, path.read_text("utf-8").splitlines())
    ]


def test_no_assertion_is_made_only_if_the_product_lets_it_be():
    weak = places(lambda test, _: switched_off(test), LOOKED_AT_OTHERWISE)
    assert weak == [], "count how often the condition holds, and assert that"


def test_no_loop_is_over_what_may_be_empty():
    empty = places(lambda test, _: maybe_empty(test))
    assert empty == [], "wrap what the loop is over in tests.support.some.some"


def test_no_tolerance_is_loose_without_a_word_why():
    assert places(loose) == [], "say in a comment why a tolerance is more than a twentieth"


def test_whatever_is_skipped_somewhere_is_run_somewhere():
    workflow = (THIS / ".github" / "workflows" / "book.yml").read_text("utf-8")
    locked = (THIS / "requirements.lock").read_text("utf-8").replace("-", "_")
    other = {"skimage": "scikit_image", "PIL": "pillow"}
    skips = [skip for path in THIS.glob("tests/**/*.py") for skip in skips_of(tree_of(path))]
    nowhere = []
    for skip in some(skips):
        package = re.match(r".*importorskip\('(\w+)", skip)
        if package and f"\n{other.get(package[1], package[1])}==" in f"\n{locked}":
            continue
        reasons = [where for reason, where in SKIPPED.items() if reason in skip]
        if not any(where in workflow for where in reasons):
            nowhere.append(skip)
    assert nowhere == []


# --- The lint sees each kind ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "sees"),
    [
        ("    assert f()", ""),
        ("    if f():\n        assert g()", "switched off, nothing sure"),
        ("    assert g()\n    if f():\n        assert h()", "switched off"),
        ("    assert g()\n    if x:\n        assert h()", ""),
        ("    assert g()\n    if x:\n        assert h()\n    else:\n        assert k()", ""),
        ("    n = 0\n    if f():\n        assert h()\n        n += 1\n    assert n", ""),
        ("    if f():\n        assert h()\n        return\n    assert k()", ""),
        ("    for y in f():\n        assert y", "maybe empty, nothing sure"),
        ("    assert g()\n    for y in f():\n        assert y", "maybe empty"),
        ("    for y in some(f()):\n        assert y", ""),
        ("    assert all(y for y in f())", "maybe empty"),
        ("    assert all(y for y in some(f()))", ""),
        ("    assert all(y for y in (1, 2))", ""),
        ("    while f():\n        assert g()", "nothing sure"),
        ("    assert f() == approx(1, rel=0.2)", "loose"),
        ("    assert f() == approx(1, rel=0.2)  # of 20 draws", ""),
        ("    assert f() == approx(1, rel=0.01)", ""),
        ("    f()", "nothing sure"),
    ],
)  # fmt: skip
def test_the_lint_sees(body, sees):
    text = f"def test_made(x):\n{body}\n"
    test = parsed(text)
    found = {
        "switched off": switched_off(test),
        "maybe empty": maybe_empty(test),
        "loose": loose(test, text.splitlines()),
        "nothing sure": not is_sure(test.body),
    }
    assert {kind for kind, lines in found.items() if lines} == set(filter(None, sees.split(", ")))


def test_the_lint_sees_a_skip_that_is_run_nowhere():
    assert list(skips_of(ast.parse("pytest.importorskip('made')\nassert f()"))) == [
        "pytest.importorskip('made')"
    ]

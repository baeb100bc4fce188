"""Which tests run which line, and how long each takes: measured once per file of tests.

Only tests near a module are measured: those of the file of its name, and of a few files that import
it or lie beside that one. What only tests elsewhere notice counts as survived, so a score is a
lower bound.

While it is measured, each module of the package has a neutral change at its end. A test that fails
then would fail after any change at all, because it compares an id with a recorded one; it is no
witness. Nor is one that takes too long.
"""

import ast
import json
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import coverage
import pytest

from benchmarks.mutants import limits

#: Files of tests that are tried for a module.
NEAR = 7
#: What `make test` runs, without what drives a browser: coverage doesn't see it.
FAST = "not book and not slow and not sweep and not browser"
#: A change that changes nothing.
NEUTRAL = "\n\ndef _nothing_asks_for_this() -> int:\n    return 1\n"
#: Seconds of the processor after which a test is stopped, and is no witness.
TOO_LONG = 6.0
#: Tests of a fault, the quickest first, until they took this long without it.
ENOUGH = 12.0


@dataclass
class Reach:
    """Tests by the lines that they run."""

    tests: dict[str, dict[int, set[str]]] = field(default_factory=lambda: defaultdict(dict))
    """Of each module, by line, the tests that run it; 0 stands for any line."""
    seconds: dict[str, float] = field(default_factory=dict)
    """Of each test that is a witness."""

    def of(self, module: str, lines: Iterable[int]) -> list[str]:
        """The tests that run one of the lines, those of the module's own file and quick ones first.

        They are as many as take `ENOUGH` seconds together.
        """
        found = set().union(*(self.tests[module].get(line, set()) for line in lines))
        own = f"test_{Path(module).stem}.py::"

        def order(test: str) -> tuple[float, str]:
            return self.seconds[test] / (4 if own in test else 1), test

        return list(_enough(sorted(found, key=order), self.seconds))


def _enough(tests: list[str], seconds: dict[str, float]) -> Iterator[str]:
    left = ENOUGH
    for test in tests:
        left -= seconds[test]
        if left < 0:
            return
        yield test


def measure(items: list[pytest.Item], package: Path, to: Path) -> None:
    """Run the tests of one file in this process, and write what they reach."""
    watched = coverage.Coverage(
        data_file=None, source=[str(package)], config_file=False, messages=False
    )
    noted = Noted()
    items[0].config.pluginmanager.register(noted)
    seconds = {}
    with limits.raising():
        watched.start()
        for item, following in zip(items, [*items[1:], None], strict=True):
            watched.switch_context(item.nodeid)
            began = time.process_time()
            limits.within(TOO_LONG)
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            limits.within(0)
            seconds[item.nodeid] = round(time.process_time() - began, 3)
        watched.stop()
    passed = [item.nodeid for item in items if item.nodeid not in noted.failed | noted.skipped]
    lines = _lines(watched.get_data(), package.parent)
    if any(map(_shares, items)):
        lines = {module: _any(by_line, passed) for module, by_line in lines.items()}
    text = {"seconds": {test: seconds[test] for test in passed}, "lines": lines}
    limits.write_whole(to, json.dumps(text))


class Noted:
    """The tests that failed and that were skipped."""

    def __init__(self) -> None:
        self.failed, self.skipped = set[str](), set[str]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at a report."""
        if report.failed:
            self.failed.add(report.nodeid)
        if report.skipped:
            self.skipped.add(report.nodeid)


def _shares(item: pytest.Item) -> bool:
    """Whether a fixture outlives the test: then what it runs counts for the file's other tests."""
    found = getattr(item, "_fixtureinfo").name2fixturedefs.values()  # noqa: B009
    return any(one.scope != "function" and one.baseid for several in found for one in several)


def _any(by_line: dict[int, list[str]], passed: list[str]) -> dict[int, list[str]]:
    return dict.fromkeys(by_line, passed)


def _lines(data: coverage.CoverageData, root: Path) -> dict[str, dict[int, list[str]]]:
    found = {}
    for file in sorted(data.measured_files()):
        by_line = data.contexts_by_lineno(file)
        reached = {line: sorted(filter(None, names)) for line, names in by_line.items()}
        found[str(Path(file).relative_to(root))] = {k: v for k, v in reached.items() if v}
    return found


def read(results: Iterable[Path]) -> Reach:
    """Read what was measured."""
    reach = Reach()
    for path in results:
        found = json.loads(path.read_text("utf-8"))
        reach.seconds |= found["seconds"]
        for module, by_line in found["lines"].items():
            for line, tests in by_line.items():
                witnesses = {test for test in tests if test in reach.seconds}
                for number in (0, int(line)):
                    reach.tests[module].setdefault(number, set()).update(witnesses)
    return reach


def near(root: Path, module: str) -> list[str]:
    """Files of tests of a module: the one of its name, those that import it, those beside it.

    Of each kind the shortest come first.
    """
    path = Path(module)
    stem = path.parent.name if path.name == "__init__.py" else path.stem
    dotted = ".".join(path.with_suffix("").parts).removesuffix(".__init__")
    package, _, name = dotted.rpartition(".")
    imported = re.compile(
        rf"\b{re.escape(dotted)}\b|from {re.escape(package)} import (\([^)]*|[^\n]*)\b{name}\b"
    )
    own = root.joinpath("tests", *path.parts[1:-1], f"test_{stem}.py")
    texts = {file: file.read_text("utf-8") for file in (root / "tests").rglob("test_*.py")}
    beside = [file for file in texts if file.parent == own.parent]
    found = [file for file, text in texts.items() if imported.search(text)]

    def order(file: Path) -> tuple[bool, bool, bool, int, str]:
        unknown = file not in found
        return file != own, unknown, file.parent != own.parent, len(texts[file]), str(file)

    chosen = sorted({*found, *beside}, key=order)[:NEAR]
    return [str(file.relative_to(root)) for file in chosen]


def lines_of(source: str, line: int) -> range:
    """The lines of the statement around a line, as far as that line."""
    starts = [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.stmt) and node.lineno <= line <= (node.end_lineno or line)
    ]
    return range(max(starts, default=line), line + 1)

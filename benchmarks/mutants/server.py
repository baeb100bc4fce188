"""A process that has collected all tests once, and forks a child for each thing that is asked."""

import os
import sys
from collections import defaultdict
from multiprocessing.connection import Connection
from pathlib import Path

import hypothesis
import pytest

from benchmarks.mutants import limits, planted, reach

#: Examples are neither made small nor kept: that one fails is enough.
hypothesis.settings.register_profile(
    "mutants",
    deadline=None,
    derandomize=True,
    max_examples=30,
    database=None,
    phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
)
# A library that is shared may bring a plugin of pytest, which says that it came too early.
EARLY = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
OPTIONS = [
    "-q", "-s", "-W", EARLY, "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "no:faulthandler",
    "--hypothesis-profile", "mutants", "--tb", "line",
]  # fmt: skip
#: Packages whose modules are imported anew.
FORGOTTEN = ("cxrstudy", "tests", "conftest")


def enter(copy: Path) -> None:
    """Make this process one of a copy of the project."""
    os.chdir(copy)
    sys.path.insert(0, str(copy))
    os.environ["PYTHONPATH"] = os.environ["CXRSTUDY_PROJECT"] = str(copy)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"


def serve(copy: Path, files: list[str], requests: Connection) -> None:
    """Collect some files of tests of a copy, and answer requests until there are no more."""
    enter(copy)
    options = [*OPTIONS, "-m", reach.FAST, "--basetemp", str(copy / "runs" / "tests"), *files]
    (copy / "runs").mkdir(exist_ok=True)
    status = pytest.main(options, plugins=[_Server(copy, requests)])
    sys.exit(int(status))


class _Server:
    """What pytest calls instead of its own loop over the tests."""

    def __init__(self, copy: Path, requests: Connection) -> None:
        self.copy, self.requests = copy, requests
        self.failed = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Answer requests: of tests to measure, or of a fault to try."""
        if session.testsfailed:
            raise session.Interrupted("tests could not be collected")
        self.items = {item.nodeid: item for item in session.items}
        self.live = planted.live_functions(self.copy / "cxrstudy")
        files = defaultdict[str, list[str]](list)
        for item in session.items:
            files[item.nodeid.partition("::")[0]].append(item.nodeid)
        self.requests.send(dict(files))
        while request := self.requests.recv():
            kind, arguments = request
            self.requests.send(getattr(self, kind)(**arguments))
        return True

    def measure(self, tests: list[str], to: Path) -> tuple[int | None, float]:
        """Measure what the tests of one file reach."""

        def task() -> int:
            reach.measure([self.items[test] for test in tests], self.copy / "cxrstudy", to)
            return 0

        return limits.forked(task, seconds=30 + reach.TOO_LONG * len(tests))

    def attempt(
        self, module: str, before: str, after: str, tests: list[str], seconds: float, to: Path
    ) -> tuple[int | None, float]:
        """Plant a fault and run tests until one fails: 0 for none, 1 for one, 3 for can't be."""
        name = module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

        def task() -> int:
            path = self.copy / module
            if name in sys.modules and not planted.plant(self.live, path, before, after):
                return 3
            return self._first_failure([self.items[test] for test in tests], to)

        return limits.forked(task, seconds=seconds)

    def anew(self, tests: list[str], seconds: float, to: Path) -> tuple[int | None, float]:
        """Import the package anew, collect some test functions, and stop at the first failure."""
        names = dict.fromkeys(test.partition("[")[0] for test in tests)
        options = [*OPTIONS, "-x", "--basetemp", str(self.copy / "runs" / "anew"), *names]

        def task() -> int:
            for name in [name for name in sys.modules if name.split(".")[0] in FORGOTTEN]:
                del sys.modules[name]
            return int(pytest.main(options, plugins=[FirstFailure(tests, to)]))

        return limits.forked(task, seconds=seconds)

    def _first_failure(self, items: list[pytest.Item], to: Path) -> int:
        for item, following in zip(items, [*items[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if self.failed:
                to.write_text(item.nodeid, "utf-8")
                return 1
        return 0

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at a report."""
        self.failed = self.failed or report.failed


class FirstFailure:
    """Run no other tests than some, and write the first that fails into a file."""

    def __init__(self, tests: list[str], path: Path) -> None:
        self.tests, self.path = set(tests), path

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what is no witness."""
        items[:] = [item for item in items if item.nodeid in self.tests]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Look at a report."""
        if report.failed:
            self.path.write_text(report.nodeid, "utf-8")

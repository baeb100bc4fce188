"""Which tests run which line, and how long each takes: measured once, kept beside the project."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import coverage

#: What `make test` and `make test-pages` run.
FAST = "not book and not slow and not sweep"


@dataclass(frozen=True)
class Reach:
    """Tests by the lines that they run."""

    tests: dict[str, dict[int, list[str]]]
    """Of each module, by line, the tests that run it."""
    seconds: dict[str, float]
    """Of each test function, over all its parameters."""

    def of(self, module: str, line: int) -> list[str]:
        """The tests that run a line, the quickest first."""
        found = self.tests.get(module, {}).get(line, [])
        return sorted(found, key=lambda test: (self.seconds.get(test, 1.0), test))

    def of_module(self, module: str) -> list[str]:
        """The tests that run any line of a module, the quickest first."""
        lines = self.tests.get(module, {})
        found = {test for tests in lines.values() for test in tests}
        return sorted(found, key=lambda test: (self.seconds.get(test, 1.0), test))


def measure(root: Path, to: Path) -> None:
    """Run the tests of a checkout once, and write what they reach; about twice the suite's time."""
    data, report = to.with_suffix(".coverage"), to.with_suffix(".xml")
    environment = dict(os.environ, PYTHONPATH=str(root), COVERAGE_FILE=str(data))
    command = [
        sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadfile", "-q", "-m", FAST,
        "-p", "no:cacheprovider", "--cov=cxrstudy", "--cov-context=test", "--cov-report=",
        f"--junitxml={report}", "-o", "junit_family=xunit1",
    ]  # fmt: skip
    subprocess.run(command, cwd=root, env=environment, check=True)
    to.write_text(json.dumps({"tests": _lines(data, root), "seconds": _seconds(report)}), "utf-8")


def read(path: Path) -> Reach:
    """Read what was measured."""
    found = json.loads(path.read_text("utf-8"))
    lines = {
        module: {int(line): tests for line, tests in by_line.items()}
        for module, by_line in found["tests"].items()
    }
    return Reach(lines, found["seconds"])


def _lines(data: Path, root: Path) -> dict[str, dict[int, list[str]]]:
    measured = coverage.CoverageData(str(data))
    measured.read()
    found = {}
    for file in sorted(measured.measured_files()):
        contexts = measured.contexts_by_lineno(file)
        found[str(Path(file).relative_to(root))] = {
            line: sorted({_function(context) for context in names if context})
            for line, names in contexts.items()
        }
    return found


def _function(context: str) -> str:
    """A test without its parameters and without the phase that pytest-cov adds."""
    return context.rpartition("|")[0].partition("[")[0]


def _seconds(report: Path) -> dict[str, float]:
    seconds: dict[str, float] = defaultdict(float)
    for case in ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('file')}::{case.get('name')}".partition("[")[0]
        seconds[name] += float(case.get("time") or 0)
    return dict(seconds)

"""Whether tests notice a fault: each is tried in a process of its own, in a copy of the project.

A server imports the large libraries once and forks a child for each fault; the project itself is
imported by the child. A test that fails for any change of a file at all, because it compares an id
with a recorded one, is no witness: what a neutral change breaks is left out.
"""

import contextlib
import importlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from benchmarks.mutants.faults import Fault
from benchmarks.mutants.reach import Reach

#: Large libraries that the tests import; whatever is lacking is imported by the child.
LIBRARIES = (
    "torch", "fastai.vision.all", "timm", "pandas", "scipy.stats", "sklearn.metrics",
    "matplotlib.pyplot", "seaborn", "pandera.pandas", "pydantic", "typer", "hypothesis.strategies",
    "nbformat", "faiss", "PIL.Image",
)  # fmt: skip
#: Test functions of a fault, the quickest first, until they took this long without it, in seconds.
ENOUGH = 60.0
#: A change that changes nothing.
NEUTRAL = "\n\ndef _nothing_asks_for_this() -> int:\n    return 1\n"


@dataclass(frozen=True)
class Outcome:
    """What came of one fault."""

    fault: Fault
    state: str
    """`killed`, `survived`, `late` (stopped by time, counts as killed) or `not reached`."""
    tests: int
    seconds: float


def load_libraries() -> None:
    """Import what children share; no thread may have started when they are forked."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)


def attempt(copy: Path, fault: Fault, reach: Reach, blind: dict[str, frozenset[str]]) -> Outcome:
    """Plant one fault in a copy of the project, run its tests, and take it out again.

    `blind` holds, by module, the tests that fail after a neutral change; it is filled on the way.
    """
    began = time.monotonic()
    tests = list(_enough(reach, reach.of(fault.module, fault.line)))
    if tests and fault.module not in blind:
        every = list(_enough(reach, reach.of_module(fault.module)))
        blind[fault.module] = frozenset(_failing(copy, fault, every + tests))
    tests = [test for test in tests if test not in blind[fault.module]] if tests else []
    if not tests:
        return Outcome(fault, "not reached", 0, time.monotonic() - began)
    with _changed(copy / fault.module, fault.code):
        expected = sum(reach.seconds.get(test, 1.0) for test in tests)
        state = _run(copy, tests, limit=30 + 5 * expected)
    return Outcome(fault, state, len(tests), time.monotonic() - began)


def _enough(reach: Reach, tests: list[str]) -> Iterator[str]:
    seconds = 0.0
    for test in tests:
        seconds += reach.seconds.get(test, 1.0)
        if seconds > ENOUGH:
            return
        yield test


@contextlib.contextmanager
def _changed(path: Path, code: str) -> Iterator[None]:
    """Write a file over, and put it back as it was."""
    before = path.read_bytes()
    path.unlink()  # it may be a link to the file of the project itself
    path.write_text(code, "utf-8")
    try:
        yield
    finally:
        path.write_bytes(before)


def _failing(copy: Path, fault: Fault, tests: list[str]) -> list[str]:
    """The tests that a neutral change of the module makes fail."""
    tests, failed = list(dict.fromkeys(tests)), copy / "failed.txt"
    code = (copy / fault.module).read_text("utf-8") + NEUTRAL
    with _changed(copy / fault.module, code):
        _run(copy, tests, limit=600, failed=failed)
    if not failed.exists():
        raise RuntimeError(
            f"{copy}: pytest did not end there, whatever the tests say; run it by hand"
        )
    return failed.read_text("utf-8").splitlines()


def _run(copy: Path, tests: list[str], *, limit: float, failed: Path | None = None) -> str:
    if failed:
        failed.unlink(missing_ok=True)
    child = os.fork()
    if not child:
        _be_child(copy, tests, failed)
    return _wait(child, limit)


def _be_child(copy: Path, tests: list[str], failed: Path | None) -> None:
    """Run pytest in the copy, in this process, and end it with pytest's status."""
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    os.chdir(copy)
    for name in [name for name in sys.modules if name.split(".")[0] in ("cxrstudy", "benchmarks")]:
        del sys.modules[name]
    sys.path.insert(0, str(copy))
    os.environ["PYTHONPATH"] = str(copy)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    # A library that is shared may bring a plugin of pytest, which says that it came too early.
    early = "ignore:Module already imported:pytest.PytestAssertRewriteWarning"
    arguments = ["-q", "-W", early, "-p", "no:cacheprovider", "-p", "no:xdist", *tests]
    status: int = 1
    try:
        status = int(pytest.main(arguments if failed else ["-x", *arguments], [_Failures(failed)]))
    finally:
        os._exit(status)


class _Failures:
    """Write the test functions that failed into a file."""

    def __init__(self, path: Path | None) -> None:
        self.path, self.names = path, dict[str, None]()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.names[report.nodeid.partition("[")[0]] = None

    def pytest_sessionfinish(self) -> None:
        if self.path:
            self.path.write_text("\n".join(self.names), "utf-8")


def _wait(child: int, limit: float) -> str:
    until = time.monotonic() + limit
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            _end_group(child)
            return "survived" if os.waitstatus_to_exitcode(status) == 0 else "killed"
        time.sleep(0.05)
    _end_group(child)
    os.waitpid(child, 0)
    return "late"


def _end_group(child: int) -> None:
    """What a faulty child started ends with it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)

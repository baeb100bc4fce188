"""Whether tests notice a fault: each is tried in a process of its own, in a copy of the project.

A worker imports the large libraries once. From it comes a server, which collects the tests once,
and exchanges the code of functions. What a module does when it is imported is tried in a child of
the worker, which imports the project anew; so is each fault that seemed to survive.
"""

import contextlib
import hashlib
import importlib
import json
import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.mutants import limits, server
from benchmarks.mutants.faults import Fault
from benchmarks.mutants.reach import NEUTRAL, Reach, lines_of, read

#: Large libraries that the tests import; whatever is lacking is imported by the child.
LIBRARIES = (
    "torch", "fastai.vision.all", "timm", "pandas", "scipy.stats", "sklearn.metrics",
    "matplotlib.pyplot", "seaborn", "pandera.pandas", "pydantic", "typer", "hypothesis.strategies",
    "nbformat", "faiss", "PIL.Image",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What came of one fault."""

    state: str
    """`killed`, `late` (stopped by time; counts as killed), `survived` or `not reached`."""
    by: str
    """The test that failed."""
    tests: int
    seconds: float
    """Of the processor."""


@dataclass(frozen=True)
class Worker:
    """One of several that share the work."""

    number: int
    of: int
    copy: Path

    def share(self, things: list[str]) -> list[str]:
        """What is left to this worker."""
        return things[self.number :: self.of]


def work(worker: Worker, todo: list[Fault], measured: Path, note: Callable[..., None]) -> None:
    """Measure this worker's share of the tests where that was not done, and try its faults."""
    for name in LIBRARIES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    ours, theirs = multiprocessing.Pipe()
    # No thread may have started when children are forked.
    process = multiprocessing.get_context("fork").Process(
        target=server.serve, args=(worker.copy, theirs)
    )
    process.start()
    theirs.close()
    files = ours.recv()
    results = {file: measured / _result(worker.copy / file) for file in files}
    _measure(worker, files, results, ours)
    while not all(path.is_file() for path in results.values()):
        time.sleep(2)
    reach = read(results.values())
    for fault in todo[worker.number :: worker.of]:
        note(fault, attempt(worker.copy, fault, reach, ours))
    ours.send(None)
    process.join()


def _result(file: Path) -> str:
    """What was measured counts for a file of tests as long as that stays as it is."""
    content = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return f"{file.parent.name}.{file.stem}.{content}.json"


def _measure(
    worker: Worker, files: dict[str, list[str]], results: dict[str, Path], requests: Connection
) -> None:
    lacking = [file for file in worker.share(list(files)) if not results[file].is_file()]
    modules = sorted((worker.copy / "cxrstudy").rglob("*.py")) if lacking else []
    with contextlib.ExitStack() as changed:
        for module in modules:
            changed.enter_context(_changed(module, module.read_text("utf-8") + NEUTRAL))
        for number, file in enumerate(lacking, 1):
            to = results[file]
            requests.send(("measure", {"tests": files[file], "to": to}))
            status, seconds = requests.recv()
            if status != 0:
                limits.write_whole(to, json.dumps({"seconds": {}, "lines": {}}))
            print(f"{number} of {len(lacking)}: {seconds:6.1f} s {status} {file}", flush=True)


def attempt(copy: Path, fault: Fault, reach: Reach, requests: Connection) -> Outcome:
    """Plant one fault in a copy of the project, run its tests, and take it out again."""
    path = copy / fault.module
    before = path.read_text("utf-8")
    tests = reach.of(fault.module, lines_of(before, fault.line)) or reach.of(fault.module, [0])
    if not tests:
        return Outcome("not reached", "", 0, 0.0)
    failed = copy / "runs" / "failed.txt"
    failed.unlink(missing_ok=True)
    limit = 10 + 5 * sum(reach.seconds[test] for test in tests)
    with _changed(path, fault.code):
        asked = {
            "module": fault.module, "before": before, "after": fault.code, "tests": tests,
            "seconds": limit, "to": failed,
        }  # fmt: skip
        requests.send(("attempt", asked))
        status, seconds = requests.recv()
        if status in (0, 3):

            def task() -> int:
                return server.anew(copy, tests, failed)

            status, more = limits.forked(task, seconds=20 + limit)
            seconds += more
    state = {0: "survived", None: "late"}.get(status, "killed")
    by = failed.read_text("utf-8") if failed.is_file() else ""
    return Outcome(state, by, len(tests), round(seconds, 1))


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

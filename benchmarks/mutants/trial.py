"""Whether tests notice a fault: each is tried in a process of its own, in a copy of the project.

A server collects the tests once, and forks a child for each fault, which exchanges the code of
functions. What a module does when it is imported is tried in a child that forgets the package and
imports it anew; so is each fault that seemed to survive.
"""

import contextlib
import hashlib
import json
import multiprocessing
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from benchmarks.mutants import limits, reach, server
from benchmarks.mutants.faults import Fault


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


def work(copy: Path, todo: list[Fault], measured: Path, note: Callable[..., None]) -> None:
    """Try faults in a copy of the project; measure the tests near them where that was not done."""
    near = {module: reach.near(copy, module) for module in {fault.module for fault in todo}}
    files = sorted({file for several in near.values() for file in several})
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(
        target=server.serve, args=(copy, files, theirs)
    )
    process.start()
    theirs.close()
    collected = ours.recv()
    parent = os.getppid()
    for fault in todo:
        if os.getppid() != parent:
            break  # the command was stopped
        known = [file for file in near[fault.module] if file in collected]
        results = [_measured(copy, measured, file, collected[file], ours) for file in known]
        outcome = attempt(copy, fault, reach.read(results), ours)
        note(fault, outcome)
        print(
            f"{outcome.state:11} {outcome.tests:4} {outcome.seconds:6.1f} s",
            *fault.name,
            flush=True,
        )
    ours.send(None)
    process.join()


def _measured(
    copy: Path, measured: Path, file: str, tests: list[str], requests: Connection
) -> Path:
    """Where it stands what a file's tests reach; that counts as long as the file stays as it is."""
    content = hashlib.sha256((copy / file).read_bytes()).hexdigest()[:12]
    to = measured / f"{Path(file).parent.name}.{Path(file).stem}.{content}.json"
    if to.is_file():
        return to
    with contextlib.ExitStack() as changed:
        for module in sorted((copy / "cxrstudy").rglob("*.py")):
            changed.enter_context(_changed(module, module.read_text("utf-8") + reach.NEUTRAL))
        requests.send(("measure", {"tests": tests, "to": to}))
        status, seconds = requests.recv()
    if status != 0:
        limits.write_whole(to, json.dumps({"seconds": {}, "lines": {}}))
    print(f"measured {seconds:6.1f} s {status} {file}", flush=True)
    return to


def attempt(copy: Path, fault: Fault, found: reach.Reach, requests: Connection) -> Outcome:
    """Plant one fault in a copy of the project, run its tests, and take it out again."""
    path = copy / fault.module
    before = path.read_text("utf-8")
    tests = found.of(fault.module, reach.lines_of(before, fault.line)) or found.of(
        fault.module, [0]
    )
    if not tests:
        return Outcome("not reached", "", 0, 0.0)
    failed = copy / "runs" / "failed.txt"
    failed.unlink(missing_ok=True)
    limit = 10 + 5 * sum(found.seconds[test] for test in tests)
    with _changed(path, fault.code):
        asked = {
            "module": fault.module, "before": before, "after": fault.code, "tests": tests,
            "seconds": limit, "to": failed,
        }  # fmt: skip
        requests.send(("attempt", asked))
        status, seconds = requests.recv()
        if status in (0, 3):
            requests.send(("anew", {"tests": tests, "seconds": 20 + limit, "to": failed}))
            status, more = requests.recv()
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

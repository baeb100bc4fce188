"""Killed at any moment, a run goes on where it was and ends with the bits of an undisturbed one."""

import json
import os
import random
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from cxrstudy.runs import store, store_check
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, RUN, SCORES
from tests.support.some import some

pytestmark = pytest.mark.slow

FILES = (SCORES, EPOCHS, BACKBONE, HEAD)
SCRIPT = Path(__file__).parents[1] / "support" / "killed.py"


class Jobs:
    """The process that starts the processes which are killed."""

    def __init__(self, process):
        self.process = process

    def __call__(self, records, **order):
        self.process.stdin.write(json.dumps({"store": str(records), **order}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


@pytest.fixture(scope="module")
def jobs(tmp_path_factory):
    command = [sys.executable, "-W", "ignore", SCRIPT, "jobs", tmp_path_factory.mktemp("pixels")]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout.readline() == "ready\n"
        yield Jobs(process)
        process.kill()


@pytest.fixture
def records(tmp_path):
    """Store of a test: in a folder of its own, because scores are recorded beside it."""
    folder = tmp_path / "store"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def undisturbed(jobs, tmp_path_factory):
    """Store of the two runs, and how many seconds they take."""
    records, again = (tmp_path_factory.mktemp("undisturbed") / "store" for _ in range(2))
    for folder in (records, again):  # the first also loads what is loaded once
        answer = jobs(folder)
        assert not answer["killed"]
        assert len(answer["computed"]) == 2
    assert bits(records) == bits(again)
    return records, answer["seconds"]


def bits(records):
    return {
        f"{run}/{name}": (records / run / name).read_bytes()
        for run in store_check.runs_of(records)
        for name in FILES
    }


def same(records, undisturbed):
    """The store holds the same bits, and nothing else that anybody left."""
    assert bits(records) == bits(undisturbed[0])
    assert len(bits(records)) == 8
    assert store_check.check(records) == []
    assert sorted(path.name for path in records.iterdir()) == store_check.runs_of(records)


def finished(jobs, records, orders):
    """Start it again and again, killing it each time, until it ends; how often it was killed."""
    for number, order in enumerate(orders):
        answer = jobs(records, **order)
        assert answer["error"] is None
        if not answer["killed"]:
            return number
        # Whatever is there as a record can be read.
        for run in filter(lambda run: store.has(records, run), store_check.runs_of(records)):
            for name in FILES:
                store.checked(records, run, name)
    answer = jobs(records)
    assert not answer["killed"]
    assert answer["error"] is None
    return len(orders)


# --- Killed -------------------------------------------------------------------------------------


def test_killed_at_random_moments(jobs, undisturbed, records):
    chance = random.Random(0)
    # The short ones first: the machine may be quicker now than when a life was measured.
    moments = sorted(chance.uniform(0, undisturbed[1]) for _ in range(5))
    assert finished(jobs, records, [{"after": moment} for moment in moments]) >= 2
    same(records, undisturbed)


def test_killed_at_each_thing_that_it_does_to_the_store(jobs, undisturbed, records):
    # Each time eight events later, and from where the last one was killed.
    assert finished(jobs, records, [{"event": number} for number in range(0, 200, 8)]) > 5
    same(records, undisturbed)


@pytest.mark.parametrize(
    "pattern", [r"\.checkpoint\.", r"run\.json$"], ids=["checkpoint", "record"]
)
def test_killed_half_way_through_a_file(jobs, undisturbed, records, pattern):
    for _ in range(2):
        assert jobs(records, half=pattern)["killed"]
    left = [finding.kind for finding in store_check.check(records)]
    assert "leftover" in left
    assert "altered" not in left
    assert finished(jobs, records, []) == 0
    same(records, undisturbed)


# --- At once ------------------------------------------------------------------------------------


def test_two_processes_compute_each_run_once(jobs, undisturbed, records):
    answer = jobs(records, processes=2)
    assert sorted(answer["computed"]) == sorted(store_check.runs_of(undisturbed[0]))
    assert answer["error"] is None
    same(records, undisturbed)


def test_of_two_that_are_killed_others_take_over(jobs, undisturbed, records):
    # A process that compiles nothing anew may be done before a moment that suits another.
    tried = [(records.with_name(f"store-{share}"), share) for share in (0.4, 0.2, 0.1, 0.05)]
    killed = (
        folder
        for folder, share in tried
        if jobs(folder, processes=2, after=share * undisturbed[1])["killed"]
    )
    records = next(killed)
    answer = jobs(records, processes=2)
    assert answer["error"] is None
    assert len(answer["computed"]) == len(set(answer["computed"]))
    same(records, undisturbed)


# --- Full, read-only, altered -------------------------------------------------------------------


@contextmanager
def mounted(folder, size):
    """A file system of a few kilobytes."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", folder]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"this test was not run: no file system can be mounted ({done.stderr.strip()})")
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


def remount(folder, options):
    subprocess.run(["mount", "-o", f"remount,{options}", folder], check=True)


def test_a_full_disk_is_an_error_that_names_the_file_and_destroys_nothing(
    jobs, undisturbed, tmp_path
):
    record = sum(map(len, bits(undisturbed[0]).values())) // 2 // 1024
    with mounted(tmp_path / "small", 4) as records:
        said = []
        for size in (4, record // 2, 2 * record):
            remount(records, f"size={size}k")
            answer = jobs(records)
            said.append(answer["error"])
            for run in some(store_check.runs_of(records)):
                assert (
                    bits(records)[f"{run}/{BACKBONE}"] == bits(undisturbed[0])[f"{run}/{BACKBONE}"]
                )
            kinds = {finding.kind for finding in store_check.check(records)}
            assert kinds <= {"unfinished"}
        for error in some(said[:2]):
            assert error.startswith(f"StoreError: {records}/")
            assert "No space left" in error
        remount(records, "size=64m")
        assert finished(jobs, records, []) == 0
        same(records, undisturbed)


def test_a_read_only_store_is_an_error_that_names_the_file(jobs, undisturbed, tmp_path):
    with mounted(tmp_path / "mounted", 8192) as records:
        first = jobs(records)["computed"][0]
        shutil.rmtree(records / first)  # a part that is there, a part that is not
        before = {path: path.stat().st_mtime_ns for path in records.rglob("*")}
        remount(records, "ro")
        error = jobs(records)["error"]
        assert error.startswith(f"LockError: {records}/.{first}.lock: can't be locked")
        assert "Read-only file system" in error
        assert store_check.check(records)[0].kind == "no parent"
        assert {path: path.stat().st_mtime_ns for path in records.rglob("*")} == before


@pytest.mark.parametrize("length", [0, 5000])
def test_a_truncated_checkpoint_is_named_and_kept_as_it_is(jobs, records, length):
    assert jobs(records, half=r"run\.json$")["killed"]
    (checkpoint,) = records.glob(".*.checkpoint")
    checkpoint.write_bytes(checkpoint.read_bytes()[:length])
    error = jobs(records)["error"]
    assert error.startswith("CheckpointError: ")
    assert f"{checkpoint}: truncated or altered; delete it" in error
    assert checkpoint.stat().st_size == length
    assert [f.kind for f in store_check.check(records) if f.path == checkpoint] == ["altered"]
    checkpoint.unlink()
    assert jobs(records)["error"] is None


def test_an_altered_parent_is_named_and_nothing_is_computed_from_it(jobs, undisturbed, records):
    shutil.copytree(undisturbed[0], records, dirs_exist_ok=True)
    (child,) = [run for run in store_check.runs_of(records) if store.read(records, run).parent]
    parent = store.read(records, child).parent
    shutil.rmtree(records / child)
    body = records / parent / BACKBONE
    body.write_bytes(body.read_bytes()[:-1] + b"!")
    assert jobs(records)["error"].startswith(f"StoreError: {body}: missing or altered")
    assert store_check.runs_of(records) == [parent]
    assert (records / parent / RUN).exists()

"""Store: a record is there whole, or not at all, whoever is stopped while writing."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from cxrstudy.base import atomic
from cxrstudy.base.atomic import unfinished_name
from cxrstudy.runs import store, store_check
from cxrstudy.runs.record import BACKBONE, RUN, SCORES
from cxrstudy.runs.run import execute
from cxrstudy.runs.scores import read_scores
from cxrstudy.runs.store import StoreError
from cxrstudy.training.chain import Chain
from tests.support.builders import STAGE, TINY, make_job, make_role
from tests.support.written_records import everything, filling, run_of, written


def test_an_error_while_filling_leaves_nothing(tmp_path):
    def fill(folder):
        filling(0)(folder)
        raise OSError(errno.ENOSPC, "the disk is full")

    said = rf"{run_of(0)}: could not be written \(the disk is full\).*Free some space"
    with pytest.raises(StoreError, match=said):
        store.write(tmp_path, run_of(0), fill)
    assert everything(tmp_path) == set()


def test_an_error_that_is_not_of_the_disk_is_left_as_it_is(tmp_path):
    with pytest.raises(ZeroDivisionError):
        store.write(tmp_path, run_of(0), lambda folder: 1 / 0)
    assert everything(tmp_path) == set()


def test_what_can_not_be_written_is_named_by_the_error_where_it_knows(tmp_path):
    with pytest.raises(StoreError, match=r"the one: could not be written \(no\)"):  # noqa: SIM117
        with store.writing(tmp_path):
            raise OSError(errno.EROFS, "no", "the one")


def test_a_run_whose_checkpoint_can_not_be_written_names_it(tmp_path, monkeypatch):
    made = make_role(tmp_path, images=20)
    job = make_job(Chain(TINY) >> STAGE, made.role, made.maps, tmp_path / "store")

    def fill_the_disk(*_):
        raise OSError(errno.ENOSPC, "the disk is full")

    monkeypatch.setattr("cxrstudy.runs.computation.compute", fill_the_disk)
    with pytest.raises(StoreError, match=rf"{job.id}\.checkpoint: could not be written"):
        execute(job)


def test_what_killed_processes_left_of_a_run_is_removed_and_only_that(tmp_path):
    run = written(tmp_path)
    checkpoints, others = (store.checkpoint_path(tmp_path, run_of(number)) for number in (0, 1))
    stay = {checkpoints.name, f".{run}.lock"}
    stay |= {unfinished_name(path).name for path in (tmp_path / run_of(1), others)}
    for name in (*stay, unfinished_name(checkpoints).name):
        (tmp_path / name).touch()
    unfinished_name(tmp_path / run).mkdir()
    store.remove_partial(tmp_path, run)
    assert {path.name for path in tmp_path.iterdir()} == {run, *stay}


def test_a_process_that_is_killed_while_writing_leaves_no_record(tmp_path):
    program = """
import sys, time
from pathlib import Path
from cxrstudy.runs import store, store_check

def fill(folder):
    for name, content in (("run.json", "{}"), ("scores.csv", "id\\n")):
        (folder / name).write_text(content)
    print("half way", flush=True)
    time.sleep(600)

store.write(Path(sys.argv[1]), sys.argv[2], fill)
"""
    folder, run = tmp_path / "store", run_of(0)
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(folder), run], stdout=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout.readline() == "half way\n"
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert everything(folder)  # it was in the middle
    assert not store.has(folder, run)
    with pytest.raises(StoreError, match="no such record"):
        store.read(folder, run)
    with pytest.raises(StoreError, match="0 runs begin"):
        store.find(folder, run[:6])
    assert written(folder) == store.find(folder, run[:6])
    assert read_scores(folder, run)["patient"].tolist() == ["p1", "p2"]


def test_two_that_write_the_same_run_end_with_one_record(tmp_path):
    together = Barrier(2)

    def fill(folder):
        filling(0)(folder)
        together.wait(10)

    with ThreadPoolExecutor(2) as executor:
        writers = [executor.submit(store.write, tmp_path, run_of(0), fill) for _ in range(2)]
    assert [writer.exception() for writer in writers] == [None, None]
    assert [path.name for path in tmp_path.iterdir()] == [run_of(0)]
    assert store.read_epochs(tmp_path, run_of(0)).shape == (2, 2)


def test_one_that_comes_second_to_the_last_move_leaves_the_first_record(tmp_path, monkeypatch):
    # The other process finishes after this one has looked, and before it has moved.
    rename = os.rename

    def late(source, target):
        monkeypatch.setattr(os, "rename", rename)
        written(tmp_path)
        (tmp_path / run_of(0) / "first").touch()
        rename(source, target)

    monkeypatch.setattr(os, "rename", late)
    store.write(tmp_path, run_of(0), filling(0))
    assert (tmp_path / run_of(0) / "first").exists()
    assert [path.name for path in tmp_path.iterdir()] == [run_of(0)]


def test_what_is_left_of_a_record_that_was_half_deleted_is_replaced(tmp_path):
    run = written(tmp_path)
    (tmp_path / run / RUN).unlink()
    assert not store.has(tmp_path, run)
    written(tmp_path)
    assert store.checked(tmp_path, run, BACKBONE).exists()


def test_a_record_that_is_there_is_not_written_again(tmp_path):
    run = written(tmp_path)
    before = (tmp_path / run / RUN).stat().st_mtime_ns
    written(tmp_path)
    assert (tmp_path / run / RUN).stat().st_mtime_ns == before


def test_what_another_host_writes_is_not_removed(tmp_path, monkeypatch):
    """Also where this host has the lock: it may not reach the other one."""
    run = run_of(0)
    monkeypatch.setattr(atomic, "host_mark", lambda: "b" * 12)
    theirs = unfinished_name(tmp_path / run)
    theirs.mkdir()
    monkeypatch.setattr(atomic, "host_mark", lambda: "a" * 12)
    ours = unfinished_name(tmp_path / run)
    ours.mkdir()
    store.remove_partial(tmp_path, run)
    assert (theirs.exists(), ours.exists()) == (True, False)
    assert store_check.leftovers(tmp_path) == []
    day_ago = time.time() - 2 * 24 * 3600
    (theirs / SCORES).touch()
    os.utime(theirs, (day_ago, day_ago))
    store.remove_partial(tmp_path, run)  # a file in it was written just now
    assert theirs.exists()
    os.utime(theirs / SCORES, (day_ago, day_ago))
    assert store_check.leftovers(tmp_path) == [theirs]
    store.remove_partial(tmp_path, run)
    assert not theirs.exists()


def test_an_unfinished_record_is_never_found(tmp_path):
    run = written(tmp_path)
    shutil.copytree(tmp_path / run, tmp_path / f".{run[:12]}-left")
    assert store.find(tmp_path, "") == run

"""Lock: one holder at a time, and a dead one holds nothing."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from threading import Thread

import pytest

from cxrstudy.runs import lock
from cxrstudy.runs.lock import Busy, LockError
from cxrstudy.runs.worker import Needs, complaints

RUN, OTHER = "a" * 64, "b" * 64

HOLDER = """
import sys, time
from pathlib import Path
from cxrstudy.runs import lock

with lock.held(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def holder(records, run=RUN):
    """A process that holds the lock until it is told to end."""
    command = [sys.executable, "-c", HOLDER, str(records), run]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_one_that_is_held_elsewhere_can_be_had_when_its_holder_is_done(tmp_path, capfd):
    taken = []

    def take():
        with lock.held(tmp_path, RUN):
            taken.append(RUN)

    with holder(tmp_path) as process:
        with pytest.raises(Busy, match=rf"\.{RUN}\.lock: another process"):
            lock.held_at_once(tmp_path, RUN).__enter__()
        waiting = Thread(target=take)
        waiting.start()
        waiting.join(0.5)
        assert not taken
        process.stdin.write("end\n")
        process.stdin.flush()
        waiting.join(60)
        assert taken == [RUN]
    assert capfd.readouterr().err.count("waiting for another process") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_killed_holder_holds_nothing(tmp_path):
    with holder(tmp_path) as process:
        assert lock.is_held(tmp_path, RUN)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert lock.path_of(tmp_path, RUN).exists()
    assert not lock.is_held(tmp_path, RUN)
    with lock.held_at_once(tmp_path, RUN):
        pass
    assert list(tmp_path.iterdir()) == []


def test_locks_of_other_runs_are_others(tmp_path):
    with holder(tmp_path):
        with lock.held_at_once(tmp_path, OTHER):
            assert lock.running(tmp_path) == [RUN, OTHER]
        assert lock.running(tmp_path) == [RUN]
    assert lock.running(tmp_path) == []


def test_an_error_within_gives_it_back(tmp_path):
    with pytest.raises(ZeroDivisionError), lock.held(tmp_path, RUN):
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_written_to_is_named(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(LockError, match=rf"file/\.{RUN}\.lock: can't be locked.*CXRSTUDY_RUNS"):
        lock.held(file, RUN).__enter__()


def test_many_that_want_it_have_it_one_after_another(tmp_path):
    inside, most = [], []

    def work():
        for _ in range(20):
            with lock.held(tmp_path, RUN):
                inside.append(1)
                most.append(len(inside))
                inside.pop()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert most == [1] * 80
    assert list(tmp_path.iterdir()) == []


def test_a_lock_that_may_not_be_opened_counts_as_held(tmp_path, monkeypatch):
    lock.path_of(tmp_path, RUN).touch()
    assert not lock.is_held(tmp_path, RUN)

    def refused(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lock.os, "open", refused)
    assert lock.is_held(tmp_path, RUN)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied"), "another user made it .*write permission"),
        (OSError(37, "No locks available"), "the file system has no locks"),
    ],
)
def test_who_may_not_lock_is_told_why(tmp_path, monkeypatch, error, said):
    lock.path_of(tmp_path, RUN).touch()

    def refused(*_, **__):
        raise error

    monkeypatch.setattr(lock.FileLock, "acquire", refused)
    with pytest.raises(LockError, match=said):
        lock.held_at_once(tmp_path, RUN).__enter__()


def test_a_lock_file_has_the_permissions_of_its_store(tmp_path):
    tmp_path.chmod(0o2770)
    with lock.held(tmp_path, RUN):
        assert lock.path_of(tmp_path, RUN).stat().st_mode & 0o777 == 0o660


def test_a_lock_of_another_host_counts_for_a_day_even_where_it_can_be_taken(tmp_path, monkeypatch):
    """As on file systems whose locks do not reach other hosts."""
    path = lock.path_of(tmp_path, RUN)
    path.write_text("of another host")
    assert lock.is_held(tmp_path, RUN)
    assert lock.running(tmp_path) == [RUN]
    day_ago = time.time() - 2 * 24 * 3600
    os.utime(path, (day_ago, day_ago))
    assert not lock.is_held(tmp_path, RUN)
    path.with_suffix(".checkpoint").touch()  # it is still training
    assert lock.is_held(tmp_path, RUN)
    with lock.held_at_once(tmp_path, RUN):  # computing is never held up by it
        assert path.read_text() == lock.host_mark()


def test_a_host_that_can_take_the_lock_of_a_planner_is_found(tmp_path):
    with lock.probe(tmp_path) as held:
        assert not lock.can_take(held)
        assert lock.running(tmp_path) == []
        said = complaints(Needs(frozenset(), frozenset(), held=frozenset([held])))
        assert said == []
    held.touch()  # as it looks to a host that the lock does not reach
    (said,) = complaints(Needs(frozenset(), frozenset(), held=frozenset([held])))
    assert "do not reach other hosts" in said

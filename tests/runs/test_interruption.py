"""Interruption: it ends soon, leaves no process, and says what is kept."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cxrstudy.runs import lock
from tests.support.processes import alive

# Two jobs of three are recorded at once, the third naps; two workers, so that one is idle. Workers
# import what they execute from this module, because they do not execute a script again.
JOBS = """
import os, sys, time
from pathlib import Path
from types import SimpleNamespace

from cxrstudy.runs import lock
from cxrstudy.runs.record import id_of

RECORDS = Path(sys.argv[1])
sys.path.insert(0, sys.argv[2])

class Chain(SimpleNamespace):
    def __str__(self):
        return "random → target"

def nap(job):
    with lock.held(RECORDS, job.id):
        (RECORDS / f"worker-{os.getpid()}").touch()
        if job.seed < 2:
            from tests.support.stores import write_identified

            return write_identified(RECORDS, job.identity)
        (RECORDS / f".{job.id}.checkpoint").touch()
        time.sleep(600)

def job_of(seed):
    chain = Chain(stages=[SimpleNamespace(samples_seen=1)])
    identity = {"stage": {"seed": seed}, "parent": None}
    return SimpleNamespace(
        id=id_of(identity), seed=seed, chain=chain, identity=identity, records=RECORDS
    )
"""
STUDY = """
import signal

from made_jobs import job_of, nap

from cxrstudy.runs.engine import execute_all, local

# Tests that a shell started in the background have it ignored, and hand that down.
signal.signal(signal.SIGINT, signal.default_int_handler)
jobs = [job_of(seed) for seed in range(3)]
with local(2) as executor:
    execute_all({job.id: job for job in jobs}, executor, nap)
"""


@pytest.fixture
def study(tmp_path):
    """A process in the middle of a study, in a group of its own, and its store."""
    script, records = tmp_path / "study.py", tmp_path / "store"
    script.write_text(STUDY)
    (tmp_path / "made_jobs.py").write_text(JOBS)
    records.mkdir()
    process = subprocess.Popen(
        [sys.executable, script, records, Path(__file__).parents[2]],
        stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    try:
        until(lambda: list(records.glob(".*.checkpoint")) and len(recorded(records)) == 2)
        yield process, records
    finally:
        process.kill()
        process.communicate()


def recorded(records):
    # A hidden folder is a record that is still being written.
    return [path for path in records.glob("[!.]*") if (path / "run.json").exists()]


def until(condition):
    end = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def workers(records):
    """Those of the workers that are alive."""
    pids = [int(path.name.split("-")[1]) for path in records.glob("worker-*")]
    assert pids
    return [pid for pid in pids if alive(pid)]


@pytest.mark.parametrize("send", [os.kill, os.killpg], ids=["the parent", "the group"])
def test_an_interrupted_study_says_what_is_kept_and_leaves_no_process(study, send):
    process, records = study
    send(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "stopped: 2 of 3 runs are recorded." in said
    (run,) = [path.name[1:65] for path in records.glob(".*.checkpoint")]
    assert f"in progress: {run[:12]} (random → target), which continues from its check" in said
    assert "To continue, run the same command again." in said
    assert said.count("KeyboardInterrupt") == 1  # the parent's own; no worker's
    until(lambda: not workers(records) and not lock.running(records))


def test_a_killed_study_leaves_no_process(study):
    process, records = study
    process.kill()
    process.wait()
    until(lambda: not workers(records) and not lock.running(records))

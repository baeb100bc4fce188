"""Engine: parents first, nothing twice, and an error that names its chain."""

import operator
import os
import sys
import threading
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from cxrstudy.runs import engine
from cxrstudy.runs.engine import RunError, execute_all, local
from cxrstudy.runs.engines import EngineError
from cxrstudy.runs.run import Job
from cxrstudy.training.chain import Chain
from tests.support.builders import STAGE, TINY, make_job, make_role
from tests.support.draws import draws
from tests.support.some import some


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    monkeypatch.setenv("CXRSTUDY_PROGRESS", "log")


@pytest.fixture(scope="module")
def role(tmp_path_factory):
    return make_role(tmp_path_factory.mktemp("pixels"), images=10).role


def make_jobs(role, folder, parents):
    """Jobs of a forest: job i has the parent whose place is ``parents[i]``, or none."""
    jobs: list[Job] = []
    for number, place in enumerate(parents):
        parent = None if place is None else jobs[place]
        before = parent.chain if parent else Chain(TINY)
        chain = before >> STAGE.but(seed=number)
        jobs.append(make_job(chain, role, {}, folder, parent=parent and parent.id))
    return {job.id: job for job in jobs}


forests = st.integers(1, 8).flatmap(
    lambda count: st.tuples(
        *(st.none() | st.integers(0, place - 1) if place else st.none() for place in range(count))
    )
)


class Log:
    """Notes which runs begin and end, in order."""

    def __init__(self, failing=()):
        self.events, self.failing, self.lock = [], failing, threading.Lock()

    def note(self, event, job):
        with self.lock:
            self.events.append((event, job.id))

    def __call__(self, job):
        self.note("begin", job)
        if job.id in self.failing:
            raise ValueError("no image of this size")
        self.note("end", job)
        return job.id

    def is_before(self, parent, run):
        return self.events.index(("end", parent)) < self.events.index(("begin", run))

    def begun(self):
        return [run for event, run in self.events if event == "begin"]


@draws(20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(forests, st.integers(1, 3))
def test_every_run_is_executed_once_and_after_its_parent(role, tmp_path, parents, count):
    log = Log()
    jobs = dict(reversed(make_jobs(role, tmp_path, parents).items()))  # children named first
    with ThreadPoolExecutor(count) as executor:
        execute_all(jobs, executor, log)
    assert sorted(log.begun()) == sorted(jobs)
    of = {run: job.identity["parent"] for run, job in jobs.items()}
    late = [run for run, parent in of.items() if parent and not log.is_before(parent, run)]
    assert late == []


def test_a_parent_that_is_not_among_the_jobs_is_taken_as_recorded(role, tmp_path):
    jobs, log = make_jobs(role, tmp_path, [None, 0]), Log()
    _, child = jobs
    with ThreadPoolExecutor(1) as executor:
        execute_all({child: jobs[child]}, executor, log)
    assert log.begun() == [child]


def test_runs_that_do_not_need_each_other_are_under_way_together(role, tmp_path):
    jobs, together = make_jobs(role, tmp_path, [None, None]), threading.Barrier(2)

    def work(job):
        together.wait(10)  # breaks unless both have begun
        return job.id

    with ThreadPoolExecutor(2) as executor:
        execute_all(jobs, executor, work)


def test_a_run_that_fails_is_named_by_its_chain_and_its_children_are_not_started(role, tmp_path):
    jobs = make_jobs(role, tmp_path, [None, 0, 1, 2])
    first, second, *_ = jobs
    log = Log(failing={second})
    expected = rf"run {second[:12]} \(random → target → target\) failed: ValueError: no image of"
    with ThreadPoolExecutor(2) as executor, pytest.raises(RunError, match=expected) as caught:
        execute_all(jobs, executor, log)
    assert isinstance(caught.value.__cause__, ValueError)
    assert log.begun() == [first, second]


class InTurn(Executor):
    """Does at once what it is given."""

    def submit(self, work, *arguments):
        future = Future()
        try:
            future.set_result(work(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future


def test_progress_is_told_in_images_seen(role, tmp_path, capsys):
    jobs = make_jobs(role, tmp_path, [None, 0, None])
    execute_all(jobs, InTurn(), Log())
    total = 3 * STAGE.samples_seen
    assert f"training 3 runs: {total} in " in capsys.readouterr().err


def test_progress_counts_what_was_done_before_a_failure(role, tmp_path, capsys):
    jobs = make_jobs(role, tmp_path, [None, 0])
    with pytest.raises(RunError):
        execute_all(jobs, InTurn(), Log(failing={list(jobs)[1]}))
    assert f"{STAGE.samples_seen} of {2 * STAGE.samples_seen}, stopped" in capsys.readouterr().err


# --- Which engine -------------------------------------------------------------------------------


@pytest.fixture
def opened(monkeypatch):
    """What engines are opened with, none of them for real."""
    calls = []

    def opener(name):
        @contextmanager
        def open_it(*arguments):
            calls.append((name, *arguments))
            yield InTurn()

        return open_it

    monkeypatch.setattr(engine, "local", opener("local"))
    monkeypatch.setattr("cxrstudy.runs.engines.dask.cluster", opener("dask"))
    monkeypatch.setattr("cxrstudy.runs.engines.slurm.queue", opener("slurm"))
    monkeypatch.setattr(engine, "workers", lambda: 2)
    monkeypatch.setattr(engine, "execute_all", lambda jobs, executor: calls.append(list(jobs)))
    return calls


def with_engine(monkeypatch, name, jobs):
    monkeypatch.setenv(engine.VARIABLE, name)
    engine.compute(jobs)


@pytest.mark.parametrize(("name", "count"), [("", 2), ("local", 2), ("local:1", 1), ("local:9", 3)])
def test_local_processes_are_no_more_than_runs(role, tmp_path, monkeypatch, opened, name, count):
    jobs = make_jobs(role, tmp_path, [None, None, None])
    with_engine(monkeypatch, name, jobs)
    assert opened == [("local", count), list(jobs)]


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("dask:tcp://host:8786", "tcp://host:8786"),
        ("dask://host:8786", "host:8786"),
        ("dask:/shared/scheduler.json", "/shared/scheduler.json"),
    ],
)
def test_dask_is_given_its_address_and_the_jobs(role, tmp_path, monkeypatch, opened, name, address):
    jobs = make_jobs(role, tmp_path, [None])
    with_engine(monkeypatch, name, jobs)
    ((kind, at, given), executed) = opened
    assert (kind, at, list(given), executed) == ("dask", address, list(jobs.values()), list(jobs))


def test_slurm_is_given_its_options_and_a_shared_folder(role, tmp_path, monkeypatch, opened):
    monkeypatch.setenv("CXRSTUDY_RUNS", str(tmp_path))
    with_engine(monkeypatch, "slurm:a=1,b=x:y", make_jobs(role, tmp_path, [None]))
    assert opened[0] == ("slurm", "a=1,b=x:y", tmp_path / "slurm")


@pytest.mark.parametrize("name", ["ray", "local:0", "local:many", "dask", "dask:", "Dask:x"])
def test_another_engine_is_refused_with_those_there_are(role, tmp_path, monkeypatch, opened, name):
    with pytest.raises(
        EngineError, match=f"={name}: no such engine; the engines are local, local:COUNT"
    ):
        with_engine(monkeypatch, name, make_jobs(role, tmp_path, [None]))


def test_nothing_is_opened_for_nothing(monkeypatch, opened):
    with_engine(monkeypatch, "no such engine", {})
    assert opened == []


# --- Local processes ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def spawned():
    """Two processes, spawned by one that has a mark."""
    with pytest.MonkeyPatch.context() as patch, local(2) as executor:
        patch.setattr(sys, "mark_of_the_parent", True, raising=False)
        yield executor


def test_spawned_processes_inherit_nothing(spawned):
    inherited = spawned.submit(eval, "hasattr(__import__('sys'), 'mark_of_the_parent')")
    assert inherited.result() is False


def test_spawned_processes_execute_jobs(role, tmp_path, spawned):
    jobs = make_jobs(role, tmp_path, [None, 0, None])
    # What a spawned process can find by its name: a function of the standard library.
    execute_all(jobs, spawned, operator.attrgetter("id"))
    processes = {spawned.submit(os.getpid).result() for _ in range(4)}
    assert os.getpid() not in processes
    assert len(processes) <= 2


def test_an_error_in_a_spawned_process_names_the_chain(role, tmp_path, spawned):
    jobs = make_jobs(role, tmp_path, [None])
    with pytest.raises(RunError, match=r"\(random → target\) failed: Attrib"):
        execute_all(jobs, spawned, operator.attrgetter("no_such_fact"))


def test_a_job_reaches_another_process_unchanged(role, tmp_path, spawned):
    (job,) = make_jobs(role, tmp_path, [None]).values()
    got = spawned.submit(operator.attrgetter("chain", "identity", "role"), job).result()
    chain, identity, arrived = got
    assert (chain, identity) == (job.chain, job.identity)
    assert arrived.fingerprint == role.fingerprint
    np.testing.assert_array_equal(arrived.truth, role.truth)


def test_a_failure_drops_what_has_not_begun_and_finishes_what_has():
    futures = []

    def fail_after_submitting():
        with local(1) as executor:
            futures.extend(executor.submit(operator.add, 1, 1) for _ in range(50))
            raise RunError

    with pytest.raises(RunError):
        fail_after_submitting()
    assert all(future.done() for future in some(futures))
    assert sum(future.cancelled() for future in futures) > 40
    assert all(future.cancelled() or future.result() == 2 for future in some(futures))

"""Engine: executes the missing runs of a plan on any ``concurrent.futures`` executor.

:class:`graphlib.TopologicalSorter` decides which run may start; the executor decides where. The
environment variable ``CXRSTUDY_ENGINE`` names the executor, for notebooks and commands:

==========================  =======================================================================
``local``                   processes of this machine, one per core or GPU; the default
``local:4``                 four processes
``dask:tcp://HOST:PORT``    the workers of a Dask scheduler (:mod:`cxrstudy.runs.engines.dask`)
``slurm:NAME=VALUE,...``    one Slurm job per run (:mod:`cxrstudy.runs.engines.slurm`)
==========================  =======================================================================
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from contextlib import contextmanager
from graphlib import TopologicalSorter

from cxrstudy.base import places
from cxrstudy.base.progress import progress
from cxrstudy.runs import interruption, no_result
from cxrstudy.runs.engines import EngineError
from cxrstudy.runs.engines.local import local, workers
from cxrstudy.runs.run import Job
from cxrstudy.runs.worker import perform

__all__ = ["VARIABLE", "RunError", "compute", "execute_all", "local", "opened", "workers"]

#: Environment variable that names the engine.
VARIABLE = "CXRSTUDY_ENGINE"


class RunError(RuntimeError):
    """A run failed; the message names its chain."""


def compute(jobs: dict[str, Job]) -> None:
    """Execute jobs on the engine that the environment variable ``CXRSTUDY_ENGINE`` names.

    Raises
    ------
    EngineError
        There is no such engine, or it is not available.
    RunError
        A run failed.
    """
    if not jobs:
        return
    with opened(os.environ.get(VARIABLE) or "local", jobs) as executor:
        execute_all(jobs, executor)


@contextmanager
def opened(engine: str, jobs: dict[str, Job]) -> Iterator[Executor]:
    """Open an engine for some jobs.

    Parameters
    ----------
    engine
        Value of the environment variable; see the table of this module.
    jobs
        Run id to job.

    Raises
    ------
    EngineError
        There is no such engine, or it is not available.
    """
    kind, _, rest = engine.partition(":")
    if kind == "local" and (not rest or (rest.isdecimal() and int(rest))):
        with local(min(int(rest or workers()), len(jobs))) as executor:
            yield executor
    elif kind == "dask" and rest:
        from cxrstudy.runs.engines.dask import cluster

        # dask://HOST:PORT is also accepted, and means TCP.
        with cluster(rest.removeprefix("//"), jobs.values()) as executor:
            yield executor
    elif kind == "slurm":
        from cxrstudy.runs.engines.slurm import queue

        with queue(rest, places.runs() / "slurm") as executor:
            yield executor
    else:
        raise EngineError(
            f"{VARIABLE}={engine}: no such engine; the engines are local, local:COUNT, "
            "dask:ADDRESS and slurm:NAME=VALUE,..."
        )


def execute_all(
    jobs: dict[str, Job], executor: Executor, work: Callable[[Job], str] = perform
) -> None:
    """Execute jobs, each after its parent, with a progress bar in samples seen.

    A job whose parent has no result is not executed, nor are those after it; the others go on.

    Parameters
    ----------
    jobs
        Run id to job. A parent that is not among them must be recorded already.
    executor
        Executor for the jobs.
    work
        Function that executes a job.

    Raises
    ------
    RunError
        A run failed. Runs in progress are finished and recorded first.
    """
    parents = {run: {str(job.identity["parent"])} & set(jobs) for run, job in jobs.items()}
    order = TopologicalSorter(parents)
    order.prepare()
    waiting: dict[Future[str], str] = {}
    left_out: dict[str, str] = {}
    total = sum(job.chain.stages[-1].samples_seen for job in jobs.values())
    bar = progress(total=total, what=f"training {len(jobs)} runs", unit="image")
    with interruption.answered(jobs), bar:
        while order.is_active():
            for run in order.get_ready():
                if why := _why_not_run(jobs[run], left_out):
                    left_out[run] = why
                    bar.total = total = total - jobs[run].chain.stages[-1].samples_seen
                    order.done(run)
                else:
                    waiting[executor.submit(work, jobs[run])] = run
            if not waiting:  # what was left out has made others ready
                continue
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                run = waiting.pop(future)
                _raise_named(future, jobs[run])
                bar.update(jobs[run].chain.stages[-1].samples_seen)
                order.done(run)
    _tell(jobs, left_out)


def _why_not_run(job: Job, others: Mapping[str, str]) -> str:
    """Why a job must not be executed, as the records of its parents say; empty if it may be."""
    parent = job.identity["parent"]
    return no_result.why_not_run(str(parent), others, job.records) if parent else ""


def _tell(jobs: Mapping[str, Job], left_out: Mapping[str, str]) -> None:
    """Say which trainings diverged, and which were not run because of others."""
    for run, job in jobs.items():
        why = left_out.get(run) or no_result.why_diverged(job.records, run)
        if why:
            sys.stderr.write(f"run {run[:12]} ({job.chain}): {why}\n")


def _raise_named(future: Future[str], job: Job) -> None:
    error = future.exception()
    if error is None:
        return
    raise RunError(
        f"run {job.id[:12]} ({job.chain}) failed: {type(error).__name__}: {error}"
    ) from error

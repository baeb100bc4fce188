"""Engine: executes a plan's missing runs on any ``concurrent.futures`` executor.

Which run may start is decided by :class:`graphlib.TopologicalSorter`, who computes by the executor:
local processes here, a Dask cluster's ``client.get_executor()`` elsewhere.
"""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from graphlib import TopologicalSorter

from cxrstudy import device
from cxrstudy.progress import progress
from cxrstudy.run import Job, execute


class RunError(RuntimeError):
    """A run failed; the message names its chain."""


def workers() -> int:
    """Processes that pay off: one a core, each on one thread; one for a GPU."""
    return 1 if device.kind() == "cuda" else os.cpu_count() or 1


@contextmanager
def local(count: int) -> Iterator[Executor]:
    """Spawned local processes: no state is inherited, so that a run's bits don't depend on it."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, mp_context=context) as executor:
        try:
            yield executor
        except BaseException as error:
            # What is under way is finished after a failure, but holds up no interruption.
            executor.shutdown(wait=isinstance(error, Exception), cancel_futures=True)
            raise


def execute_all(
    jobs: dict[str, Job], executor: Executor, work: Callable[[Job], str] = execute
) -> None:
    """Execute jobs, each after its parent, with progress in image-steps.

    Parameters
    ----------
    jobs
        Run id to job; a parent that is not among them is already recorded.
    executor
        Where to compute.
    work
        What to do with a job.

    Raises
    ------
    RunError
        A run failed. Runs that were under way are finished and recorded first.
    """
    parents = {run: {str(job.identity["parent"])} & set(jobs) for run, job in jobs.items()}
    order = TopologicalSorter(parents)
    order.prepare()
    waiting: dict[Future[str], str] = {}
    total = sum(job.chain.stages[-1].image_steps for job in jobs.values())
    with progress(total=total, what=f"training {len(jobs)} runs", unit="image") as bar:
        while order.is_active():
            for run in order.get_ready():
                waiting[executor.submit(work, jobs[run])] = run
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                run = waiting.pop(future)
                _raise_named(future, jobs[run])
                bar.update(jobs[run].chain.stages[-1].image_steps)
                order.done(run)


def _raise_named(future: Future[str], job: Job) -> None:
    error = future.exception()
    if error is None:
        return
    raise RunError(
        f"run {job.id[:12]} ({job.chain}) failed: {type(error).__name__}: {error}"
    ) from error

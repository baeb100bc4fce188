"""Slurm engine: one job per run, through submitit.

Slurm decides when and where a job runs. If a job is preempted or reaches its time limit, submitit
puts it back into the queue, and it continues from its checkpoint.
"""

import platform
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

from cxrstudy.runs import lock
from cxrstudy.runs.engines import EngineError
from cxrstudy.runs.engines.slurm_job import Queue, result_of
from cxrstudy.runs.worker import Needs, WorkerError, complaints

#: Default resources of a job: one core and one hour.
DEFAULTS: Mapping[str, Any] = {
    "name": "cxrstudy", "timeout_min": 60, "cpus_per_task": 1, "mem_gb": 8,
}  # fmt: skip


@dataclass(frozen=True)
class Requeued:
    """A function that submitit may interrupt and call again: a run continues at its checkpoint."""

    work: Callable[..., Any]

    def __call__(self, *arguments: Any) -> Any:
        """Call the function."""
        return self.work(*arguments)

    def checkpoint(self, *arguments: Any) -> Any:
        """Return what submitit puts back into the queue."""
        from submitit.helpers import DelayedSubmission

        return DelayedSubmission(self, *arguments)


@dataclass(frozen=True)
class Guarded:
    """A function that is called only where a lock of the planner can be seen."""

    work: Callable[..., Any]
    held: Path

    def __call__(self, *arguments: Any) -> Any:
        """Call the function, or refuse a host that the planner's locks do not reach."""
        lacking = complaints(Needs(frozenset(), frozenset(), held=frozenset([self.held])))
        # A planner that has ended meanwhile holds nothing; then nothing can be said.
        if lacking and self.held.exists():
            raise WorkerError(f"worker on {platform.node()} {lacking[0]}")
        return self.work(*arguments)


class Submitted(Executor):
    """submitit's executor with the interface of ``concurrent.futures``."""

    def __init__(self, executor: Any, held: Path) -> None:
        self._executor = executor
        self._held = held
        self._jobs: list[Any] = []
        self._queue = Queue()

    def submit(self, work: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        """Put a job into the queue."""
        job = self._executor.submit(Requeued(Guarded(work, self._held)), *arguments, **options)
        future: Future[Any] = Future()
        self._jobs.append(job)
        # submitit has no callback, so a thread waits. A daemon thread does not delay an interrupt.
        Thread(target=_pass_on, args=(job, future, self._queue), daemon=True).start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Remove jobs that have not begun from the queue; jobs that run are recorded as usual."""
        states = (self._queue.states() or {}) if cancel_futures else {}
        for job in self._jobs:
            if states.get(job.job_id) == "PENDING":
                job.cancel()


@contextmanager
def queue(options: str, folder: Path) -> Iterator[Executor]:
    """Open the queue of a Slurm cluster.

    Parameters
    ----------
    options
        ``NAME=VALUE,...``: parameters of submitit's ``update_parameters``, such as
        ``slurm_partition=gpu,gpus_per_node=1,timeout_min=240``. ``cluster=local`` starts the same
        jobs as processes of this machine, to test them without Slurm.
    folder
        Shared folder for job scripts and logs.

    Raises
    ------
    EngineError
        submitit is not installed, there is no Slurm, or submitit does not know an option.
    """
    made = _submitit(_read(options), folder)
    with lock.probe(folder) as held:
        executor = Submitted(made, held)
        try:
            yield executor
        except BaseException:
            executor.shutdown(cancel_futures=True)
            raise


def _submitit(options: dict[str, Any], folder: Path) -> Any:
    try:
        import submitit
    except ImportError:
        raise EngineError("submitit is not installed; pip install 'cxrstudy[slurm]'") from None
    kind = options.pop("cluster", "slurm")
    try:
        executor = submitit.AutoExecutor(folder=folder, cluster=kind)
        executor.update_parameters(**{**DEFAULTS, **options})
    except (RuntimeError, ValueError, NameError, TypeError) as error:
        raise EngineError(f"--slurm: submitit says: {error}") from None
    return executor


def _read(options: str) -> dict[str, Any]:
    """Read ``NAME=VALUE,...``; values are read as YAML, so that numbers are numbers."""
    pairs = [pair.partition("=") for pair in options.split(",") if pair]
    wrong = [name for name, sign, _ in pairs if not sign]
    if wrong:
        raise EngineError(f"--slurm: write NAME=VALUE,NAME=VALUE; {wrong[0]!r} has no value")
    names = [name for name, _, _ in pairs]
    twice = [name for at, name in enumerate(names) if name in names[:at]]
    if twice:
        raise EngineError(f"--slurm: {twice[0]!r} is given twice; give it once")
    return {name: _value(name, value) for name, _, value in pairs}


def _value(name: str, text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        raise EngineError(f"--slurm: {name}={text}: no value of YAML; put it in quotes") from None


def _pass_on(job: Any, future: Future[Any], asked: Queue) -> None:
    try:
        future.set_result(result_of(job, asked))
    except Exception as error:
        future.set_exception(error)

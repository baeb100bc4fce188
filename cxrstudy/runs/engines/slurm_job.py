"""Slurm job: wait for the result of a job, and say in one sentence why there is none.

submitit asks Slurm's accounting, which many small clusters don't have. A job that was cancelled, or
killed for its memory, would be waited for without an end there. So the queue is asked instead: a
job that is no longer in it and that left no result has ended without one.
"""

import re
import subprocess
import time
from contextlib import suppress
from threading import Lock
from typing import Any

from cxrstudy.runs.engines import EngineError

#: Seconds between two looks at the queue.
EVERY = 20.0
#: Looks in a row that must miss a job: a file system may show its result some time later.
LOOKS = 3


class Queue:
    """The state of each of this user's jobs; all that wait for a job share one look."""

    def __init__(self) -> None:
        self._states: dict[str, str] | None = None
        self._looked = float("-inf")
        self._lock = Lock()

    def states(self) -> dict[str, str] | None:
        """State of each job by its id, at most :data:`EVERY` seconds old; None if not known."""
        with self._lock:
            if time.monotonic() - self._looked >= EVERY:
                self._states, self._looked = _states(), time.monotonic()
            return self._states

    def lacks(self, job: str) -> bool:
        """Whether the queue could be seen, and the job is not in it."""
        states = self.states()
        return states is not None and job not in states


def result_of(job: Any, queue: Queue) -> Any:
    """Wait for a job of submitit's, and return its result.

    Raises
    ------
    EngineError
        The job raised an error, or ended without a result; the message names the job and its log.
    """
    missed, looked = 0, time.monotonic()
    while not _has_ended(job):
        if missed >= LOOKS:
            raise EngineError(
                f"job {job.job_id} left the queue without a result: it was cancelled, or killed "
                f"for its memory or time; see {job.paths.stderr}, and run the same command again"
            )
        time.sleep(min(1.0, EVERY))
        if time.monotonic() - looked >= EVERY:
            missed, looked = missed + 1 if queue.lacks(job.job_id) else 0, time.monotonic()
    error = job.exception()
    if error is None:
        return job.result()
    raise EngineError(f"job {job.job_id}: {_last(str(error))}; its log is {job.paths.stderr}")


def _has_ended(job: Any) -> bool:
    """Whether there is a result; jobs that are processes of this machine know when they end."""
    from submitit import LocalJob

    if isinstance(job, LocalJob):
        return bool(job.done())
    folder = job.paths.folder
    with suppress(OSError):  # so that a network's file system looks again
        folder.chmod(folder.stat().st_mode)
    return bool(job.paths.result_pickle.exists())


def _states() -> dict[str, str] | None:
    """States by id; None if the queue can't be asked, so that nothing is known."""
    try:
        done = subprocess.run(
            ["squeue", "--noheader", "--me", "--format=%i %T"],
            capture_output=True, text=True, encoding="utf-8", check=True, timeout=60,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return {name: state for name, _, state in (row.partition(" ") for row in _rows(done.stdout))}


def _rows(text: str) -> list[str]:
    return [row.strip() for row in text.splitlines() if row.strip()]


def _last(said: str) -> str:
    """The error at the end of the traceback that submitit tells; of ours without its class."""
    trace = re.search(r"-{20,}\n(.*?)\n-{20,}\n", said, re.DOTALL)
    lines = _rows(said)[:1]
    if trace:
        all_of_it = trace[1].splitlines()
        inside = [at for at, line in enumerate(all_of_it) if line.startswith((" ", "Traceback"))]
        lines = [line for line in all_of_it[max(inside, default=-1) + 1 :] if line.strip()]
    return re.sub(r"^cxrstudy\.[\w.]+: ", "", " ".join(lines))

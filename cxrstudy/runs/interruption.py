"""Interruption: when a study is stopped, tell the user which runs are recorded."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cxrstudy.runs import lock, store
from cxrstudy.runs.run import Job


def kept(jobs: Mapping[str, Job]) -> str:
    """Describe which jobs are recorded, which were in progress, and how to continue.

    Parameters
    ----------
    jobs
        Run id to job: all jobs that were to be computed.
    """
    recorded = [run for run, job in jobs.items() if store.has(job.records, run)]
    lines = [f"stopped: {len(recorded)} of {len(jobs)} runs are recorded."]
    for run, job in jobs.items():
        if lock.is_held(job.records, run):
            begun = store.checkpoint_path(job.records, run).is_file()
            where = "continues from its checkpoint" if begun else "starts again"
            lines.append(f"  in progress: {run[:12]} ({job.chain}), which {where}")
    return "\n".join([*lines, "To continue, run the same command again."])


@contextmanager
def answered(jobs: Mapping[str, Job]) -> Iterator[None]:
    """Print :func:`kept` if the work in this context is interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write(f"{kept(jobs)}\n")
        sys.stderr.flush()
        raise

"""Interruption: what is kept when a study is stopped, said to whoever stopped it."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from cxrstudy.runs import lock, store
from cxrstudy.runs.run import Job


def kept(jobs: Mapping[str, Job]) -> str:
    """Say which of the jobs are recorded, which were under way, and how to go on.

    Parameters
    ----------
    jobs
        Run id to job: all that was to be computed.
    """
    recorded = [run for run, job in jobs.items() if store.has(job.records, run)]
    lines = [f"stopped: {len(recorded)} of {len(jobs)} runs are recorded, and kept."]
    for run, job in jobs.items():
        if lock.is_held(job.records, run):
            begun = store.checkpoint_path(job.records, run).is_file()
            where = "goes on from its checkpoint" if begun else "begins again"
            lines.append(f"  under way was {run[:12]} ({job.chain}), which {where}")
    return "\n".join([*lines, "The same command goes on from here."])


@contextmanager
def answered(jobs: Mapping[str, Job]) -> Iterator[None]:
    """Say it where progress is read, when what is done in the context is interrupted."""
    try:
        yield
    except KeyboardInterrupt:
        sys.stderr.write(f"{kept(jobs)}\n")
        sys.stderr.flush()
        raise

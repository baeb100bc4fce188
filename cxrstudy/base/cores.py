"""Cores: how many processes this machine has room for, in a container or a job too.

A container shows all cores and all memory of its host; its quota stands in the files of control
groups. Versions 1 and 2 of control groups are read, each with the groups above.
"""

import math
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

#: Bytes that a process which trains takes: 1.8 GB at its peak, with the quick network.
PER_PROCESS = 2 * 2**30
_GROUPS, _PROC = Path("/sys/fs/cgroup"), Path("/proc/self/cgroup")


def usable_cores() -> int:
    """Number of cores that this process may use: by affinity, quota and job, at least 1."""
    limits = [_affinity(), *_quotas(_GROUPS, _PROC), *_job(os.environ)]
    return max(1, math.ceil(min(limits)))


def usable_processes() -> int:
    """Number of processes that cores and memory have room for, at least 1."""
    memory = [limit // PER_PROCESS for limit in _memory_limits(_GROUPS, _PROC)]
    return max(1, min([usable_cores(), *memory]))


def _affinity() -> float:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _job(environment: Mapping[str, str]) -> Iterator[float]:
    """Cores that Slurm gave to a job whose tasks are not bound to cores."""
    given = environment.get("SLURM_CPUS_PER_TASK", "")
    if given.isdecimal() and int(given):
        yield int(given)


def _quotas(groups: Path, proc: Path) -> Iterator[float]:
    """Cores by quota, of this process's control group and those above."""
    for folder in _folders(groups, proc, ("", "cpu", "cpu,cpuacct")):
        quota, period = (*_words(folder / "cpu.max"), "", "")[:2]
        if not quota:
            quota = "".join(_words(folder / "cpu.cfs_quota_us"))
            period = "".join(_words(folder / "cpu.cfs_period_us"))
        if quota.isdecimal() and period.isdecimal() and int(period):
            yield int(quota) / int(period)


def _memory_limits(groups: Path, proc: Path) -> Iterator[int]:
    """Bytes of memory by limit, of this process's control group and those above."""
    for folder in _folders(groups, proc, ("", "memory")):
        for name in ("memory.max", "memory.limit_in_bytes"):
            yield from (int(word) for word in _words(folder / name) if word.isdecimal())


def _folders(groups: Path, proc: Path, controllers: tuple[str, ...]) -> Iterator[Path]:
    """Folders of this process's control groups, up to the top."""
    for line in _lines(proc):
        _, named, path = (*line.split(":", 2), "", "")[:3]
        for controller in controllers:
            if controller and controller not in (named, *named.split(",")):
                continue
            top = groups / controller
            here = top / path.strip("/")
            yield from (each for each in (here, *here.parents) if each.is_relative_to(top))


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _words(path: Path) -> list[str]:
    return " ".join(_lines(path)).split()

"""Cores: quotas of containers count, of both versions of control groups and of the groups above."""

import json
import os
import subprocess
import sys

import pytest

from cxrstudy.base import cores

GIB = 2**30


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of 64 cores with control groups of a test's own."""

    def made(proc, files, job=None):
        for name, content in files.items():
            path = tmp_path / "groups" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        (tmp_path / "cgroup").write_text(proc)
        monkeypatch.setattr(cores, "_GROUPS", tmp_path / "groups")
        monkeypatch.setattr(cores, "_PROC", tmp_path / "cgroup")
        monkeypatch.setattr(cores.os, "sched_getaffinity", lambda _: set(range(64)), raising=False)
        if job is None:
            monkeypatch.delenv("SLURM_CPUS_PER_TASK", raising=False)
        else:
            monkeypatch.setenv("SLURM_CPUS_PER_TASK", job)
        return cores.usable_cores(), cores.usable_processes()

    return made


V1 = "4:memory:/q\n3:cpu,cpuacct:/q\n"


@pytest.mark.parametrize(
    ("proc", "files", "expected"),
    [
        ("", {}, (64, 64)),
        ("0::/\n", {"cpu.max": "max 100000\n"}, (64, 64)),
        ("0::/\n", {"cpu.max": "50000 100000\n"}, (1, 1)),
        ("0::/\n", {"cpu.max": "250000 100000\n"}, (3, 3)),
        ("0::/a/b\n", {"a/cpu.max": "200000 100000", "a/b/cpu.max": "max 100000"}, (2, 2)),
        ("0::/a:b\n", {"a:b/cpu.max": "200000 100000"}, (2, 2)),
        ("0::/a\n", {"a/cpu.max": "800000 100000", "a/memory.max": str(7 * GIB)}, (8, 3)),
        ("0::/a\n", {"a/memory.max": str(GIB // 2)}, (64, 1)),
        (V1, {"cpu/q/cpu.cfs_quota_us": "200000", "cpu/q/cpu.cfs_period_us": "100000"}, (2, 2)),
        (V1, {"cpu/q/cpu.cfs_quota_us": "-1", "cpu/q/cpu.cfs_period_us": "100000"}, (64, 64)),
        (V1, {"memory/q/memory.limit_in_bytes": str(11 * GIB)}, (64, 5)),
        (V1, {"memory/q/memory.limit_in_bytes": "9223372036854771712"}, (64, 64)),
        ("nonsense\n::\n", {"cpu.max": "a b"}, (64, 64)),
    ],
)
def test_the_smallest_limit_counts(machine, proc, files, expected):
    assert machine(proc, files) == expected


def test_the_cores_of_a_slurm_task_count(machine):
    assert machine("", {}, job="4") == (4, 4)
    assert machine("", {}, job="") == (64, 64)


def test_openblas_has_one_thread_unless_the_user_says_otherwise():
    code = (
        "import cxrstudy, numpy, threadpoolctl\n"
        "found = threadpoolctl.threadpool_info()\n"
        "print([each['num_threads'] for each in found if each['user_api'] == 'blas'])"
    )
    told = {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"}
    plain = {name: value for name, value in os.environ.items() if name not in told}
    for environment, threads in ((plain, 1), (plain | {"OPENBLAS_NUM_THREADS": "2"}, 2)):
        found = subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert set(json.loads(found.stdout)) == {threads}

"""A Dask scheduler and workers as processes of their own, on loopback or in network namespaces."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

#: Seconds that anything here may take on a machine with much else to do.
PATIENCE = 300

QUIET = {
    "OMP_NUM_THREADS": "1",
    # A worker that is killed is gone at once, and no dashboard is served.
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "60s",
    "DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": "100",
}


@dataclass
class Hosts:
    """Processes of a cluster; `within` is the command that each host's processes start with."""

    folder: Path
    within: dict[str, Sequence[str]] = field(default_factory=dict)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def scheduler(self, host: str = "127.0.0.1") -> str:
        """Start the scheduler and return its address."""
        file = self.folder / "scheduler.json"
        self._start(
            "scheduler", "dask_scheduler", "--host", host, "--port", "0", "--no-dashboard",
            "--scheduler-file", str(file),
        )  # fmt: skip
        # The file is there a moment before its content.
        self._until(lambda: file.is_file() and file.read_text().strip().endswith("}"), "scheduler")
        return str(json.loads(file.read_text())["address"])

    def worker(self, name: str, address: str, *options: str, **environment: str) -> None:
        """Start a worker: one process, one thread, which nobody starts again."""
        self._start(
            name, "dask_worker", address, "--name", name, "--no-nanny", "--no-dashboard",
            *(options or ("--nthreads", "1")), **environment,
        )  # fmt: skip

    def kill(self, name: str) -> None:
        self.processes[name].send_signal(signal.SIGKILL)
        self.processes[name].wait()

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text()

    def _start(self, name: str, module: str, *arguments: str, **environment: str) -> None:
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
        with (self.folder / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [*self.within.get(name, ()), *command],
                stdout=log, stderr=subprocess.STDOUT, env=os.environ | QUIET | environment,
                cwd=self.folder,
            )  # fmt: skip

    def _until(self, there, name: str) -> None:
        ends = time.monotonic() + PATIENCE
        while not there():
            assert self.processes[name].poll() is None, self.log(name)
            assert time.monotonic() < ends, self.log(name)
            time.sleep(0.1)


@contextmanager
def hosts(folder: Path, within: dict[str, Sequence[str]] | None = None) -> Iterator[Hosts]:
    """A cluster whose processes are gone at the end."""
    cluster = Hosts(folder, within or {})
    try:
        yield cluster
    finally:
        for process in cluster.processes.values():
            process.kill()
        for process in cluster.processes.values():
            process.wait()

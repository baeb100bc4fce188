"""A Slurm of this machine alone, by the commands of Slurm itself; it is gone at the end."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: Commands that the packages slurm-wlm and munge bring.
DAEMONS = ("munged", "slurmctld", "slurmd")
#: Debian's folder of daemons, which is not on every user's path.
PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin"
#: Seconds that a daemon may take to answer on a machine with much else to do.
PATIENCE = 120

#: No accounting, no control groups: what a cluster has at least.
CONFIGURATION = """\
ClusterName=tiny
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
SlurmctldPort={ports[0]}
SlurmdPort={ports[1]}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs=1 RealMemory=16000 State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def state_of(job: str) -> str:
    """State of a job in the queue, such as ``RUNNING``; empty if it is not there."""
    return _said(["squeue", "--noheader", f"--job={job}", "--format=%T"], {}).strip()


def missing() -> str:
    """The daemon that is not installed; empty if a Slurm can be started."""
    return next((name for name in DAEMONS if not shutil.which(name, path=PLACES)), "")


@contextmanager
def slurm(folder: Path) -> Iterator[dict[str, str]]:
    """Start a Slurm with one node of one core; yield the variables that commands need."""
    for name in ("state", "spool", "log"):
        (folder / name).mkdir()
    (folder / "key").write_bytes(os.urandom(128))
    (folder / "key").chmod(0o600)
    configuration = folder / "slurm.conf"
    configuration.write_text(_configuration(folder))
    variables = {"SLURM_CONF": str(configuration)}
    running = []
    try:
        for command in _commands(folder):
            with (folder / "log" / f"{Path(command[0]).name}.log").open("wb") as log:
                environment = os.environ | variables
                running.append(subprocess.Popen(command, stdout=log, stderr=log, env=environment))
            if Path(command[0]).name == "munged":
                _until((folder / "munge.socket").exists, folder)
        _until(lambda: "idle" in _said(["sinfo", "-h", "-o", "%t"], variables), folder)
        yield variables
    finally:
        # A job's own processes end after its result is there; those of a failed test are stopped.
        _said(["scancel", "--state=PENDING"], variables)
        _said(["scancel", "--state=RUNNING", "--full"], variables)
        _until(lambda: not _said(["squeue", "-h"], variables), folder)
        for process in reversed(running):  # each needs those that began before it
            process.terminate()
            process.wait()


def _commands(folder: Path) -> list[list[str]]:
    munged, controller, node = (shutil.which(name, path=PLACES) or name for name in DAEMONS)
    files = {
        "socket": "munge.socket", "key-file": "key", "seed-file": "seed", "pid-file": "munge.pid",
    }  # fmt: skip
    given = [f"--{name}={folder / file}" for name, file in files.items()]
    return [[munged, "--foreground", "--force", *given], [controller, "-D"], [node, "-D"]]


def _configuration(folder: Path) -> str:
    user = _said(["id", "-un"], {}).strip()
    host = socket.gethostname().partition(".")[0]
    return CONFIGURATION.format(host=host, user=user, folder=folder, ports=_free_ports(2))


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def _said(command: list[str], variables: dict[str, str]) -> str:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | variables
    )
    return done.stdout


def _until(there, folder: Path) -> None:
    ends = time.monotonic() + PATIENCE
    while not there():
        logs = [file.read_text()[-2000:] for file in sorted((folder / "log").iterdir())]
        assert time.monotonic() < ends, "\n".join(logs)
        time.sleep(0.1)

"""Kernel: the process that executes a notebook: the command's own Python, without personal files.

Jupyter looks kernels up by name, in the home folder and wherever ``JUPYTER_PATH`` points to; the
name ``python3`` may then be another Python than that of the command. IPython runs start-up files of
the user. Neither happens here, so a page depends on nothing but the project and its packages.
"""

import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from traitlets import Unicode
from traitlets.config import Config

from cxrstudy.base import places
from cxrstudy.verdicts.kept_evidence import VARIABLE

#: Name and language that papermill is told, whatever a notebook names.
NAME, LANGUAGE = "python3", "python"
#: Seconds that a kernel may take to start, on a busy machine or a slow shared disk.
PATIENCE = 600
#: What a page about fastai can't change: fastai 2.8 imports what torch 2.15 has deprecated.
_SAID_FOR_NOTHING = "ignore::FutureWarning:torch.jit._script"
#: Variables that lead to files of the user.
_PERSONAL = ("IPYTHON", "JUPYTER_CONFIG", "JUPYTER_DATA", "JUPYTER_PATH", "PYTHONSTARTUP")
#: Longest folder of a socket: the path of a socket has at most 104 bytes on some systems.
_LONGEST = 70


class OwnKernel(AsyncKernelManager):
    """Starts kernels with the command's own Python; no kernel is looked up by its name."""

    @property
    def kernel_spec(self) -> KernelSpec:
        """How a kernel is started."""
        command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, display_name="Python 3", language=LANGUAGE)

    #: An empty folder in place of the user's folder of IPython.
    ipython_folder = Unicode(config=True)

    def start_kernel(self, **options: Any) -> Any:
        """Start a kernel with the environment of :func:`environment`."""
        return super().start_kernel(**{**options, "env": environment(self.ipython_folder)})


def environment(ipython: str) -> dict[str, str]:
    """Environment variables of a kernel: places are absolute, and nothing of the user is read.

    Parameters
    ----------
    ipython
        An empty folder in place of the user's folder of IPython.
    """
    kept = {key: value for key, value in os.environ.items() if not key.startswith(_PERSONAL)}
    warnings = ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), _SAID_FOR_NOTHING]))
    own = {**places.variables(), "IPYTHONDIR": ipython, "PYTHONUTF8": "1"}
    own["PYTHONWARNINGS"] = warnings
    own[VARIABLE] = "1"
    if (places.PACKAGE.parent / "pyproject.toml").is_file():  # a checkout: the same code there
        before = os.environ.get("PYTHONPATH", "")
        own["PYTHONPATH"] = os.pathsep.join(filter(None, [str(places.PACKAGE.parent), before]))
    return kept | own


@contextmanager
def options() -> Iterator[dict[str, Any]]:
    """Options of papermill for such a kernel: how to start it, and how to communicate with it.

    Several kernels at the same time communicate through socket files. With TCP, papermill's
    default, two kernels sometimes choose the same port (papermill's issue 511). TCP is used where
    no folder has a name that is short enough for a socket.
    """
    with tempfile.TemporaryDirectory(prefix="cxrstudy-", dir=_short_folder()) as folder:
        yield {
            "kernel_name": NAME,
            "language": LANGUAGE,
            "kernel_manager_class": OwnKernel,
            "start_timeout": PATIENCE,
            "config": _config(Path(folder)),
        }


def command_to_look_at(notebook: str) -> str:
    """Command that opens a notebook, to be pasted into a shell."""
    return shlex.join(["jupyter", "lab", notebook])


def _config(folder: Path) -> Config:
    chosen = Config({"OwnKernel": {"ipython_folder": str(folder / "ipython")}})
    if os.name != "nt" and len(os.fsencode(folder.parent)) <= _LONGEST:
        chosen.KernelManager.transport = "ipc"
        chosen.KernelManager.ip = str(folder / "kernel")
    return chosen


def _short_folder() -> str | None:
    """Folder for sockets whose name is short; None for the usual folder of temporary files."""
    usual = tempfile.gettempdir()
    for folder in (usual, os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp"):
        short = folder and len(os.fsencode(folder)) <= _LONGEST
        if short and os.access(folder, os.W_OK | os.X_OK):
            return folder
    return None

"""Programs: what is started with a command line ends with the process that started it.

As worker processes do (:mod:`~cxrstudy.base.processes`): a program watches its standard input,
which the operating system closes when the process at the other end is gone, also if it was killed.
"""

import os
import subprocess
import threading
from contextlib import suppress


def run_held(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    """Run a program that calls :func:`end_with_input` first; keep what it says.

    Parameters
    ----------
    command
        Program and arguments.
    environment
        All its environment variables.
    """
    watched, line = os.pipe()
    try:
        return subprocess.run(
            command, stdin=watched, capture_output=True, check=False, env=environment
        )
    finally:
        os.close(watched)
        os.close(line)


def end_with_input() -> None:
    """Let this process end when its standard input does, which nothing else may read."""
    threading.Thread(target=_wait_for_end, daemon=True).start()


def _wait_for_end() -> None:
    with suppress(OSError):
        while os.read(0, 1):
            pass
    os._exit(1)

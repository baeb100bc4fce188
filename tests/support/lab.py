"""Lab: a JupyterLab of its own on the loopback, and an explorer in it, as a browser sees it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import nbformat

from tests.support.viewer import Viewer

TOKEN = "made-for-one-test"

#: A cell with an explorer.
CELL = f"""import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from explored import made_cohort, made_explainer, made_network
from cxrstudy.explorer import explore
arms = {{"control": made_network(0), "general first": made_network(1)}}
explorer = explore(arms, made_cohort(7), explain=made_explainer())
explorer"""

_IN_KERNEL = """async code => {
    const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
    const asked = kernel.requestExecute({ code });
    let text = '';
    asked.onIOPub = ({ header, content }) => {
        if (header.msg_type === 'stream') text += content.text; };
    await asked.done;
    return text; }"""


@contextmanager
def running(folder: Path, *code: str) -> Iterator[str]:
    """Address of a JupyterLab that has one notebook, ``live.ipynb`` with these cells."""
    cells = [nbformat.v4.new_code_cell(cell) for cell in code]
    python = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=python), folder / "live.ipynb")
    port, log = _free_port(), folder / "log.txt"
    own = {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    options = (
        f"--ServerApp.ip=127.0.0.1 --ServerApp.port={port} --IdentityProvider.token={TOKEN} "
        f"--ServerApp.open_browser=False --ServerApp.allow_root=True --ServerApp.root_dir={folder} "
        "--LabApp.expose_app_in_browser=True --LabApp.extension_manager=readonly "
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
    )
    with log.open("wb") as stream:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options.split()],
            cwd=folder, stdout=stream, stderr=stream,
            env=os.environ | own | {"HOME": str(folder), "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        address = f"http://127.0.0.1:{port}"
        try:
            _wait_until_up(f"{address}/api?token={TOKEN}", server, log)
            yield address
        finally:
            _stop(server)


def open_lab(viewer: Viewer, address: str) -> None:
    """Open the notebook, execute its cells, and wait for the explorer."""
    open_notebook(viewer, address)
    viewer.page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    viewer.ready()


def open_notebook(viewer: Viewer, address: str) -> None:
    """Open the notebook and wait for its kernel."""
    viewer.page.goto(f"{address}/lab/tree/live.ipynb?token={TOKEN}")
    viewer.page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    viewer.page.wait_for_function(
        "() => jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
    )


def in_kernel(viewer: Viewer, code: str) -> str:
    """Run code in the notebook's kernel, outside its cells, and return what it prints."""
    return str(viewer.page.evaluate(_IN_KERNEL, code))


def in_notebook(viewer: Viewer, command: str, cell: int = 0) -> None:
    """Do what a menu of the notebook offers, at one of its cells."""
    viewer.page.evaluate(
        """([command, cell]) => { const shell = jupyterapp.shell;
        const notebook = [...shell.widgets('main')].find(one => one.context?.path === 'live.ipynb');
        shell.activateById(notebook.id);
        notebook.content.activeCellIndex = cell;
        return jupyterapp.commands.execute(command); }""",
        [command, cell],
    )


def cells(viewer: Viewer) -> list[str]:
    """Kind and beginning of each cell of the notebook."""
    found: list[str] = viewer.page.evaluate(
        "jupyterapp.shell.currentWidget.content.widgets"
        ".map(one => one.model.type + ' ' + one.model.sharedModel.getSource().slice(0, 9))"
    )
    return found


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait_until_up(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if server.poll() is not None:
            raise RuntimeError(log.read_text()[-2000:])
        try:
            urlopen(address, timeout=2).close()  # of this machine
            return
        except (URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(f"JupyterLab did not start: {log.read_text()[-2000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Let it end its kernels; a kernel that is left ends when it misses its parent."""
    server.terminate()
    try:
        server.wait(10)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()

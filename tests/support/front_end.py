"""Front end: functions of its modules, called in one process of node, and their types."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.project import THIS

ANSWER = Path(__file__).parents[1] / "pages/verdict_explorer/assets/answer.mjs"

#: Name of a module, of a function in it, and its arguments.
Call = tuple[str, str, Sequence[Any]]


def node() -> str:
    """Where node is; the test is skipped where it is not."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("this test was not run: node is not installed")
    return found


def wrong_types(folder: Path, *assets: Path) -> str:
    """Where modules in folders don't have the types that they state; empty if all have.

    With the compiler that `make types` installs; the test is skipped where there is none. It reads
    what a browser has once for all folders, which takes longer than to check them.

    Parameters
    ----------
    folder
        For the settings of all; each folder has the same.
    assets
        Folders with modules.
    """
    own = THIS / ".venv/node/node_modules/.bin/tsc"
    compiler = str(own) if own.exists() else shutil.which("tsc")
    if compiler is None:
        pytest.skip("this test was not run: no TypeScript compiler; `make types` installs one")
    (settings,) = {(each / "tsconfig.json").read_text() for each in assets}
    # Declarations of the compiler's own are not ours to check.
    options = json.loads(settings)["compilerOptions"] | {"skipLibCheck": True}
    modules = [
        str(each / pattern) for each in assets for pattern in json.loads(settings)["include"]
    ]
    everything = folder / "tsconfig.json"
    everything.write_text(json.dumps({"compilerOptions": options, "include": modules}))
    done = subprocess.run([compiler, "-p", str(everything)], capture_output=True, text=True)
    return done.stdout if done.returncode else ""


def answers(assets: Path, calls: Sequence[Call]) -> list[Any]:
    """What functions of the modules in a folder return; NaN and infinity come back as None."""
    asked = json.dumps({"assets": str(assets), "calls": calls}, allow_nan=False)
    done = subprocess.run([node(), str(ANSWER)], input=asked, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

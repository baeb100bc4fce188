"""Installed: an environment with the wheel and with only what it requires, without any download.

What a distribution has installed here is linked into a fresh environment, so that a requirement
which ``pyproject.toml`` forgets is missing there, as it would be on a reader's machine.
"""

import os
import subprocess
import sys
import venv
from importlib.metadata import Distribution, distribution
from pathlib import Path

from packaging.requirements import Requirement

from tests.support.project import THIS


def build_wheel(folder: Path) -> Path:
    """Build the wheel of this project."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=THIS, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel


def make_environment(folder: Path, wheel: Path, *extras: str) -> Path:
    """Make an environment with the wheel and what it requires; the path of its Python."""
    venv.create(folder, symlinks=True, with_pip=False)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check"]
    subprocess.run([*pip, "install", "-q", "--no-deps", "--no-index", str(wheel)], check=True)
    (metadata,) = folder.glob("lib/python*/site-packages/cxrstudy-*.dist-info")
    for required in closure(Distribution.at(metadata), extras).values():
        link(required, metadata.parent)
    return python


def closure(first: Distribution, extras: tuple[str, ...]) -> dict[str, Distribution]:
    """All that a distribution requires with some extras, directly or not, as it is here."""
    found: dict[str, Distribution] = {}
    todo = [(first, extras)]
    for asking, wanted in todo:
        for requirement in map(Requirement, asking.requires or []):
            environments = [{"extra": extra} for extra in ("", *wanted)]
            marker = requirement.marker
            if marker and not any(map(marker.evaluate, environments)):
                continue
            name, more = requirement.name.lower().replace("_", "-"), tuple(requirement.extras)
            if name not in found or more:
                found[name] = distribution(name)
                todo.append((found[name], more))
    return found


def link(installed: Distribution, site: Path) -> None:
    """Link the files of a distribution into another environment, and what Python made of them."""
    for file in installed.files or []:
        if ".." in file.parts or "__pycache__" in file.parts:  # a command, or a cache
            continue
        place, there = site.joinpath(*file.parts), Path(str(installed.locate_file(file)))
        place.parent.mkdir(parents=True, exist_ok=True)
        compiled = place.parent / "__pycache__"
        for name, path in ((place, there), (compiled, there.parent / "__pycache__")):
            if path.exists() and not name.exists():
                name.symlink_to(path)


def run(python: Path, *arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a Python in a folder, with nothing of this project in its environment variables."""
    names = ("PYTHONPATH", "CXRSTUDY_PROJECT", "CXRSTUDY_DATA", "CXRSTUDY_RUNS")
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment["PYTHONDONTWRITEBYTECODE"] = "1"  # into what is linked
    return subprocess.run(
        [str(python), *map(str, arguments)], cwd=cwd, env=environment, check=False,
        capture_output=True, text=True,
    )  # fmt: skip

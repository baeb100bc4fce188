"""Checkout: a copy of the project with a book of three pages, whose `make book` takes seconds."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import nbformat

from tests.support.project import THIS

CODE = ("cxrstudy", ".ci", "profiles", "claims")
FILES = ("Makefile", "pyproject.toml", "requirements.lock", "_config.yml")
STUDY = """# parameters
profile = "quick"  # quick or standard: a
cohort = "phantom"  # phantom or open: b
seeds = 1  # 1 to 20: c"""
#: What kernel and worker process know of folders, and which Python they are.
TELL = """import os, sys
from cxrstudy.base import places, processes
from cxrstudy.study.parameters import check_parameters
used = check_parameters()
print("RESULT of seeds", used["seeds"])
print("KERNEL", sys.executable, places.PACKAGE, places.runs(), places.data())
print("MARK", os.environ.get("MARK"))
with processes.pool(1) as pool:
    print("WORKER", pool.submit(places.runs).result(), pool.submit(places.data).result())"""
READER = '# parameters\nexecuted = "book/experiments"  # any folder: where they are'
READ = """from pathlib import Path
from cxrstudy.study.parameters import check_parameters
check_parameters()
print("READS", *sorted(path.stem for path in Path(executed).glob("*.ipynb")))"""
#: Stands for uv: says what it was asked to do, with which indexes and folders, and how it chooses.
UV = """import os, pathlib, sys
with pathlib.Path(os.environ["UV_LOG"]).open("a") as log:
    asked = ("DEFAULT_INDEX", "INDEX", "INDEX_STRATEGY", "FIND_LINKS")
    print(sys.argv[1:], *(os.environ.get("UV_" + name) for name in asked), sep=" | ", file=log)"""


def make_checkout(folder: Path) -> Path:
    """Copy the code, and write two notebooks and a book around them."""
    for name in CODE:
        shutil.copytree(THIS / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(THIS / name, folder)
    (folder / "data_manifests" / "cohorts").mkdir(parents=True)
    (folder / "results").mkdir()
    write_notebook(folder, "01_study", STUDY, TELL)
    write_notebook(folder, "10_provenance", READER, READ)
    book = folder / "book"
    shutil.copytree(THIS / "book" / "_static", book / "_static")
    (book / "references.bib").write_text("")
    (book / "index.md").write_text("# Start\n\nThe front page.\n")
    write_prose(folder, "Old heading")
    write_contents(folder, "experiments/01_study", "prose", "experiments/10_provenance")
    make_environment(folder)
    return folder


def write_notebook(folder: Path, name: str, parameters: str, *cells: str) -> None:
    tags = {"tags": ["parameters"]}
    made = [nbformat.v4.new_markdown_cell(f"# {name}")]
    made += [nbformat.v4.new_code_cell(parameters, metadata=tags)]
    made += [nbformat.v4.new_code_cell(cell) for cell in cells]
    (folder / "notebooks").mkdir(exist_ok=True)
    kernel = {"kernelspec": {"name": "of-another-time", "display_name": ""}}
    made_notebook = nbformat.v4.new_notebook(cells=made, metadata=kernel)
    nbformat.write(made_notebook, folder / "notebooks" / f"{name}.ipynb")


def write_prose(folder: Path, heading: str) -> None:
    (folder / "book" / "prose.md").write_text(f"# {heading}\n\nText.\n")


def write_contents(folder: Path, *pages: str) -> None:
    lines = ["format: jb-book", "root: index", "chapters:", *(f"- file: {page}" for page in pages)]
    (folder / "book" / "_toc.yml").write_text("\n".join(lines) + "\n")


def make_environment(folder: Path) -> None:
    """An environment of the checkout's own that has the packages of the one of these tests."""
    binaries = folder / ".venv" / "bin"
    packages = folder / ".venv" / "lib" / Path(sysconfig.get_path("stdlib")).name / "site-packages"
    binaries.mkdir(parents=True)
    packages.mkdir(parents=True)
    (binaries / "python").symlink_to(Path(sys.executable).resolve())
    (binaries / "uv").touch()
    home = Path(sys.executable).resolve().parent
    (folder / ".venv" / "pyvenv.cfg").write_text(
        f"home = {home}\ninclude-system-site-packages = false\n"
    )
    # What such a file names is not searched for further ones, so our own checkout is not in it.
    (packages / "these.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (packages / "uv.py").write_text(UV)
    mark_installed(folder)


def mark_installed(folder: Path) -> None:
    """Say that everything is installed, as make does."""
    texts = [(folder / name).read_text() for name in ("pyproject.toml", "requirements.lock")]
    (folder / ".venv" / "book").write_text(f"{folder}\n{''.join(texts)}")


def run(folder: Path, *command: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in a folder as at a prompt, without the variables of these tests."""
    own = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("CXRSTUDY_", "PYTHONPATH", "MAKE", "UV_", "PIP_"))
    }
    return subprocess.run(
        command, cwd=folder, env=own | variables, capture_output=True, text=True, check=False
    )

"""Fail every write of commands, one after another, and count what they say and leave.

    python -m benchmarks.faults.disk

Where a command writes is found by its first run: each file that it opens to write, and each folder,
link and new name. Then it runs again for each of these places, in a folder of its own. *Read-only*
fails from this place on; on a *full* disk the file is opened, and holds ten bytes. ``disk.csv``
has a row for each command, kind and outcome: *said* (a message that names a path, and an exit
status), *raw* (a traceback), *all well* (all was written already). ``half`` counts the files under
their final names that are neither as before nor as after a whole run.
"""

import errno
import json
import os
import re
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

import cxrstudy.data.own.add
import cxrstudy.pages.new_experiment  # noqa: F401 (both once, for all processes)
from tests.support.commands import cxrstudy as command
from tests.support.project import PARTS, THIS

SAID, RAW, WELL = "said", "raw", "all well"
#: Things that a process does to a disk, besides opening files to write.
EVENTS = ("os.mkdir", "os.rename", "os.link", "os.symlink")
TEN_BYTES = 10


# --- commands, each with the folder in which it runs ----------------------------------------------


def project(folder: Path, *own: str) -> Path:
    """A project in which some parts are copies and the others links to ours."""
    for part in PARTS:
        if part in own:
            shutil.copytree(THIS / part, folder / part)
        else:
            (folder / part).symlink_to(THIS / part)
    return folder


def new_experiment(folder: Path) -> list[object]:
    project(folder, "notebooks", "claims")
    (folder / "book").mkdir()
    shutil.copy(THIS / "book" / "_toc.yml", folder / "book")
    return ["experiment", "new", "mine"]


def data_add(folder: Path) -> list[object]:
    project(folder)
    (folder / "own").mkdir()
    (folder / "own" / "key").write_text("07" * 32 + "\n")  # so that names are the same each time
    rows = []
    for n in range(8):
        pixels = np.random.default_rng(n).integers(0, 256, (24, 20), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{n}.png")
        rows.append({"file": f"{n}.png", "patient": n // 2, "finding": ("none", "TB")[n // 2 % 2]})
    pd.DataFrame(rows).to_csv(folder / "hill.csv", index=False)
    return ["data", "add", folder / "hill.csv", "--no-audit"]


COMMANDS: dict[str, Callable[[Path], list[object]]] = {
    "experiment new": new_experiment, "data add": data_add,
}  # fmt: skip


# --- one run, in a process of its own -------------------------------------------------------------


def run(name: str, folder: Path, kind: str, fail_at: int | None) -> dict[str, object]:
    """Run a command in a new folder; which places it wrote to, and what it said."""
    folder.mkdir()
    words = COMMANDS[name](folder)
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, json.dumps(_in_child(words, folder, kind, fail_at)).encode())
        os._exit(0)
    os.close(writing)
    with open(reading, encoding="utf-8") as stream:  # noqa: PTH123 (a pipe)
        answer = json.loads(stream.read())
    os.waitpid(child, 0)
    return answer


def _in_child(words: list[object], folder: Path, kind: str, fail_at: int | None) -> dict:
    os.environ |= {
        "CXRSTUDY_PROJECT": str(folder), "CXRSTUDY_RUNS": str(folder / "runs"),
        "CXRSTUDY_DATA": str(folder / "data"),
    }  # fmt: skip
    places: list[str] = []
    sys.addaudithook(_hook(places, str(folder), kind, fail_at))
    try:
        done = command(*words)
    except BaseException as error:
        return {"places": places, "outcome": RAW, "text": f"{type(error).__name__}: {error}"}
    is_said = done.status and re.search(r"[/\\]\w", done.err)
    is_well = bool(done.out.strip()) and not done.err.startswith("cxrstudy:")
    return {
        "places": places, "outcome": SAID if is_said else WELL if is_well else RAW,
        "text": (done.err or done.out)[-300:],
    }  # fmt: skip


def _hook(places: list[str], folder: str, kind: str, fail_at: int | None) -> Callable:
    def hook(event: str, arguments: tuple) -> None:
        path = _written(event, arguments)
        if not path.startswith(folder):
            return
        places.append(f"{event} {path.removeprefix(folder)}")
        if fail_at is None or len(places) <= fail_at:
            return
        if kind == "full":
            resource.setrlimit(resource.RLIMIT_FSIZE, (TEN_BYTES, -1))
        else:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)

    return hook


def _written(event: str, arguments: tuple) -> str:
    """Path that an event writes to; empty if it writes nothing."""
    if event in EVENTS:
        return str(arguments[1] if event in ("os.link", "os.symlink") else arguments[0])
    if event != "open" or isinstance(arguments[0], int):
        return ""
    flags = arguments[2] or 0
    return str(arguments[0]) if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) else ""


# --- what is left ---------------------------------------------------------------------------------


def contents(folder: Path) -> dict[str, bytes]:
    """Files under their final names, without those that a killed process may leave."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().replace(bytes(folder), b"FOLDER")
        for path in found
        if not path.name.startswith(".")
    }


def half_files(folder: Path, before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    return [
        name
        for name, content in contents(folder).items()
        if content not in (before.get(name), after.get(name))
    ]


def main() -> None:
    rows = []
    with tempfile.TemporaryDirectory() as scratch:
        top = Path(scratch)
        for name in COMMANDS:
            (top / f"{name} before").mkdir()
            COMMANDS[name](top / f"{name} before")
            before = contents(top / f"{name} before")
            whole = run(name, top / f"{name} whole", "", None)
            after = contents(top / f"{name} whole")
            for kind in ("read-only", "full"):
                for number in range(len(whole["places"])):
                    folder = top / f"{name} {kind} {number}"
                    said = run(name, folder, kind, number)
                    half = half_files(folder, before, after)
                    rows.append({
                        "command": name, "disk": kind, "outcome": said["outcome"],
                        "half": len(half),
                    })  # fmt: skip
                    if said["outcome"] != SAID or half:
                        place = whole["places"][number]
                        print(f"{name}, {kind}, {place}: {said['outcome']} {said['text']} {half}")
                    shutil.rmtree(folder)
            _write(rows)


def _write(rows: list[dict[str, object]]) -> None:
    table = pd.DataFrame(rows).groupby(["command", "disk", "outcome"], sort=False).half
    table = table.agg(["size", "sum"]).rename(columns={"size": "places", "sum": "half"})
    table.reset_index().to_csv(Path(__file__).with_suffix(".csv"), index=False, lineterminator="\n")
    print(table.to_string())


if __name__ == "__main__":
    main()

"""Predict on a folder of many files, one in a hundred of them damaged.

    python -m benchmarks.many_files 1000 10000

It trains a tiny network, which stands for any, makes the files, and runs ``cxrstudy predict`` on
them as a user would. A row of ``many_files.csv`` says for each number of files how many were
answered and refused, whether in the order of their names, the exit status, when the first answer
came, and the time and the memory that it took.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from tests.support import small
from tests.support.dicoms import scene

SIDE, BAD_EACH = 64, 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("counts", type=int, nargs="+")
    parser.add_argument("--project", type=Path, help="of a tiny study that is trained already")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        project = asked.project or Path(scratch) / "project"
        if not asked.project:
            small.train(project)
        rows = [row(project, Path(scratch) / str(count), count) for count in asked.counts]
    file, table = Path(__file__).with_suffix(".csv"), pd.DataFrame(rows)
    if file.is_file():  # what was measured of other numbers stays
        before = pd.read_csv(file)
        table = pd.concat([before[~before["files"].isin(asked.counts)], table])
    table.sort_values("files").to_csv(file, index=False, lineterminator="\n")
    print(table.to_string())


def make_files(folder: Path, count: int) -> None:
    """Write small images, of which one in a hundred is cut off or is something else."""
    folder.mkdir(parents=True)
    whole = scene(SIDE, SIDE, 255).astype(np.uint8)
    for number in range(count):
        file = folder / f"{number:06d}.png"
        Image.fromarray(np.roll(whole, number % SIDE, axis=number % 2)).save(file)
        if number % BAD_EACH == BAD_EACH - 1:
            content = file.read_bytes()
            file.write_bytes(content[: len(content) // 2] if number % 200 > 100 else b"\0" * 99)


def row(project: Path, folder: Path, count: int) -> dict[str, object]:
    make_files(folder, count)
    run = next(path.parent.name for path in (project / "runs" / "store").glob("[!.]*/run.json"))
    environment = os.environ | {
        "CXRSTUDY_RUNS": str(project / "runs"), "CXRSTUDY_PROJECT": str(project),
    }  # fmt: skip
    command = [
        sys.executable, "-W", "ignore", "-m", "cxrstudy.cli", "predict", str(folder), "--run", run,
        "--no-draw",
    ]  # fmt: skip
    began, before, first = time.monotonic(), usage(), 0.0
    answered, refused = [], 0
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith(str(folder)):
                first = first or time.monotonic() - began
                answered.append(Path(line.split(" (")[0].strip()).name)
            refused += "could not be read" in line
    after = usage()
    return {
        "files": count, "damaged": count // BAD_EACH, "answered": len(answered),
        "refused": refused, "in_order": answered == sorted(path.name for path in folder.iterdir()),
        "exit_status": process.returncode,
        "first_answer_after": f"{first / (time.monotonic() - began):.0%} of the time",
        "cpu_seconds": round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime),
        "largest_MB": round(after.ru_maxrss / 1024),
    }  # fmt: skip


def usage() -> resource.struct_rusage:
    return resource.getrusage(resource.RUSAGE_CHILDREN)


if __name__ == "__main__":
    main()

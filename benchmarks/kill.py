"""Whether a run, and a whole study, survive being killed many times at random moments.

    python benchmarks/kill.py                    # 40 kills of runs, 4 of studies
    python benchmarks/kill.py --kills 400 --studies 0 --seed 1

Each process is killed (SIGKILL) at a random moment and started again, until it ends. Then its
records are compared, byte by byte, with those of an undisturbed process. A study is killed at any
phase; its workers must have ended before it is started again. A row for each is added to
``kill.csv``; where anything differs or is left, the script stops instead.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from cxrstudy.runs import lock, store_check
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, SCORES

SCRIPT = Path(__file__).parents[1] / "tests" / "support" / "killed.py"
sys.path.insert(0, str(SCRIPT.parent))
from killed import make_project  # noqa: E402 (a script, not a package)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=40, help="of runs")
    parser.add_argument("--studies", type=int, default=4, help="kills of studies")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    with tempfile.TemporaryDirectory() as scratch:
        if asked.kills:
            note(asked.seed, *kill_runs(Path(scratch) / "runs", asked.kills, chance))
        if asked.studies:
            note(asked.seed, *kill_studies(Path(scratch) / "studies", asked.studies, chance))


def kill_runs(folder: Path, kills: int, chance: random.Random) -> tuple[str, int, int, int]:
    command = [sys.executable, "-W", "ignore", SCRIPT, "jobs", folder / "pixels"]
    folder.mkdir()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdout.readline()

        def ask(store: Path, **order: object) -> dict:
            process.stdin.write(json.dumps({"store": str(store), **order}) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        ask(folder / "warm")
        life = ask(folder / "undisturbed")["seconds"]
        killed = chains = most = 0
        while killed < kills:
            store, times = folder / f"killed-{chains}", 0
            # Early moments first: on a machine that becomes faster, a late kill would come too
            # late.
            while ask(store, after=chance.uniform(0, 0.2 * life) + 0.05 * times * life)["killed"]:
                times += 1
            killed, chains, most = killed + times, chains + 1, max(most, times)
            compare(folder / "undisturbed", store)
    return "runs, chains of two", killed, chains, most


def kill_studies(folder: Path, kills: int, chance: random.Random) -> tuple[str, int, int, int]:
    make_project(folder)
    began = time.monotonic()
    with study(folder, "undisturbed") as process:
        if process.wait():
            raise SystemExit("the undisturbed study failed")
    life, killed, studies, most = time.monotonic() - began, 0, 0, 0
    while killed < kills:
        times = 0
        while True:
            with study(folder, f"killed-{studies}") as process:
                try:
                    process.wait(chance.uniform(0.2, 1.1) * life)
                    break
                except subprocess.TimeoutExpired:
                    process.send_signal(signal.SIGKILL)
            times += 1
            gone(process.pid)
        compare(folder / "undisturbed" / "store", folder / f"killed-{studies}" / "store")
        shutil.rmtree(folder / f"killed-{studies}")
        killed, studies, most = killed + times, studies + 1, max(most, times)
    return "studies", killed, studies, most


def note(seed: int, what: str, kills: int, times: int, most: int) -> None:
    """Add a row to the table: nothing differed, and nothing was left."""
    made = {"killed": what, "kills": kills, "times": times, "most_kills_of_one": most,
            "differ": 0, "left": 0, "seed": seed}  # fmt: skip
    print(made)
    file = Path(__file__).with_suffix(".csv")
    pd.DataFrame([made]).to_csv(
        file, mode="a", header=not file.exists(), index=False, lineterminator="\n"
    )


def study(folder: Path, runs: str) -> subprocess.Popen:
    environment = os.environ | {"CXRSTUDY_RUNS": str(folder / runs), "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", SCRIPT, "study", folder, "1"], env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip


def gone(session: int) -> None:
    """Wait until no process of a session is left that works on a run."""
    end = time.monotonic() + 60
    while left := workers(session):
        if time.monotonic() > end:
            raise SystemExit(f"processes {left} outlived their study")
        time.sleep(0.1)


def workers(session: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            state = (path / "stat").read_text().rpartition(")")[2].split()
            command = (path / "cmdline").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(state[3]) == session and state[0] != "Z" and "spawn_main" in command:
            found.append(int(path.name))
    return found


def compare(undisturbed: Path, killed: Path) -> None:
    runs = store_check.runs_of(undisturbed)
    assert runs == store_check.runs_of(killed), "other runs"
    for run in runs:
        for name in (SCORES, EPOCHS, BACKBONE, HEAD):
            one, other = (folder / run / name for folder in (undisturbed, killed))
            assert one.read_bytes() == other.read_bytes(), f"{other}: other bits"
    problems = [finding for finding in store_check.check(killed) if finding.problem]
    assert not problems, problems
    assert not lock.running(killed)


if __name__ == "__main__":
    main()

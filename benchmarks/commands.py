"""CPU seconds of commands that a user waits for, beside their goals.

    python benchmarks/commands.py                # each five times
    python benchmarks/commands.py --times 3 --only "plan 06"
    python benchmarks/commands.py --large FOLDER # keep the large store, or use that of before

It writes ``commands.csv``: the median of the CPU seconds of each command, with those of all
processes that it starts. Each time ``--help`` is measured beside it, whose work is always the same:
other work on the machine makes both larger, up to six times on a full one, so compare
``times_help``. On a quiet machine (two cores, AMD EPYC) ``--help`` takes .21 seconds;
``expected_when_quiet`` is what the command would take there by that. A first time is not counted:
it checks tables, which are remembered. The large store holds made records of the quick profile's
runs, whose files are some bytes: what is measured is the work for each record, not for each byte.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

import pandas as pd

ROOT = Path(__file__).resolve().parents[1]
RECORDS = 10_000
#: CPU seconds of ``--help`` on a quiet machine.
QUIET = 0.21
#: Command, the store that it sees, and the goal in CPU seconds; RUN stands for the id of a run.
COMMANDS = {
    "--help": ("empty", 0.35),
    "status": ("empty", 1.0),
    "plan 06": ("empty", 1.5),
    "predict --run 0000 a.png": ("empty", 1.0),
    "plan --seeds 20": ("empty", 2.0),
    "status of a large store": ("large", 1.5),
    "why RUN": ("large", 1.5),
    "store check": ("large", 38.0),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--only", action="append")
    parser.add_argument("--large", type=Path, help="folder of the large store, to keep")
    asked = parser.parse_args()
    names = asked.only or list(COMMANDS)
    file = Path(__file__).with_suffix(".csv")
    before = pd.read_csv(file) if file.is_file() and asked.only else pd.DataFrame()
    with tempfile.TemporaryDirectory() as scratch:
        large = asked.large or Path(scratch) / "large"
        stores = {"empty": Path(scratch) / "empty", "large": large}
        (stores["empty"] / "store").mkdir(parents=True)
        run = ""
        if any(COMMANDS[one][0] == "large" for one in names):
            run = next((path.name[:12] for path in large.glob("store/*")), "") or fill(large)
        rows = [measured(name, stores, run, asked.times) for name in names]
    if len(before):
        rows = before[~before["command"].isin(names)].to_dict("records") + rows
    order = list(COMMANDS)
    table = pd.DataFrame(sorted(rows, key=lambda row: order.index(row["command"])))
    table.to_csv(file, index=False, lineterminator="\n")
    print(table.to_string())


def measured(name: str, stores: dict[str, Path], run: str, times: int) -> dict[str, object]:
    kind, goal = COMMANDS[name]
    words = name.removesuffix(" of a large store").replace("RUN", run).split()
    seconds(words, stores[kind])
    pairs = [
        (seconds(words, stores[kind]), seconds(["--help"], stores[kind])) for _ in range(times)
    ]
    spent = sorted(one for one, _ in pairs)
    ratio = statistics.median(one / beside for one, beside in pairs)
    print(name, [round(one, 2) for one in spent], round(ratio, 2), flush=True)
    return {
        "command": name, "times": times, "cpu_seconds": round(statistics.median(spent), 2),
        "least": round(spent[0], 2), "most": round(spent[-1], 2), "times_help": round(ratio, 2),
        "expected_when_quiet": round(ratio * QUIET, 2), "goal": goal,
        "commit": subprocess.check_output(
            ["git", "describe", "--always", "--abbrev=7", "--exclude=*", "--dirty= and changes"],
            cwd=ROOT, text=True,
        ).strip(),
    }  # fmt: skip


def seconds(words: list[str], runs: Path) -> float:
    """CPU seconds of a command and of what it starts."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"CXRSTUDY_RUNS": str(runs), "CXRSTUDY_PROJECT": str(ROOT)}
    command = [sys.executable, "-m", "cxrstudy.cli", *words]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, check=False)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def fill(runs: Path) -> str:
    """Write made records of planned runs, and of such runs with other seeds; the id of one."""
    from cxrstudy.base import atomic
    from cxrstudy.study import status
    from cxrstudy.study.study import Study
    from tests.support.stores import write_identified

    plans = status.plans_of(Study("quick", "phantom", 1), status.experiments_of("phantom"))
    planned = list({run.id: run for plan in plans.values() for run in plan.runs}.values())
    with mock.patch.object(atomic, "flush", return_value=None):  # nothing of it must last
        for number in range(RECORDS):
            identity = json.loads(json.dumps(planned[number % len(planned)].identity))
            identity["stage"]["seed"] += 1000 * (number // len(planned))
            write_identified(runs / "store", identity, samples_seen=10, seconds={"training": 1.0})
    return planned[0].id[:12]


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()

"""Plant faults in the package, one at a time, and write down which the tests notice.

    python -m benchmarks.mutants 100 --seed 1                 # 100 faults, spread over all areas
    python -m benchmarks.mutants 60 --seed 2 --area statistics --workers 1

It works on what is committed, in copies. First the fast tests run once, to see which test reaches
which line; that is kept in `runs/mutants` for the commit. Then each fault is tried. Faults that
were tried already are not tried again, so that a run goes on where it was stopped. At the end it
writes `benchmarks/mutants/table.csv` (one row per area, seed and commit) and
`benchmarks/mutants/survivors.csv`, whose last column says what a reader found about a survivor.
"""

import argparse
import json
import multiprocessing
import subprocess
import sys
from collections import defaultdict
from dataclasses import asdict
from pathlib import Path

from benchmarks.mutants import faults, reach, table, trial

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Read the command's words, and do what they say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, help="how many faults, over all areas")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other faults")
    parser.add_argument("--area", action="append", choices=list(faults.AREAS), default=None)
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    areas = asked.area or list(faults.AREAS)
    commit = _git("rev-parse", "--short=12", "HEAD")
    if _git("status", "--porcelain", "--", "cxrstudy", "tests"):
        sys.exit(
            "cxrstudy/ or tests/ differ from the commit. Commit first: a table names its commit."
        )
    folder = ROOT / "runs" / "mutants" / commit
    copies = [_copy(folder / f"copy{number}", commit) for number in range(asked.workers)]
    if not (folder / "reach.json").is_file():
        reach.measure(copies[0], folder / "reach.json")
    each = -(-asked.count // len(areas))
    drawn = [fault for area in areas for fault in faults.sample(ROOT, area, each, asked.seed)]
    tried = folder / f"seed{asked.seed}.jsonl"
    _try_all(_remaining(drawn, tried), copies, folder / "reach.json", tried)
    outcomes = [json.loads(line) for line in tried.read_text("utf-8").splitlines()]
    table.write(ROOT / "benchmarks" / "mutants", outcomes, seed=asked.seed, commit=commit)


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _copy(folder: Path, commit: str) -> Path:
    """A checkout of the commit; what an earlier run left changed in it is put back."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        _git("clone", "--quiet", "--shared", "--no-checkout", str(ROOT), str(folder))
    subprocess.run(["git", "checkout", "--quiet", "--force", commit], cwd=folder, check=True)
    return folder


def _remaining(drawn: list[faults.Fault], tried: Path) -> list[faults.Fault]:
    if not tried.is_file():
        return drawn
    names = {json.loads(line)["fault"] for line in tried.read_text("utf-8").splitlines()}
    return [fault for fault in drawn if fault.name not in names]


def _try_all(todo: list[faults.Fault], copies: list[Path], reached: Path, to: Path) -> None:
    """Share faults out by module, so that what a neutral change breaks is found once."""
    shares: dict[int, list[faults.Fault]] = defaultdict(list)
    by_module: dict[str, list[faults.Fault]] = defaultdict(list)
    for fault in todo:
        by_module[fault.module].append(fault)
    for ones in sorted(by_module.values(), key=len, reverse=True):
        least = min(range(len(copies)), key=lambda number: len(shares[number]))
        shares[least] += ones
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_work, args=(copy, shares[number], reached, to))
        for number, copy in enumerate(copies)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        sys.exit("a worker ended early; run the same command again to go on")


def _work(copy: Path, todo: list[faults.Fault], reached: Path, to: Path) -> None:
    trial.load_libraries()
    found, blind = reach.read(reached), dict[str, frozenset[str]]()
    for fault in todo:
        outcome = trial.attempt(copy, fault, found, blind)
        row = asdict(outcome) | {"fault": fault.name, "area": fault.area}
        with to.open("a", encoding="utf-8") as file:  # one short line: whole or not at all
            file.write(json.dumps(row) + "\n")
        print(f"{outcome.state:12} {outcome.tests:4} tests {outcome.seconds:6.1f} s  {fault.name}")


if __name__ == "__main__":
    main()

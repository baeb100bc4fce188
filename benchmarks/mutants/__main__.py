"""Plant faults in the package, one at a time, and write down which the tests notice.

    python -m benchmarks.mutants 100 --seed 1                 # 100 faults, spread over all areas
    python -m benchmarks.mutants 60 --seed 2 --area statistics --workers 1
    python -m benchmarks.mutants 0 --again                    # those that survived, once more

It works on what is committed, in copies under `runs/mutants`. First the fast tests run once, to
see which test reaches which line; that is kept, by what the package and the file of tests hold.
Then each fault is tried. Faults of a seed that were tried already are not tried again, so that a
run goes on where it was stopped. Each fault becomes a row of `benchmarks/mutants/mutants.csv`,
whose last columns say what a reader found about a survivor; `table.csv` counts them by area, seed
and commit.
"""

import argparse
import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benchmarks.mutants import faults, table, trial

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "benchmarks" / "mutants"
#: Copies of the project, and what its tests reach.
STORE = ROOT / "runs" / "mutants"


def main() -> None:
    """Read the command's words, and do what they say."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("count", type=int, help="how many faults, over all areas")
    parser.add_argument("--seed", type=int, default=1, help="another seed draws other faults")
    parser.add_argument("--area", action="append", choices=list(faults.AREAS), default=None)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--again", action="store_true", help="try survivors of the table again")
    asked = parser.parse_args()
    areas = asked.area or list(faults.AREAS)
    commit = _git("rev-parse", "--short=12", "HEAD")
    if _git("status", "--porcelain", "--", "cxrstudy", "tests"):
        print(f"cxrstudy/ or tests/ differ from commit {commit}; what is tried is the commit")
    copies = [_copy(STORE / f"copy{number}", commit) for number in range(asked.workers)]
    note: Callable[..., None] = partial(table.append, HERE, seed=asked.seed, commit=commit)
    if asked.again:
        todo, note = _survivors(copies[0], areas), partial(table.note_again, HERE)
    else:
        todo = _remaining(copies[0], areas, asked.count, asked.seed)
    measured = STORE / _git("rev-parse", "--short=12", "HEAD:cxrstudy")
    measured.mkdir(parents=True, exist_ok=True)
    _try_all(todo, copies, measured, note)
    table.summarise(HERE)


def _remaining(root: Path, areas: list[str], count: int, seed: int) -> list[faults.Fault]:
    """Faults of a seed that were not tried yet, an area after the other."""
    rows = table.read(HERE)
    tried = table.names(rows[rows["seed"] == str(seed)])
    each = -(-count // len(areas))
    drawn = [faults.sample(root, area, each, seed) for area in areas]
    # In turns, so that a run that is stopped has seen all areas.
    turns = [fault for number in range(each) for one in drawn for fault in one[number : number + 1]]
    return [fault for fault in turns if fault.name not in tried]


def _survivors(root: Path, areas: list[str]) -> list[faults.Fault]:
    rows = table.read(HERE)
    rows = rows[rows["state"].isin(table.SURVIVED) & rows["judged"].eq("") & rows.area.isin(areas)]
    wanted = table.names(rows)
    return [
        fault for area in sorted(set(rows["area"])) for fault in faults.every(root, area, wanted)
    ]


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def _copy(folder: Path, commit: str) -> Path:
    """A checkout of the commit; what an earlier run left changed in it is put back."""
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        _git("clone", "--quiet", "--shared", "--no-checkout", str(ROOT), str(folder))
    subprocess.run(["git", "fetch", "--quiet"], cwd=folder, check=True)
    subprocess.run(["git", "checkout", "--quiet", "--force", commit], cwd=folder, check=True)
    return folder


def _try_all(
    todo: list[faults.Fault], copies: list[Path], measured: Path, note: Callable[..., None]
) -> None:
    context, of = multiprocessing.get_context("spawn"), len(copies)
    # By module, so that its tests are measured once.
    whose = {module: number % of for number, module in enumerate(sorted({f.module for f in todo}))}
    shares = [[fault for fault in todo if whose[fault.module] == number] for number in range(of)]
    workers = [
        context.Process(target=trial.work, args=(copy, shares[number], measured, note))
        for number, copy in enumerate(copies)
    ]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        for worker in workers:
            worker.join(1)
        if any(worker.exitcode for worker in workers):
            for worker in workers:
                worker.terminate()
            sys.exit("a worker ended early; run the same command again to go on")


if __name__ == "__main__":
    main()

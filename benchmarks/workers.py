"""Speed-up of the quick graph with two workers compared with one, in pairs of measurements.

    python benchmarks/workers.py                    # three pairs of the whole quick graph
    python benchmarks/workers.py --pairs 1 06 08    # of some experiments

Run it on an idle machine, from the project's root. Images are decoded before the clock starts. Both
measurements of a pair begin with an empty store and new processes, and train every run. Their order
alternates from pair to pair, because a warm processor is slower.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from cxrstudy.base import device, places
from cxrstudy.runs import engine
from cxrstudy.study.graph import Graph, make_graph

WANTED = 1.7


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("experiments", nargs="*", help="numbers of notebooks; all without any")
    parser.add_argument("--pairs", type=int, default=3, help="how often both are measured")
    parser.add_argument("--workers", type=int, default=2, help="how many are compared with one")
    asked = parser.parse_args()
    os.environ["CXRSTUDY_PROGRESS"] = "log"
    pixels = places.runs() / "pixels"
    pixels.mkdir(parents=True, exist_ok=True)
    ratios = [pair(asked, pixels, number) for number in range(asked.pairs)]
    verdict = "at least" if statistics.median(ratios) >= WANTED else "less than"
    say(
        f"{device.name(device.kind())}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} after"
    )
    say(f"median {statistics.median(ratios):.2f} times as fast, {verdict} {WANTED}")


def pair(asked: argparse.Namespace, pixels: Path, number: int) -> float:
    """Measure one worker and several; return the speed-up."""
    order = (1, asked.workers) if number % 2 == 0 else (asked.workers, 1)
    seconds = {count: measured(asked.experiments, pixels, count) for count in order}
    ratio = seconds[1] / seconds[asked.workers]
    say(
        f"pair {number + 1}: one worker {seconds[1]:.1f} s, "
        f"{asked.workers} workers {seconds[asked.workers]:.1f} s, {ratio:.2f} times as fast"
    )
    return ratio


def measured(experiments: list[str], pixels: Path, count: int) -> float:
    """Seconds that workers need for all runs of the quick graph."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "pixels").symlink_to(pixels)
        os.environ["CXRSTUDY_RUNS"] = folder
        os.environ[engine.VARIABLE] = f"local:{count}"
        graph: Graph = make_graph(experiments, "quick", "phantom", 1)
        jobs = graph.jobs()
        start = time.perf_counter()
        engine.compute(jobs)
        return time.perf_counter() - start


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

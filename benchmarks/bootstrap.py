"""Time the bootstrap: 2,000 replicates x 10 arms x 25,000 images, AUROC, one core, best of five.

Run from the project's root: ``python benchmarks/bootstrap.py``. Draws, metric and intervals are
timed, from the tidy table of scores to the tables of estimates and of contrasts; the best of five
is reported, because other programs can only make a time longer.
"""

from __future__ import annotations

import os
import platform
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from cxrstudy.statistics import REPLICATES, auroc, contrasts, estimates

ARMS, IMAGES, PATIENTS = 10, 25_000, 15_000
REPEATS = 5


def made(prevalence: float) -> pd.DataFrame:
    """Scores of invented arms with increasing skill, as probabilities in single precision."""
    generator = np.random.default_rng(1)
    patient = generator.integers(PATIENTS, size=IMAGES)
    truth = generator.random(IMAGES) < prevalence
    tables = []
    for arm in range(ARMS):
        logits = truth * (0.5 + 0.2 * arm) + generator.normal(size=IMAGES)
        score = (1 / (1 + np.exp(-logits))).astype(np.float32)
        tables.append(pd.DataFrame({"score_covid19": score}).assign(arm=f"arm {arm}"))
    names = [f"image-{number}" for number in range(IMAGES)]
    return pd.concat(tables, ignore_index=True).assign(
        seed=0, run="", role="target", split="test", id=names * ARMS,
        patient=np.tile(patient, ARMS), source="made", truth_covid19=np.tile(truth, ARMS) * 1.0,
    )  # fmt: skip


def best(work: Callable[[], object]) -> float:
    """Shortest time in s of several."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def machine() -> str:
    """Name processor, cores and versions."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    processor = names[0] if names else platform.processor() or platform.machine()
    return (
        f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"NumPy {np.__version__}"
    )


def main() -> None:
    """Measure and write a table to standard output."""
    write = sys.stdout.write
    write(f"{machine()}; {REPLICATES} replicates, one thread, best of {REPEATS}, s\n")
    write(f"{'prevalence':>12s}{'estimates':>12s}{'contrasts':>12s}\n")
    metric = auroc("covid19")
    for prevalence in (0.1, 0.3, 0.5):
        scores = made(prevalence)
        one = best(partial(estimates, scores, metric))
        other = best(partial(contrasts, scores, metric, against="arm 0"))
        write(f"{prevalence:12.1f}{one:12.2f}{other:12.2f}\n")


if __name__ == "__main__":
    with threadpool_limits(1):
        main()

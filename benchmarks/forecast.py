"""Forecast against what runs took: each recorded run of a store, predicted from the others.

    python benchmarks/forecast.py STORE [STORE ...]

For each run with a record of the same kind before it, the time is predicted from the last runs
before it, as ``cxrstudy plan`` does, and compared with the recorded one. It writes
``forecast.csv``, one row per network, side and length: ``runs``, the median and the quartiles of
predicted by recorded time, the share of runs ``within_20_percent``, and the share ``in_range``.
Recorded are wall times, so what else ran on the machine is in them.
"""

import json
import sys
from pathlib import Path

import pandas as pd

from cxrstudy.runs.catalogue import catalogue
from cxrstudy.study import pace

TABLE = Path(__file__).with_suffix(".csv")


def main(stores: list[Path]) -> None:
    rows = [row for store in stores for row in predicted(store)]
    found = pd.DataFrame(rows, columns=["network", "pixels", "length", "ratio", "in_range"])
    groups = found.groupby(["network", "pixels", "length"])
    table = groups["ratio"].describe()[["count", "50%", "25%", "75%"]].round(2)
    table.columns = ["runs", "median", "lower_quartile", "upper_quartile"]
    table["within_20_percent"] = groups["ratio"].apply(
        lambda ratios: round(ratios.between(1 / 1.2, 1.2).mean(), 2)
    )
    table["in_range"] = groups["in_range"].mean().round(2)
    table["runs"] = table["runs"].astype(int)
    table.reset_index().to_csv(TABLE, index=False, lineterminator="\n")
    print(table.to_string())


def predicted(store: Path) -> list[tuple[str, int, str, float, bool]]:
    """Predicted by recorded time of each run, and whether it lies in the range."""
    rows = []
    known = catalogue(store)
    for kind, runs in pace.by_kind(known).items():
        runs = sorted(runs, key=lambda run: run.finished)
        for at, run in enumerate(runs[1:], 1):
            usual = pace.usual(runs[:at], pace.HERE)
            expected = usual.seconds(run.samples_seen, pace.scored(run))
            took = sum(run.seconds.values())
            rows.append(
                (
                    json.loads(kind)[0][0], run.identity["stage"]["pixels"],
                    "a minute or more" if took >= 60 else "less", expected / took,
                    usual.least * expected <= took <= usual.most * expected,
                )
            )  # fmt: skip
    return rows


if __name__ == "__main__":
    main([Path(word) for word in sys.argv[1:]])

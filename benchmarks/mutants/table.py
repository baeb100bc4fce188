"""What came of the faults, as two tables that are committed."""

from pathlib import Path
from typing import Any

import pandas as pd

#: A survivor that a reader judged: `equivalent` (nothing can notice it), `cosmetic` (it changes
#: only how something looks or how fast it is), or `test added`; empty until somebody looked.
JUDGED = "judged"


def write(folder: Path, outcomes: list[dict[str, Any]], *, seed: int, commit: str) -> None:
    """Write counts by area and the list of survivors; rows of other seeds and commits stay."""
    rows = pd.DataFrame(outcomes).assign(seed=seed, commit=commit)
    survivors = rows[rows["state"].isin(["survived", "not reached"])]
    judged = _kept(
        folder / "survivors.csv", survivors[["area", "fault", "state", "seed", "commit"]]
    )
    _kept(folder / "table.csv", counts(rows, judged))


def counts(rows: pd.DataFrame, survivors: pd.DataFrame) -> pd.DataFrame:
    """One row per area: faults, how many were noticed, and the share of those that can be.

    An equivalent fault can't be noticed and does not count; a cosmetic one counts as survived.
    """
    equivalent = survivors.loc[survivors[JUDGED].eq("equivalent"), "fault"]
    asked = rows.assign(
        killed=rows["state"].isin(["killed", "late"]),
        not_reached=rows["state"].eq("not reached"),
        equivalent=rows["fault"].isin(equivalent),
    )
    by_area = asked.groupby(["area", "seed", "commit"], sort=True)
    found = by_area.agg(
        faults=("fault", "size"), killed=("killed", "sum"), not_reached=("not_reached", "sum"),
        equivalent=("equivalent", "sum"), seconds=("seconds", "sum"),
    ).reset_index()  # fmt: skip
    found["score"] = (found["killed"] / (found["faults"] - found["equivalent"])).round(3)
    found["seconds"] = found["seconds"].round().astype(int)
    return found


def _kept(path: Path, fresh: pd.DataFrame) -> pd.DataFrame:
    """Replace rows of the same seed and commit in a table; what was judged stays judged."""
    before = pd.read_csv(path, dtype={"commit": str}) if path.is_file() else fresh.iloc[:0]
    if "fault" in fresh:
        known = before.set_index("fault")[JUDGED].to_dict() if JUDGED in before else {}
        fresh = fresh.assign(**{JUDGED: fresh["fault"].map(known).fillna("")})
    mine = set(zip(fresh["seed"], fresh["commit"], strict=True))
    others = before[
        [pair not in mine for pair in zip(before["seed"], before["commit"], strict=True)]
    ]
    pd.concat([others, fresh]).to_csv(path, index=False, lineterminator="\n")
    return fresh

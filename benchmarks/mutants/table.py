"""What came of the faults, as two tables that are committed: one row per fault, and by area."""

import csv
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from benchmarks.mutants.faults import Fault
from benchmarks.mutants.trial import Outcome

#: Of a fault: what identifies it, what came of it, and what a reader found about a survivor.
#: `judged` is `equivalent` (nothing can notice it), `cosmetic` (it changes only how something looks
#: or how fast it is), `elsewhere` (a test of that commit fails that was not tried: it is far from
#: the module, or long) or `test added` (which fails now); `reason` says why, or names the test.
COLUMNS = [
    "area", "module", "line", "operator", "before", "after", "state", "by", "tests", "seconds",
    "seed", "commit", "judged", "reason",
]  # fmt: skip
FAULTS, AREAS = "mutants.csv", "table.csv"
SURVIVED = ("survived", "not reached")
JUDGED = ("elsewhere", "test added", "equivalent", "cosmetic")


def append(folder: Path, fault: Fault, outcome: Outcome, *, seed: int, commit: str) -> None:
    """Add one fault to the table."""
    path = folder / FAULTS
    row = asdict(fault) | asdict(outcome) | {"seed": seed, "commit": commit}
    with path.open("a", encoding="utf-8", newline="") as file:  # a line: whole or not at all
        csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n").writerow(row)


def read(folder: Path) -> pd.DataFrame:
    """Read the faults that were tried; a new table begins with its header."""
    path = folder / FAULTS
    if not path.is_file():
        path.write_text(",".join(COLUMNS) + "\n", "utf-8")
    texts = {column: str for column in COLUMNS if column not in ("line", "tests", "seconds")}
    return pd.read_csv(path, dtype=texts, keep_default_na=False)


def names(rows: pd.DataFrame) -> set[tuple[str, int, str, str]]:
    """Place and change of each fault."""
    return set(zip(rows["module"], rows["line"], rows["before"], rows["after"], strict=True))


def note_again(folder: Path, fault: Fault, outcome: Outcome) -> None:
    """Write down that a survivor is noticed now."""
    if outcome.state in SURVIVED:
        return
    rows = read(folder)
    module, line, before, after = fault.name
    mine = rows[["module", "line", "before", "after"]].eq([module, line, before, after]).all(axis=1)
    rows.loc[mine, ["judged", "reason"]] = ["test added", outcome.by or "it takes too long"]
    rows.to_csv(folder / FAULTS, index=False, lineterminator="\n")


def summarise(folder: Path) -> None:
    """Write one row per area, seed and commit, and one per area."""
    rows = read(folder)
    each = _counts(rows, ["area", "seed", "commit"])
    every = _counts(rows, ["area"]).assign(seed="all", commit="all")
    total = _counts(rows.assign(area="all"), ["area"]).assign(seed="all", commit="all")
    table = pd.concat([every, total, each])[list(each.columns)]
    table.to_csv(folder / AREAS, index=False, lineterminator="\n")
    print(pd.concat([every, total]).drop(columns=["seed", "commit"]).to_string(index=False))


def _counts(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Faults, how many were noticed, and the share of those that can be.

    `score` is what the tests of the commit noticed, as far as a reader looked for those elsewhere;
    `score_now` counts the tests that were added since, for these very faults, so it says nothing
    about others. An equivalent fault can't be noticed and does not count; a cosmetic one counts as
    not noticed.
    """
    asked = rows.assign(
        killed=~rows["state"].isin(SURVIVED),
        not_reached=rows["state"].eq("not reached"),
        **{name: rows["judged"].eq(name) for name in JUDGED},
        open=rows["state"].isin(SURVIVED) & rows["judged"].eq(""),
    )
    counted = ["killed", "not_reached", *JUDGED, "open", "seconds"]
    found = asked.groupby(by, sort=True)[counted].sum()
    found.insert(0, "faults", asked.groupby(by).size())
    can_be = found["faults"] - found["equivalent"]
    seen = found["killed"] + found["elsewhere"]
    found["score"] = (seen / can_be).round(3)
    found["score_now"] = ((seen + found["test added"]) / can_be).round(3)
    found["seconds"] = found["seconds"].round().astype(int)
    return found.reset_index()

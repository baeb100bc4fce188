"""Recomputed: which cells of recorded verdicts and estimates are not those that the scores give.

Every cell is compared, to the digits that are written (:mod:`cxrstudy.verdicts.written_table`).
"""

from pathlib import Path

import pandas as pd

from cxrstudy.base.words import counted
from cxrstudy.verdicts.recording import DERIVED, ESTIMATES, derived, papers_of_then
from cxrstudy.verdicts.results import VERDICTS
from cxrstudy.verdicts.written_table import MISSING, differing_cells, read_texts

#: Columns that name a row of the tables that follow from scores.
ROWS = {VERDICTS: ["paper", "claim"], ESTIMATES: ["experiment", "role", "metric", "arm"]}


def compare_derived(folder: Path) -> tuple[list[str], list[str]]:
    """Compare the recorded verdicts and estimates of a folder with those that its scores give.

    Returns
    -------
    What differs, one text per cell; and what was compared, in words.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """
    found, old = derived(folder), papers_of_then(folder)
    problems, counts = [], []
    for name in DERIVED:
        if not (folder / name).is_file():
            problems += [f"{name}: {MISSING}; cxrstudy results judge writes it"] * (name in found)
            continue
        stored, again = read_texts(folder / name), found.get(name, pd.DataFrame())
        if name == VERDICTS and old:
            stored = stored[~stored["paper"].isin(old)]
            again = again[~again["paper"].isin(old)]
        if name == VERDICTS and stored.empty:
            continue
        problems += [f"{name}, {each}" for each in differing_cells(stored, again, ROWS[name])]
        counts.append(counted(len(stored), name.removesuffix("s.csv")))
    return problems, counts

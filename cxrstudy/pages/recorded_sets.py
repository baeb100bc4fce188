"""Recorded sets: which results are kept in ``results/``, and which runs they are of."""

import pandas as pd

from cxrstudy.base import places
from cxrstudy.base.words import counted
from cxrstudy.verdicts import results


def recorded_sets() -> pd.DataFrame:
    """Tabulate the sets of results that the project keeps, one row per folder.

    Verdicts, and the figures of chapters beside them, come from these. The id of each arm's last
    run is in the ``arms.csv`` of the folder.

    Returns
    -------
    ``folder``, ``seeds``, ``runs``, ``trained_at`` (commits, with the number of their runs where
    there are several), ``registration``, ``machine``, ``latest`` (end of the last run).

    Raises
    ------
    ResultsError
        A file is missing or altered.

    Examples
    --------
    >>> recorded_sets().columns.tolist()[:3]
    ['folder', 'seeds', 'runs']
    """
    columns = ["folder", "seeds", "runs", "trained_at", "registration", "machine", "latest"]
    rows = []
    for folder in results.folders():
        made = results.facts(folder)
        path = folder.relative_to(places.results().parent).as_posix()
        machine = f"{', '.join(made.devices)}, {counted(made.cores, 'core')}"
        facts = path, made.seeds, made.runs, commits_of(made), made.registration or "none"
        rows.append((*facts, machine, made.finished))
    return pd.DataFrame(rows, columns=columns)


def commits_of(made: results.Results) -> str:
    """Where runs of a set were made, in words; of older ones only the commit that wrote them.

    Parameters
    ----------
    made
        The facts of the set.
    """
    if not made.ran:
        return f"written at {made.commit[:12]}"
    if len(made.ran) == 1:
        return next(iter(made.ran))[:12]
    return ", ".join(f"{commit[:12]} ({runs})" for commit, runs in made.ran.items())

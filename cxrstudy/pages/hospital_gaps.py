"""Hospital gaps: how much a network loses at the simulated hospitals that it was not trained on."""

import pandas as pd

from cxrstudy.base import numbers, places


def measured_hospitals() -> pd.DataFrame:
    """What ``benchmarks/hospitals.py`` measured: one row per hospital, with the same test patients.

    Returns
    -------
    Columns ``hospital``, ``role`` (whose images come from there), ``AUROC``, ``there`` (the same
    with its interval, as text), and the difference
    from the first hospital, which the network was trained on, as ``against``, ``estimate``,
    ``low``, ``high``, ``level``. Without the file, as in an installed package, no rows.

    Examples
    --------
    >>> measured_hospitals().columns[:3].tolist()
    ['hospital', 'role', 'AUROC']
    """
    path = places.root() / "benchmarks" / "hospitals.csv"
    columns = ["hospital", "role", "AUROC", "there", "against", "estimate", "low", "high", "level"]
    if not path.is_file():
        return pd.DataFrame(columns=columns)
    table = pd.read_csv(path)
    first = table["hospital"].iloc[0]
    there = [
        numbers.interval(row.auroc, row.low, row.high, numbers.level) for row in table.itertuples()
    ]
    named = table.drop(columns=["low", "high"]).rename(
        columns={
            "of": "role", "auroc": "AUROC", "gap": "estimate", "gap_low": "low", "gap_high": "high",
        }
    )  # fmt: skip
    reason = named["estimate"].isna().map({True: "the first", False: ""})
    return named.assign(there=there, against=first, level=0.95, reason=reason)[[*columns, "reason"]]

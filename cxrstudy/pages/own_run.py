"""Own run: what a page shows of its own run, which with too few seeds is estimates and counts only.

Every table (:func:`cxrstudy.pages.tables.table`) and every figure
(:func:`cxrstudy.pages.figures.source.with_source`) passes through :func:`as_shown`, whatever
function made its numbers. So no chapter has to remember it. Recorded results are shown whole.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np
import pandas as pd

from cxrstudy.pages.rule import fewest_seeds

#: What of a row is inference, and says nothing with too few seeds.
INFERENCE = ("low", "high", "level", "p", "adjusted_p", "minimum_detectable_difference", "covers")

_RECORDED: ContextVar[bool] = ContextVar("recorded", default=False)


def as_shown(table: pd.DataFrame) -> pd.DataFrame:
    """A table as a page shows it: of its own run with too few seeds, without inference.

    Outside of a kernel, for recorded results, and for tables that do not say how many seeds their
    rows are of, the table is unchanged.

    Examples
    --------
    >>> table = pd.DataFrame({"estimate": 0.9, "low": 0.8, "high": 1.0, "seeds": [1, 5]})
    >>> as_shown(table) is table  # this is no kernel of a notebook
    True
    """
    if not is_shown() or "seeds" not in table or not set(INFERENCE) & set(table):
        return table
    return without_inference(table, fewest_seeds())


def without_inference(table: pd.DataFrame, fewest: int) -> pd.DataFrame:
    """Empty intervals and p values of rows with too few seeds.

    Why an estimate has no interval is empty too, since none of these rows has one. Why there is no
    estimate stays.

    Examples
    --------
    >>> table = pd.DataFrame({"estimate": 0.9, "low": 0.8, "high": 1.0, "seeds": [1, 5]})
    >>> without_inference(table, 5)["low"].tolist()
    [nan, 0.8]
    """
    few = table["seeds"] < fewest
    columns = [name for name in INFERENCE if name in table]
    emptied = {name: table[name].mask(few) for name in columns}
    if {"reason", "estimate"} <= set(table):
        known = np.isfinite(table["estimate"].astype(float))
        emptied["reason"] = table["reason"].mask(few & known, "")
    return table.assign(**emptied)


def is_shown() -> bool:
    """Whether what is computed now is a page's own run: in a kernel, and not recorded results."""
    return in_kernel() and not _RECORDED.get()


@contextmanager
def recorded_results() -> Iterator[None]:
    """Within, what a page shows is of recorded results, not of its own run."""
    token = _RECORDED.set(True)
    try:
        yield
    finally:
        _RECORDED.reset(token)


def in_kernel() -> bool:
    """Whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None

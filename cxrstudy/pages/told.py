"""Told: what a page's estimates are, kept in the executed notebook for programs to read.

The notebooks' ``estimates`` and ``contrasts`` are those of :mod:`cxrstudy.statistics`. In a kernel
each row is also kept until :func:`cxrstudy.pages.render.runs` stores it beside the records of the
runs; ``cxrstudy collect`` reads it there. Recorded results, which a page shows beside its own run,
are not kept. What is kept is whole; what a page gets of its own run has neither interval nor p
value if the run has fewer seeds than the rule asks for (:mod:`cxrstudy.pages.own_run`).
"""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Any

import pandas as pd

from cxrstudy import statistics
from cxrstudy.base.standard_json import plain_value
from cxrstudy.pages import own_run
from cxrstudy.runs.scores import arm_text

#: Key in the metadata of a cell's output under which the estimates of a page are stored.
ESTIMATES = "cxrstudy_estimates"
#: What is stored of a row, where the table has it.
STORED = (
    "estimate", "low", "high", "level", "p", "adjusted_p", "verdict", "claim", "patients", "images",
    "seeds", "reason",
)  # fmt: skip

_KEPT: list[dict[str, Any]] = []


def _keeps(function: Callable[..., pd.DataFrame]) -> Callable[..., pd.DataFrame]:
    signature = inspect.signature(function)

    @wraps(function)
    def kept(*arguments: Any, **named: Any) -> pd.DataFrame:
        table = function(*arguments, **named)
        given = signature.bind(*arguments, **named)
        given.apply_defaults()
        keep(table, given.arguments["scores"], given.arguments["metric"].name,
             given.arguments["role"])  # fmt: skip
        return own_run.as_shown(table)

    return kept


estimates = _keeps(statistics.estimates)
contrasts = _keeps(statistics.contrasts)


def keep(table: pd.DataFrame, scores: pd.DataFrame, metric: str, role: str) -> None:
    """Keep the rows of a table of estimates, with the ids of the runs of their arms.

    Nothing is kept outside of a kernel, or while recorded results are shown.
    """
    if not own_run.is_shown():
        return
    for row in table.to_dict("records"):
        arms = [row[name] for name in ("arm", "against") if name in row]
        said = {name: plain_value(row[name]) for name in STORED if name in row}
        named = {name: arm_text(row[name]) for name in ("arm", "against") if name in row}
        _KEPT.append({"metric": metric, "role": role, **named, **said, "runs": _runs(scores, arms)})


def take() -> list[dict[str, Any]]:
    """Return what was kept since the last call, every row once."""
    found = [row for number, row in enumerate(_KEPT) if row not in _KEPT[:number]]
    _KEPT.clear()
    return found


def _runs(scores: pd.DataFrame, arms: list[Any]) -> list[str]:
    if "run" not in scores:
        return []
    wanted = {arm_text(arm) for arm in arms}
    pairs = scores[["arm", "run"]].dropna()
    texts = {arm: arm_text(arm) for arm in pairs["arm"].unique()}
    mine = pairs[pairs["arm"].map(texts).isin(wanted)]
    return [run for run in dict.fromkeys(mine["run"]) if run]

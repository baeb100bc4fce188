"""``cxrstudy compare``: test whether two sets of results agree."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxrstudy.base.words import arm_name
from cxrstudy.cli.output import Json, table

if TYPE_CHECKING:
    from cxrstudy.verdicts.compare import Row

_UNITS = """\
moved, tolerance and farthest are in standard deviations over seeds. The tolerance is a prediction
interval: {:.1%} of equally good results leave it anywhere. Seed variance is estimated from {}."""


def compare_results(
    a: Annotated[Path, typer.Argument(metavar="A", help="Folder of results, or a store.")],
    b: Annotated[Path, typer.Argument(metavar="B", help="Folder or store to compare with A.")],
    spread: Annotated[
        Path | None,
        typer.Option(help="Results to estimate seed variance from; default: A."),
    ] = None,
    false_alarms: Annotated[
        float,
        typer.Option(min=1e-6, max=0.5, help="Chance of any drift between two equally good sets."),
    ] = 0.01,
    exact: Annotated[
        bool,
        typer.Option("--exact", help="Fail unless all metrics are equal, as on one platform."),
    ] = False,
    json_wanted: Json = False,
) -> None:
    """Compare two sets of results metric by metric; exit status 1 if one has drifted.

    Metrics are equal if they differ by at most 0.000001. Otherwise a metric may differ by its
    tolerance, a prediction interval from the variance between seeds.
    """
    from cxrstudy.verdicts import compare

    first, second = compare.measure(a), compare.measure(b)
    chosen = spread or compare.default_spread(a, first)
    measured = first if chosen == a else compare.measure(chosen)
    rows = compare.compare(first, second, measured, false_alarms)
    failed = [row for row in rows if row.state not in (("equal",) if exact else compare.GOOD)]
    if json_wanted:
        typer.echo(json.dumps([_plain(row) for row in rows], indent=2, ensure_ascii=False))
    else:
        typer.echo(table(_by_experiment(rows, failed)))
        typer.echo("\n" + table([_line(row) for row in failed]) if failed else "")
        typer.echo(_UNITS.format(false_alarms, chosen))
    if failed:
        raise typer.Exit(1)


def _by_experiment(rows: Sequence[Row], failed: Sequence[Row]) -> list[dict[str, Any]]:
    """Count metrics by state, one line per experiment, with the largest difference."""
    lines = []
    for name in dict.fromkeys(row.key.experiment for row in rows):
        own = [row for row in rows if row.key.experiment == name]
        moved = [abs(row.moved) for row in own if not isnan(row.moved)]
        lines.append(
            {
                "experiment": name,
                "metrics": len(own),
                "equal": sum(row.state == "equal" for row in own),
                "within": sum(row.state == "within" for row in own),
                "failed": sum(row in own for row in failed),
                "farthest": f"{max(moved):.1f}" if moved else "-",
            }
        )
    return lines


def _line(row: Row) -> dict[str, str]:
    """Write a row as text."""
    numbers = {"A": row.a, "B": row.b, "seed deviation": row.deviation}
    return {
        "experiment": row.key.experiment,
        "arm": arm_name(row.key.arm),
        "role": row.key.role,
        "metric": row.key.metric,
        **{name: "-" if isnan(value) else f"{value:.4f}" for name, value in numbers.items()},
        "moved": "-" if isnan(row.moved) else f"{row.moved:+.1f}",
        "tolerance": "-" if isnan(row.tolerance) else f"{row.tolerance:.1f}",
        "state": row.state,
    }


def _plain(row: Row) -> dict[str, Any]:
    facts = asdict(row)
    key = facts.pop("key")
    numbers = {
        name: None if isinstance(value, float) and isnan(value) else value
        for name, value in facts.items()
    }
    return {**key, **numbers}

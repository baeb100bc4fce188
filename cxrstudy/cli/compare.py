"""``cxrstudy compare``: test whether two sets of results agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxrstudy.base import numbers
from cxrstudy.base.words import arm_name
from cxrstudy.cli.options import Json
from cxrstudy.cli.output import json_for_terminal, table

if TYPE_CHECKING:
    from cxrstudy.verdicts.compare import Row

_UNITS = """\
moved, tolerance and farthest are in standard deviations over seeds. The tolerance is a prediction
interval: about {} of equally good results leave it anywhere. Seed variance is estimated from {}.
images: of all roles that were tested, with known truth."""


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

    Metrics are equal if they differ by at most 0.000001 on all seeds, and both sets have the same
    seeds. Otherwise a metric may differ by its tolerance, a prediction interval from the variance
    between seeds. Metrics that agree on the seeds that both sets have, but not all seeds are in
    both, count as "fewer seeds": that passes, but not with --exact.
    """
    from cxrstudy.verdicts import compare
    from cxrstudy.verdicts.measure import measure

    first, second = measure(a), measure(b)
    chosen = spread or compare.default_spread(a, first.metrics)
    measured = first if chosen == a else measure(chosen)
    rows = compare.compare(first.metrics, second.metrics, measured.metrics, false_alarms)
    failed = [row for row in rows if row.state not in (compare.SAME if exact else compare.GOOD)]
    if json_wanted:
        typer.echo(json_for_terminal([_plain(row) for row in rows]))
    else:
        typer.echo(table(_by_experiment(rows, failed)))
        typer.echo("\n" + table([_line(row) for row in failed]) if failed else "")
        typer.echo(_UNITS.format(numbers.percent(false_alarms), chosen))
    # Beside the table or the JSON, so that both can be piped.
    for sentence in compare.unequal_seeds(rows):
        typer.echo(sentence, err=json_wanted)
    for side, found in (("A", first), ("B", second)):
        for run in found.lacking:
            typer.echo(f"not compared, in {side}: {run}", err=json_wanted)
    if failed:
        raise typer.Exit(1)


def _by_experiment(rows: Sequence[Row], failed: Sequence[Row]) -> list[dict[str, Any]]:
    """Count metrics by state, one line per experiment, with the largest difference."""
    lines = []
    for name in dict.fromkeys(row.key.experiment for row in rows):
        own = [row for row in rows if row.key.experiment == name]
        moved = [abs(row.moved) for row in own if not isnan(row.moved)]
        states = Counter(row.state for row in own)
        lines.append(
            {
                "experiment": name,
                "metrics": len(own),
                "equal": states["equal"],
                "fewer seeds": states["fewer seeds"],
                "within": states["within"],
                "undefined": states["undefined in both"],
                "failed": sum(row in own for row in failed),
                "farthest": numbers.level(max(moved), least=1) if moved else "-",
                "seeds A": _seeds(row.seeds_a for row in own),
                "seeds B": _seeds(row.seeds_b for row in own),
                "images A": _images({row.key.role: row.images_a for row in own}),
                "images B": _images({row.key.role: row.images_b for row in own}),
            }
        )
    return lines


def _seeds(of_rows: Iterable[tuple[int, ...]]) -> str:
    """Write the number of seeds of rows, or the smallest and largest number."""
    counts = sorted({len(seeds) for seeds in of_rows})
    return str(counts[0]) if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"


def _images(of_roles: Mapping[str, int]) -> int:
    return sum(of_roles.values())


def _line(row: Row) -> dict[str, str]:
    """Write a row as text."""
    means = {"A": row.a, "B": row.b, "seed deviation": row.deviation}
    return {
        "experiment": row.key.experiment,
        "arm": arm_name(row.key.arm),
        "role": row.key.role,
        "metric": row.key.metric,
        "seeds": f"{len(row.seeds_a)}, {len(row.seeds_b)}",
        "images": f"{numbers.count(row.images_a)}, {numbers.count(row.images_b)}",
        **{name: numbers.level(value, least=4, reason="-") for name, value in means.items()},
        "moved": numbers.difference(row.moved, least=1, reason="-"),
        "tolerance": numbers.level(row.tolerance, least=1, reason="-"),
        "state": row.state,
    }


def _plain(row: Row) -> dict[str, Any]:
    facts = asdict(row)
    return {**facts.pop("key"), **facts}

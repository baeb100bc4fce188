"""``cxrstudy store``: check records, and remove records that no plan needs any more."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from cxrstudy.base import numbers, places
from cxrstudy.base.numbers import json_text
from cxrstudy.cli.output import Json, table

if TYPE_CHECKING:
    from cxrstudy.study.prune import Sweep

store = typer.Typer(no_args_is_help=True, help="The records of runs: check, prune.")


@store.command("check")
def check_store(json_wanted: Json = False) -> None:
    """Check hashes, ids and parents of records, and find leftovers; exit status 1 for problems.

    Runs in progress, and runs that can continue from a checkpoint, are listed but not problems.
    """
    from cxrstudy.runs import store_check

    records = places.runs() / "store"
    found = store_check.check(records)
    problems = sum(finding.problem for finding in found)
    if json_wanted:
        rows = [{"kind": f.kind, "path": str(f.path), "detail": f.detail} for f in found]
        runs = len(store_check.runs_of(records))
        summary = {"store": str(records), "runs": runs, "problems": problems, "found": rows}
        typer.echo(json_text(summary))
    else:
        for finding in found:
            typer.echo(f"{finding.kind}: {finding.path}: {finding.detail}")
        kinds = ", ".join(
            f"{numbers.count(n)} {kind}" for kind, n in Counter(f.kind for f in found).items()
        )
        checked = f"{numbers.count(len(store_check.runs_of(records)))} runs checked"
        typer.echo(
            f"{records}: {checked}, {numbers.count(problems)} problems"
            + (f" ({kinds})" * bool(kinds))
        )
    if problems:
        raise typer.Exit(1)


@store.command("prune")
def prune_store(
    profile: Annotated[
        list[str] | None, typer.Option(help="Keep its runs; repeatable. Default: all profiles.")
    ] = None,
    cohort: Annotated[
        list[str] | None, typer.Option(help="Keep its runs; repeatable. Default: all cohorts.")
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, max=20, help="Number of seeds to keep.")] = 20,
    delete: Annotated[
        bool, typer.Option("--delete", help="Remove files; without it, only list them.")
    ] = False,
    json_wanted: Json = False,
) -> None:
    """Remove runs that no experiment plans any more, their maps, and files of killed processes.

    Nothing is removed without --delete. Runs in progress are always kept.
    """
    from cxrstudy.study import prune

    records = places.runs() / "store"
    reach = prune.reachable(profile or prune.profiles(), cohort or prune.cohorts(), seeds)
    for sentence in reach.left_out:
        typer.echo(f"not planned: {sentence}", err=True)
    sweep = (prune.prune if delete else prune.survey)(records, reach.runs)
    if json_wanted:
        items = [{"path": str(i.path), "why": i.why, "bytes": i.bytes} for i in sweep.removable]
        gone = [str(item.path) for item in sweep.removed]
        summary = {"store": str(records), "kept": sweep.kept, "removable": items, "removed": gone}
        typer.echo(json_text(summary))
        return
    for item in sweep.removable:
        typer.echo(f"{item.why}: {item.path}: {numbers.count(item.bytes)} bytes")
    typer.echo(f"\n{table(sweep.totals())}\n\n{_said(sweep, delete)}")


def _said(sweep: Sweep, delete: bool) -> str:
    size = sum(item.bytes for item in (sweep.removed if delete else sweep.removable))
    if not delete:
        free = f"{numbers.count(size)} bytes can be freed"
        return f"{free}, {numbers.count(sweep.kept)} runs are kept; use --delete to remove"
    left = len(sweep.removable) - len(sweep.removed)
    busy = f"; {numbers.count(left)} are kept because they are in progress" if left else ""
    return f"{numbers.count(size)} bytes freed, {numbers.count(sweep.kept)} runs are kept{busy}"

"""``cxrstudy store``: check records, and remove records that no plan needs any more."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from cxrstudy.base import numbers, places
from cxrstudy.base.words import counted
from cxrstudy.cli.options import Json
from cxrstudy.cli.output import json_for_terminal, table

if TYPE_CHECKING:
    from cxrstudy.study.removable import Sweep

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
        typer.echo(json_for_terminal(summary))
    else:
        for finding in found:
            typer.echo(f"{finding.kind}: {finding.path}: {finding.detail}")
        kinds = ", ".join(
            f"{numbers.count(n)} {kind}" for kind, n in Counter(f.kind for f in found).items()
        )
        checked = f"{counted(len(store_check.runs_of(records)), 'run')} checked"
        typer.echo(
            f"{records}: {checked}, {counted(problems, 'problem')}" + (f" ({kinds})" * bool(kinds))
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
    everything: Annotated[
        bool, typer.Option("--all", help="With --delete: even if no record would stay.")
    ] = False,
    json_wanted: Json = False,
) -> None:
    """Remove runs that no experiment plans any more, their maps, and files of killed processes.

    Nothing is removed without --delete. Runs in progress and altered records are always kept.
    """
    from cxrstudy.study import prune, removable

    records = places.runs() / "store"
    reach = removable.reachable(
        profile or removable.profiles(), cohort or removable.cohorts(), seeds
    )
    for sentence in reach.left_out:
        typer.echo(f"not planned: {sentence}", err=True)
    if delete:
        sweep = prune.prune(records, reach.runs, may_empty=everything)
    else:
        sweep = removable.survey(records, reach.runs)
    if json_wanted:
        items = [{"path": str(i.path), "why": i.why, "bytes": i.bytes} for i in sweep.removable]
        gone = [str(item.path) for item in sweep.removed]
        altered = [str(item.path) for item in sweep.altered]
        summary = {
            "store": str(records), "kept": sweep.kept, "removable": items, "removed": gone,
            "altered": altered, "refused": list(sweep.refused),
        }  # fmt: skip
        typer.echo(json_for_terminal(summary))
    else:
        for item in sweep.removable:
            typer.echo(f"{item.why}: {item.path}: {counted(item.bytes, 'byte')}")
        for item in sweep.altered:
            typer.echo(f"{item.why}, so not removed: {item.path}; delete it yourself if it may go")
        typer.echo(f"\n{table(sweep.totals())}\n\n{_said(sweep, delete)}")
    for sentence in sweep.refused:
        typer.echo(sentence, err=True)
    if sweep.refused:
        raise typer.Exit(1)


def _said(sweep: Sweep, delete: bool) -> str:
    size = sum(item.bytes for item in (sweep.removed if delete else sweep.removable))
    if not delete:
        free = f"{counted(size, 'byte')} can be freed"
        return f"{free}, {counted(sweep.kept, 'run')} kept; use --delete to remove"
    left = len(sweep.removable) - len(sweep.removed) - len(sweep.refused)
    busy = f"; {numbers.count(left)} are kept because they are in progress" if left else ""
    return f"{counted(size, 'byte')} freed, {counted(sweep.kept, 'run')} kept{busy}"

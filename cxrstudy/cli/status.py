"""``cxrstudy status``: show the progress of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxrstudy.cli.options import Cohort, Experiments, Json, Profile, Seeds
from cxrstudy.cli.output import json_for_terminal, table

if TYPE_CHECKING:
    from cxrstudy.study.status import RunStatus


def show_status(
    experiments: Experiments = None,
    profile: Profile = "quick",
    cohort: Cohort = "phantom",
    seeds: Seeds = 1,
    runs: Annotated[
        bool, typer.Option("--runs", help="List every run that is not recorded.")
    ] = False,
    json_wanted: Json = False,
) -> None:
    """Show how many runs are recorded, running, stopped, broken and missing, with time and size.

    A stopped run failed or was killed; run the study again to continue it. A broken record can't be
    read; running the study sets it aside and computes it again. A run without a result is not
    trained: it diverged, or a training that its chain goes through has no result.
    """
    from cxrstudy.study import status
    from cxrstudy.study.graph import chosen
    from cxrstudy.study.study import Study

    study = Study(profile, cohort, seeds)
    asked = chosen(experiments) if experiments else status.experiments_of(cohort)
    plans = status.plans_of(study, asked)
    found = status.statuses_of(plans, study.records)
    rows = status.summary(plans, found)
    undone = [_line(one) for one in found.values() if one.state != "recorded"]
    if json_wanted:
        typer.echo(json_for_terminal({"experiments": rows, "undone": undone}))
        return
    typer.echo(table(rows))
    for one in found.values():
        if one.state == "broken":
            typer.echo(f"broken: {one.why}", err=True)
        if one.state == "no result":
            typer.echo(f"run {one.run.id[:12]} ({one.run.chain}): {one.why}", err=True)
    if runs and undone:
        typer.echo("\n" + table(undone))


def _line(one: RunStatus) -> dict[str, Any]:
    return {
        "run": one.run.id[:12],
        "state": one.state,
        "seed": one.run.chain.stages[-1].seed,
        "chain": str(one.run.chain),
        **({"why": one.why} if one.state == "no result" else {}),
    }

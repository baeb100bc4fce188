"""``cxrstudy run``: execute the missing runs of all experiments, then the notebooks."""

import os
from typing import Annotated

import typer

from cxrstudy.cli.plan import Cohort, Experiments, Profile, totals


def run_study(
    notebooks: Experiments = None,
    profile: Profile = "quick",
    cohort: Cohort = "phantom",
    seeds: Annotated[
        int | None,
        typer.Option(min=1, max=20, help="Repeats of every arm; default: the notebooks' value."),
    ] = None,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Compute on the workers of this Dask scheduler.")
    ] = "",
    slurm: Annotated[
        str | None,
        typer.Option(
            metavar="OPTIONS",
            help="Compute in Slurm jobs: NAME=VALUE,... of submitit, or '' for its defaults.",
        ),
    ] = None,
    tracker: Annotated[
        list[str] | None, typer.Option(help="Track training: tensorboard or wandb.")
    ] = None,
    execute: Annotated[
        bool,
        typer.Option(
            "--notebooks/--no-notebooks", help="Execute the notebooks when all runs are recorded."
        ),
    ] = True,
) -> None:
    """Execute the missing runs of all experiments as one graph, then the notebooks.

    Recorded runs are not executed again, so the same command continues after a stop.
    """
    from cxrstudy.base import extras
    from cxrstudy.pages import execution
    from cxrstudy.runs import engine
    from cxrstudy.study import experiment
    from cxrstudy.study.graph import full_names
    from cxrstudy.training import trackers

    _choose(dask, slurm)
    if tracker:
        os.environ[trackers.VARIABLE] = ",".join(tracker)
    trackers.wanted()
    if execute:
        extras.need("book")
    wanted = full_names(notebooks or [], execution.notebook_names())
    experiments = [name for name in wanted if name in experiment.experiment_names()]
    if experiments:  # some notebooks have no arms
        _compute(experiments, profile, cohort, seeds or 1)
    if execute:
        listed = execution.executions(wanted, profile, cohort, seeds)
        execution.execute_notebooks(listed, engine.workers())
        typer.echo(f"executed notebooks: {execution.folder_of(profile, cohort, seeds)}")


def _compute(experiments: list[str], profile: str, cohort: str, seeds: int) -> None:
    from cxrstudy.runs import engine
    from cxrstudy.study.forecast import forecast
    from cxrstudy.study.graph import make_graph

    graph = make_graph(experiments, profile, cohort, seeds)
    typer.echo(totals(graph, forecast(graph), engine.workers()), err=True)
    engine.compute(graph.jobs())


def _choose(dask: str, slurm: str | None) -> None:
    """Set the engine in the environment, which notebooks and worker processes inherit."""
    from cxrstudy.runs import engine
    from cxrstudy.runs.engines import EngineError

    if dask and slurm is not None:
        raise EngineError("--dask and --slurm exclude each other; give one of them")
    if dask:
        os.environ[engine.VARIABLE] = f"dask:{dask}"
    if slurm is not None:
        os.environ[engine.VARIABLE] = f"slurm:{slurm}"

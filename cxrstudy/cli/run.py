"""``cxrstudy run``: execute the missing runs of all experiments, then the notebooks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cxrstudy.base import places
from cxrstudy.base.words import counted
from cxrstudy.cli.options import Cohort, Experiments, NotebookSeeds, Profile
from cxrstudy.cli.plan import totals

if TYPE_CHECKING:
    from cxrstudy.pages.execution import Execution


def run_study(
    notebooks: Experiments = None,
    profile: Profile = "quick",
    cohort: Cohort = "phantom",
    seeds: NotebookSeeds = None,
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

    Recorded runs are not executed again, so the same command continues after a stop. A notebook is
    executed again only if something that it depends on has changed.
    """
    from cxrstudy.base import extras
    from cxrstudy.study.graph import chosen
    from cxrstudy.training import trackers

    _choose(dask, slurm)
    if tracker:
        os.environ[trackers.VARIABLE] = ",".join(tracker)
    trackers.wanted()
    if execute:
        extras.need("book")
    wanted = chosen(notebooks or [])
    name_left_out(wanted)
    if not execute:
        compute(wanted, profile, cohort, seeds or 1)
        return
    from cxrstudy.pages.batch_execution import executions

    listed = executions(wanted, profile, cohort, seeds)  # names wrong parameters at once
    compute(wanted, profile, cohort, seeds or 1)
    execute_listed(listed, (profile, cohort, seeds), all_of_them=not notebooks)


def execute_listed(
    listed: list[Execution], study: tuple[str, str, int | None], all_of_them: bool
) -> Path:
    """Execute the notebooks that have changed, and remove those that are no more.

    Returns
    -------
    Folder of the executed notebooks.
    """
    from cxrstudy.pages import batch_execution, executed
    from cxrstudy.runs import engine

    folder = batch_execution.folder_of(*study)
    names = [each.notebook.stem for each in listed]
    if not all_of_them:  # others stay as long as there is such a notebook
        names += [path.stem for path in places.visible(places.notebooks(), "*.ipynb")]
    executed.remove_others(folder, names)
    done = batch_execution.execute_changed(listed, engine.workers())
    same = len(listed) - len(done)
    kept = f", {same} unchanged since their last execution" if same else ""
    typer.echo(f"{counted(len(done), 'notebook')} executed{kept}: {folder}")
    return folder


def compute(notebooks: list[str], profile: str, cohort: str, seeds: int) -> None:
    """Execute the missing runs of those notebooks that have arms."""
    from cxrstudy.study import experiment

    experiments = experiment.experiment_names(notebooks)
    if experiments:
        _compute(experiments, profile, cohort, seeds)


def name_left_out(wanted: list[str]) -> None:
    """Name the files beside the notebooks that are no chapters, such as copies."""
    from cxrstudy.study import experiment

    for path in experiment.left_out():
        if path.stem not in wanted:
            typer.echo(
                f"not executed: {path}: not in the book's table of contents; to execute it, give "
                "its name",
                err=True,
            )


def _compute(experiments: list[str], profile: str, cohort: str, seeds: int) -> None:
    from cxrstudy.runs import engine
    from cxrstudy.study.forecast import forecast
    from cxrstudy.study.graph import make_graph

    graph = make_graph(experiments, profile, cohort, seeds)
    typer.echo(totals(graph, forecast(graph), engine.workers()), err=True)
    for why in dict.fromkeys(graph.never.values()):
        runs = [run[:12] for run, said in graph.never.items() if said == why]
        typer.echo(f"{counted(len(runs), 'run')} ({', '.join(runs)}): {why}", err=True)
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

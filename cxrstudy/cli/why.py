"""``cxrstudy why``: show how a run differs from recorded runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxrstudy.cli.options import Cohort, Json, Profile
from cxrstudy.cli.output import json_for_terminal

if TYPE_CHECKING:
    from cxrstudy.study.why import Answer


def explain_run(
    run: Annotated[
        str, typer.Argument(metavar="[RUN]", help="First characters of a recorded run's id.")
    ] = "",
    experiment: Annotated[
        str, typer.Option(help="Name of a notebook, to explain its planned runs.")
    ] = "",
    arm: Annotated[str, typer.Option(help="Arm of the experiment; default: all arms.")] = "",
    seed: Annotated[int, typer.Option(min=0, max=19, help="Seed of the planned runs.")] = 0,
    profile: Profile = "quick",
    cohort: Cohort = "phantom",
    json_wanted: Json = False,
) -> None:
    """Show the inputs in which a run differs from the nearest recorded run.

    Inputs are stage, initial weights or parent, images and labels, relevant code and versions,
    device and arithmetic. Text, figures, statistics, docstrings and comments are not inputs.
    """
    from cxrstudy.study import why

    if bool(run) == bool(experiment):
        raise why.WhyError("give either the id of a recorded run, or --experiment")
    answers = (
        why.of_experiment(experiment, arm, seed, profile, cohort)
        if experiment
        else [why.of_recorded(run)]
    )
    if json_wanted:
        typer.echo(json_for_terminal([_plain(answer) for answer in answers]))
        return
    typer.echo("\n\n".join("\n".join(answer.sentences()) for answer in answers))


def _plain(answer: Answer) -> dict[str, Any]:
    return {
        "run": answer.run.id,
        "chain": answer.run.chain,
        "recorded": answer.recorded,
        "without_result": answer.never,
        "nearest": answer.nearest.id if answer.nearest else None,
        "differences": [
            {"kind": one.kind, "name": one.name, "here": one.here, "there": one.there,
             "stages": stages}
            for one, stages in answer.differences.items()
        ],
    }  # fmt: skip

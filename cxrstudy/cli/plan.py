"""``cxrstudy plan``: show the planned stages as a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxrstudy.base.own_function import OwnFunction
from cxrstudy.base.times import duration
from cxrstudy.base.words import arm_name, counted
from cxrstudy.cli.options import Cohort, Experiments, Json, Profile, Seeds
from cxrstudy.cli.output import json_for_terminal
from cxrstudy.study.plan_tree import tree
from cxrstudy.training.weight_files import planned_input

if TYPE_CHECKING:
    from cxrstudy.study.forecast import Forecast
    from cxrstudy.study.graph import Graph


def show_plan(
    experiments: Experiments = None,
    profile: Profile = "quick",
    cohort: Cohort = "phantom",
    seeds: Seeds = 1,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Measure what no record tells; some seconds each.")
    ] = False,
    json_wanted: Json = False,
) -> None:
    """Show the planned stages, which are shared, which are recorded, and the estimated time."""
    from cxrstudy.runs.engine import workers
    from cxrstudy.study.forecast import calibrated_forecast, forecast
    from cxrstudy.study.graph import make_graph

    graph = make_graph(experiments or [], profile, cohort, seeds)
    expected = calibrated_forecast(graph) if calibrate else forecast(graph)
    if json_wanted:
        typer.echo(json_for_terminal(_plain(graph, expected, workers())))
        return
    typer.echo(f"profile {profile}, cohort {cohort}, {counted(seeds, 'seed')}\n")
    typer.echo("\n".join(tree(graph, expected)))
    typer.echo("\n" + totals(graph, expected, workers()))


def totals(graph: Graph, expected: Forecast, workers: int) -> str:
    """Summarise the number of runs and the expected time in sentences."""
    nodes = graph.nodes
    runs, missing = sum(len(node.runs) for node in nodes), len(graph.missing)
    never = len(graph.never)
    shared = [node for node in nodes if len(node.users) > 1]
    between = [node for node in shared if len(node.experiments) > 1]
    experiments = dict.fromkeys(part.experiment for part in graph.parts)
    lines = [
        f"{counted(len(experiments), 'experiment')}: {counted(len(nodes), 'stage')}, "
        f"{len(shared)} shared by several arms, {len(between)} by several experiments.",
        f"{counted(runs, 'run')}: {runs - missing - never} recorded or not needed, {missing} to do"
        f"{f', {never} without a result' if never else ''}.",
    ]
    if not missing:
        return "\n".join(lines)
    left = f"; {counted(expected.unknown, 'stage')} of unknown duration" if expected.unknown else ""
    if expected.known:
        wall = duration(expected.wall(graph, workers))
        lines.append(
            f"Estimated: {duration(expected.known)} of computation, {wall} on "
            f"{counted(workers, 'process')} here{left}."
        )
        least, most = map(duration, expected.least_and_most)
        lines.append(f"Range: {least} to {most} of computation.")
    else:
        lines.append("Estimated: unknown; no similar run is recorded.")
    if expected.unknown:
        lines.append("`cxrstudy plan --calibrate` measures what is unknown, in some seconds each.")
    return "\n".join(lines)


def _told(value: Any) -> Any:
    """A plain value as it is; a recipe as it is written."""
    return str(value) if isinstance(value, OwnFunction) else value


def _plain(graph: Graph, expected: Forecast, workers: int) -> dict[str, Any]:
    """Convert a graph to plain values."""
    return {
        "stages": [
            {
                "id": node.id, "parent": node.parent, "cohort": node.cohort,
                "architecture": node.start.architecture, "weights": node.start.weights,
                "expects": expects.facts if (expects := planned_input(node.start)) else None,
                "roles": list(node.stage.roles), "pixels": node.stage.pixels,
                "steps": node.stage.steps,
                "changes": {name: _told(value) for name, value in node.changes.items()},
                "runs": list(node.runs), "missing": list(node.missing),
                "without_result": dict(node.never),
                "arms": [{"experiment": name, "arm": arm_name(arm)} for name, arm in node.users],
                "seconds": expected.seconds[node.id],
                "range": expected.ranges.get(node.id),
            }
            for node in graph.nodes
        ],
        "runs": sum(len(node.runs) for node in graph.nodes),
        "missing": len(graph.missing),
        "seconds": expected.known,
        "stages_of_unknown_duration": expected.unknown,
        "workers": workers,
        "wall_seconds": expected.wall(graph, workers),
    }  # fmt: skip

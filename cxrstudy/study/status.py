"""Status: how far the experiments of a study are, according to its store."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cxrstudy.base import places
from cxrstudy.base.notebooks import read_cells, tags_of
from cxrstudy.runs import lock, store
from cxrstudy.runs.plan import Plan, PlannedRun
from cxrstudy.study import experiment
from cxrstudy.study.study import Study

#: ``stopped``: the run failed or was killed, and can continue from its checkpoint. ``broken``: the
#: record can't be read. ``no result``: the run is not trained, because it diverged, or because a
#: run before it has no result.
RunState = Literal["recorded", "running", "stopped", "broken", "no result", "missing"]
RUN_STATES: tuple[RunState, ...] = (
    "recorded", "running", "stopped", "broken", "no result", "missing",
)  # fmt: skip


@dataclass(frozen=True)
class RunStatus:
    """A planned run: its state, seconds of training and scoring, size in bytes, and any problem."""

    run: PlannedRun
    state: RunState
    seconds: float = 0.0
    size: int = 0
    finished: str = ""
    why: str = ""


def statuses_of(plans: Mapping[str, Plan], records: Path) -> dict[str, RunStatus]:
    """Look up the state of all runs of plans, by id, each once."""
    runs = {run.id: run for plan in plans.values() for run in plan.runs}
    never = {
        run: why for plan in plans.values() for run, why in plan.without_result(records).items()
    }
    return {
        run.id: RunStatus(run, "no result", why=never[run.id])
        if run.id in never
        else _look(run, records)
        for run in runs.values()
    }


def plans_of(study: Study, experiments: Sequence[str]) -> dict[str, Plan]:
    """Plan experiments."""
    return {name: experiment.arms_of(name, study).plan for name in experiments}


def summary(plans: Mapping[str, Plan], found: Mapping[str, RunStatus]) -> list[dict[str, Any]]:
    """Count runs by state, one row per experiment and one for all, where shared runs count once.

    Returns
    -------
    Rows with ``experiment``, ``runs``, one column per state, and ``minutes`` and ``MiB`` of
    recorded runs.
    """
    rows = [_row(name, [found[run.id] for run in plan.runs]) for name, plan in plans.items()]
    return [*rows, _row("all, each once", list(found.values()))]


def experiments_of(cohort: str) -> list[str]:
    """Names of the experiments on a cohort.

    If some notebooks define special arms for a cohort, as for ``confounded``, only these notebooks
    use the cohort. Those that have arms only for other cohorts do not use it.
    """
    tag = f"arms-{cohort}"
    names = experiment.experiment_names()
    own = [name for name in names if tag in _tags(name)]
    return own or [name for name in names if experiment.has_arms_for(name, cohort)]


def _look(run: PlannedRun, records: Path) -> RunStatus:
    if store.is_there(records, run.id) and (why := store.why_broken(records, run.id)):
        return RunStatus(run, "broken", why=why)
    if run.recorded(records):
        record = store.read(records, run.id)
        seconds = sum(record.seconds.values())
        return RunStatus(run, "recorded", seconds, _size(records / run.id), record.finished)
    if lock.is_held(records, run.id):
        return RunStatus(run, "running")
    if store.checkpoint_path(records, run.id).exists():
        return RunStatus(run, "stopped", why="continues from its checkpoint when run again")
    if store.has(records, run.id):
        return RunStatus(run, "missing", why="is trained, but not yet scored on all roles")
    return RunStatus(run, "missing")


def _row(name: str, found: Sequence[RunStatus]) -> dict[str, Any]:
    counts: dict[str, int] = {
        state: sum(one.state == state for one in found) for state in RUN_STATES
    }
    return {
        "experiment": name,
        "runs": len(found),
        **counts,
        "minutes": round(sum(one.seconds for one in found) / 60),
        "MiB": round(sum(one.size for one in found) / 2**20),
    }


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir() if path.is_file())


def _tags(name: str) -> set[str]:
    cells = read_cells(places.notebooks() / f"{name}.ipynb")
    return {tag for cell in cells for tag in tags_of(cell)}

"""Jobs: decode or render the images that the runs of a plan need, and make one job per run."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from cxrstudy.base import extras, places, script
from cxrstudy.base.coverage import code_of
from cxrstudy.data.cohort import Cohort
from cxrstudy.data.role import Role
from cxrstudy.pixels import memory_map
from cxrstudy.runs import engine
from cxrstudy.runs.plan import PlannedRun
from cxrstudy.runs.run import Job


def make_jobs(cohort: Cohort, runs: Sequence[PlannedRun], records: Path) -> dict[str, Job]:
    """Decode or render the images that runs need, and make one job per run, by run id.

    Raises
    ------
    MissingExtra
        There are runs to train, and a library for training is not installed.
    UnreadableImage
        An image can't be read; the message names its path.
    """
    if runs:
        extras.need("train")
    maps = _build_pixels(cohort, runs)
    return {run.id: _job(cohort, run, maps, records) for run in runs}


def _job(
    cohort: Cohort, run: PlannedRun, maps: Mapping[tuple[str, int], Path], records: Path
) -> Job:
    stage = run.chain.stages[-1]
    return Job(
        id=run.id,
        identity=run.identity,
        chain=run.chain,
        role=cohort.role(*stage.roles),
        scored_on=tuple(cohort.role(name) for name in run.scorings),
        cohort=cohort.name,
        copies=cohort.copies,
        maps={name: path for (name, side), path in maps.items() if side == stage.pixels},
        records=records,
        code=code_of("run"),
    )


def _build_pixels(cohort: Cohort, runs: Sequence[PlannedRun]) -> dict[tuple[str, int], Path]:
    """Decode or render the images of all manifests that the runs use, each once."""
    needed = {
        (str(name), stage.pixels)
        for stage, scored_on in ((run.chain.stages[-1], run.scorings) for run in runs)
        for role in (*stage.roles, *scored_on)
        for name in cohort.role(role).table["manifest"].unique()
    }
    with memory_map.one_pool(engine.workers()):
        return {(name, side): squares_of(cohort, name, side) for name, side in sorted(needed)}


def squares_of(cohort: Cohort, manifest: str, pixels: int) -> Path:
    """File of a manifest's images at a resolution; made if it is missing."""
    with script.hidden():
        return memory_map.build(
            cohort.manifests[manifest], pixels, places.runs() / "pixels", places.data(),
            engine.workers(),
        )  # fmt: skip


def squares_of_role(cohort: Cohort, role: Role, pixels: int) -> dict[str, Path]:
    """Files of all manifests of a role, by name; made if they are missing."""
    names = sorted({str(name) for name in role.table["manifest"]})
    return {name: squares_of(cohort, name, pixels) for name in names}

"""Removable: the records and files of a store that no plan needs, and why."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from cxrstudy.base import arithmetic, device, places
from cxrstudy.base.coverage import code_fingerprint, environment
from cxrstudy.data.role_checks import CohortError
from cxrstudy.runs import lock, maps, scoring_record, store, store_check
from cxrstudy.runs.maps import MapsError
from cxrstudy.runs.record import id_of
from cxrstudy.runs.store import StoreError
from cxrstudy.study import experiment
from cxrstudy.study.experiment import ExperimentError
from cxrstudy.study.profile import ProfileError
from cxrstudy.study.study import Study

#: Why a record that no plan needs is not removed.
ALTERED = "altered, and not planned"


@dataclass(frozen=True)
class Reach:
    """The runs that profiles and cohorts plan.

    Attributes
    ----------
    runs
        Ids, including those of parents.
    left_out
        Experiments that can't be run with a profile and cohort, one sentence each.
    """

    runs: frozenset[str]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Removable:
    """A file or folder that may be removed, the reason, and its size in bytes."""

    path: Path
    why: str
    bytes: int


@dataclass(frozen=True)
class Sweep:
    """What may be removed from a store.

    Attributes
    ----------
    removable
        Files and folders to remove.
    removed
        Those that were removed.
    kept
        Number of records that stay.
    altered
        Records that no plan needs but that are not as they were written. They are never removed
        here, because what can't be read can't be explained either.
    refused
        What could not be removed, and is in its place as before: one sentence each.
    """

    removable: tuple[Removable, ...]
    removed: tuple[Removable, ...]
    kept: int
    altered: tuple[Removable, ...] = ()
    refused: tuple[str, ...] = ()

    def totals(self) -> list[dict[str, object]]:
        """Count files and bytes by reason."""
        counts, sizes = Counter[str](), Counter[str]()
        for item in self.removable:
            counts[item.why] += 1
            sizes[item.why] += item.bytes
        return [{"why": why, "number": counts[why], "bytes": sizes[why]} for why in sorted(counts)]


def profiles() -> list[str]:
    """Names of all profiles."""
    return [path.stem for path in places.profile_files()]


def cohorts() -> list[str]:
    """Names of all cohorts."""
    return [path.stem for path in places.cohorts()]


def reachable(profiles: Sequence[str], cohorts: Sequence[str], seeds: int) -> Reach:
    """Plan every experiment with every profile and cohort.

    Raises
    ------
    ProfileError, CohortError, ManifestError
        A profile or a cohort can't be read.
    """
    runs: set[str] = set()
    left_out: list[str] = []
    for profile in profiles:
        for cohort in cohorts:
            study = Study(profile, cohort, seeds)
            for name in experiment.experiment_names():
                if not experiment.has_arms_for(name, cohort):
                    continue
                try:
                    runs |= {run.id for run in experiment.arms_of(name, study).plan.runs}
                except (ExperimentError, ProfileError, CohortError) as error:
                    left_out.append(f"{name} with {profile} on {cohort}: {error}")
    return Reach(frozenset(runs), tuple(left_out))


def survey(records: Path, runs: Collection[str]) -> Sweep:
    """Find the records and files that no plan needs, without removing them.

    A record is kept if it is planned or an ancestor of a planned record. It is also kept if it
    would be planned on the kind of processor of this machine, because machines of several kinds may
    share a store.

    Parameters
    ----------
    records
        Folder of the store.
    runs
        Ids of the planned runs, as from :func:`reachable`.

    Raises
    ------
    StoreError
        There is no store.
    """
    if not records.is_dir():
        raise StoreError(f"{records}: no such store; name the folder of the store in CXRSTUDY_RUNS")
    recorded = [run for run in store_check.runs_of(records) if store.is_there(records, run)]
    kept = _kept(records, recorded, runs)
    found = list(_removable(records, recorded, kept, runs))
    altered = tuple(item for item in found if item.why == ALTERED)
    rest = tuple(item for item in found if item.why != ALTERED)
    return Sweep(rest, (), len(kept), altered)


def _kept(records: Path, recorded: Sequence[str], runs: Collection[str]) -> set[str]:
    kept: set[str] = set()
    for run in recorded:
        if run in runs or _as_here(records, run) in runs:
            kept |= {run, *_before(records, run)}
    return kept


def _before(records: Path, run: str) -> Iterator[str]:
    """Ids of the parents of a record, as far as they can be read."""
    with suppress(StoreError):
        while (parent := store.read(records, run).parent) is not None:
            yield parent
            run = parent


def _as_here(records: Path, run: str) -> str:
    """Id that a recorded run would have on a processor of this kind."""
    try:
        record = store.read(records, run)
    except StoreError:
        return run
    here = arithmetic.facts(device.kind())
    parent = _as_here(records, record.parent) if record.parent else None
    return id_of(record.identity | {"arithmetic": here, "parent": parent})


def _removable(
    records: Path, recorded: Sequence[str], kept: Collection[str], runs: Collection[str]
) -> Iterator[Removable]:
    for run in recorded:
        if run not in kept:
            yield _sized(records / run, _why(records, run))
    for run, path in store_check.unfinished(records).items():
        if run not in runs and not lock.is_held(records, run):  # of any host
            yield _sized(path, "unfinished, and not planned")
    for run, path in store_check.diverged(records).items():
        if run not in runs and not store.is_there(records, run):
            yield _sized(path, "diverged, and not planned")
    for path in store_check.leftovers(records):
        yield _sized(path, "left by a killed process")
    yield from _scorings(records, kept)
    yield from _maps(maps.folder_of(records), kept)


def _scorings(records: Path, kept: Collection[str]) -> Iterator[Removable]:
    """Scoring records of runs that are not kept."""
    for name in scoring_record.names(records):
        try:
            run = scoring_record.read(records, name).identity["run"]
        except StoreError:
            run = ""
        if run not in kept:
            why = "scores of a run that is not kept" if run else "altered scores"
            yield _sized(scoring_record.folder_of(records) / name, why)


def _maps(folder: Path, kept: Collection[str]) -> Iterator[Removable]:
    """Maps of runs that are not kept; maps can be made again from the run's network."""
    for name in maps.names(folder):
        try:
            run = maps.read_facts(folder, name).identity["run"]
        except MapsError:
            run = ""
        if run not in kept:
            yield _sized(folder / name, "maps of a run that is not kept" if run else "altered maps")


def _why(records: Path, run: str) -> str:
    try:
        identity = store.read(records, run).identity
    except StoreError:
        return ALTERED
    if identity.get("code") != code_fingerprint("run"):
        return "other code"
    if identity.get("environment") != environment():
        return "other versions of libraries"
    return "not planned"


def _sized(path: Path, why: str) -> Removable:
    files = path.rglob("*") if path.is_dir() else [path]
    return Removable(path, why, sum(file.stat().st_size for file in files if file.is_file()))

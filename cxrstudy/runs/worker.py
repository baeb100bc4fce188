"""Worker: what a process needs before it may execute a run, on any machine.

Records and pixels are exchanged through a shared folder, mounted at the same path on all machines.
A worker needs this folder. It also needs the code, the versions and the kind of processor of the
plan, because they are part of a run's id.
"""

import platform
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cxrstudy.base import arithmetic, device, places
from cxrstudy.base.coverage import code_of, environment
from cxrstudy.runs import lock
from cxrstudy.runs.outcome import OutcomeError
from cxrstudy.runs.run import Job, execute
from cxrstudy.training.weight_files import UNKNOWN, sha256_of


class WorkerError(RuntimeError):
    """A worker can't execute a run as planned; the message names host and reason."""


@dataclass(frozen=True)
class Needs:
    """What every worker of a plan must have.

    Attributes
    ----------
    folders
        Shared folders that must be writable.
    files
        Files in these folders; they show that a folder is really the shared one.
    weight_files
        Weight files, as paths in the worker's data folder.
    code, environment
        Module name to fingerprint, and library name to version, as in the plan's ids.
    weights
        Names of initial weights and architecture to SHA-256, as in the plan's ids.
    kinds
        Kinds of processor, as in the plan's ids.
    held
        Locks that the planner holds; a worker must not be able to take them.
    arithmetics
        Arithmetic on a CPU, as in the plan's ids.
    """

    folders: frozenset[Path]
    files: frozenset[Path]
    weight_files: frozenset[str] = frozenset()
    code: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[tuple[str, str], str] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    held: frozenset[Path] = frozenset()
    arithmetics: frozenset[tuple[str, ...]] = frozenset()


def needs_of(jobs: Iterable[Job]) -> Needs:
    """Collect what jobs need from the workers that execute them."""
    listed = list(jobs)
    starts = {job.chain.start: job.identity.get("weights") or "" for job in listed}
    begun = {job.chain.start for job in listed if not job.identity.get("parent")}
    identities = [job.identity for job in listed]
    return Needs(
        folders=frozenset(job.records for job in listed),
        files=frozenset(path for job in listed for path in job.maps.values()),
        weight_files=frozenset(
            name.removeprefix("file:").rpartition("#")[0]
            for name in (start.weights for start in begun)
            if name.startswith("file:")
        ),
        code=_merged(job.code for job in listed),
        environment=_merged(identity.get("environment") for identity in identities),
        weights={(start.weights, start.architecture): starts[start] for start in begun},
        kinds=frozenset(each["arithmetic"][0] for each in identities if "arithmetic" in each),
        arithmetics=frozenset(
            tuple(each["arithmetic"]) for each in identities if "arithmetic" in each
        ),
    )


def complaints(needs: Needs) -> list[str]:
    """List what is missing in this process, one phrase each; empty if it can execute the run."""
    return [
        *(f"can't write to the shared folder {path}" for path in _unwritable(needs.folders)),
        *_unseen(needs.files),
        *(
            f"can take {path}, a lock that the planner holds: locks of this file system do not "
            "reach other hosts; mount it with locks, or name another folder in CXRSTUDY_RUNS"
            for path in sorted(needs.held)
            if path.exists() and lock.can_take(path)
        ),
        *(
            f"has no {name} in its data folder {places.data()}; name another folder in "
            "CXRSTUDY_DATA, or copy the file there"
            for name in sorted(needs.weight_files)
            if not (places.data() / name).is_file()
        ),
        *_other_weights(needs.weights),
        *_others("code", needs.code, code_of("run")),
        *_others("version", needs.environment, environment()),
        *(
            f"computes on {device.kind()}, but the plan is for {kind}; set CXRSTUDY_DEVICE="
            f"{device.kind()} where the study is planned"
            for kind in sorted(needs.kinds)
            if kind != device.kind()
        ),
        *_other_arithmetics(needs.arithmetics),
    ]


def perform(job: Job) -> str:
    """Execute a run if this process has what it needs; return the run's id.

    A training that diverges is no error here: it leaves a note in the store, and other runs go on.

    Raises
    ------
    WorkerError
        The process does not have the shared folder, a file, or the plan's code and versions.
    """
    lacking = complaints(needs_of([job]))
    if lacking:
        raise WorkerError(f"worker on {platform.node()} {'; '.join(lacking)}")
    from cxrstudy.training.divergence import DivergedError

    try:
        return execute(job)
    except (DivergedError, OutcomeError):
        return job.id


def _merged(mappings: Iterable[Mapping[str, str] | None]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for mapping in mappings:
        merged |= mapping or {}
    return merged


def _unwritable(folders: Iterable[Path]) -> list[Path]:
    return [folder for folder in sorted(folders) if not _writable(folder)]


def _writable(folder: Path) -> bool:
    """Whether a file can be created; permissions alone do not show a read-only mount."""
    # The first run creates a store that does not exist yet.
    place = folder if folder.exists() else folder.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


def _unseen(files: Iterable[Path]) -> list[str]:
    """Name each folder once, with one missing file."""
    missing = {path.parent: path.name for path in sorted(files) if not path.is_file()}
    return [
        f"does not find {name} in the shared folder {folder}; mount the study's folder there"
        for folder, name in missing.items()
    ]


def _other_weights(wanted: Mapping[tuple[str, str], str]) -> list[str]:
    """Name initial weights that are missing here, or differ from those of the plan."""
    return [
        f"has weights {weights} with SHA-256 {here[:12] or 'none'}, the plan with "
        f"{sha256[:12] or 'none'}; install or download the same file"
        for (weights, architecture), sha256 in wanted.items()
        if (sha256 and (here := sha256_of(weights, architecture)) != sha256) or sha256 == UNKNOWN
    ]


def _other_arithmetics(wanted: Iterable[tuple[str, ...]]) -> list[str]:
    here = tuple(arithmetic.facts(device.kind(), arithmetic.here()))
    return [
        f"computes with {', '.join(here)}, but the plan is for {', '.join(each)}; plan on such a "
        f"machine, set {arithmetic.VARIABLE}, or import cxrstudy before numpy here (`dask worker` "
        "takes --preload-nanny cxrstudy)"
        for each in sorted(wanted)
        if each[0] == here[0] and each != here
    ]


def _others(what: str, wanted: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    names = sorted(name for name, value in wanted.items() if here.get(name) != value)
    if not names:
        return []
    return [f"differs from the plan in the {what} of {', '.join(names)}; install the same there"]

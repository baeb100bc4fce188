"""Worker: what a process must see and be before it executes a run, on whatever machine it is.

Records and pixels travel by a shared folder, so a worker needs that folder under the same path, the
same code, the same versions and the same kind of processor: all of them are part of a run's id.
"""

import platform
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cxrstudy.base import device, places
from cxrstudy.base.identity import code_fingerprints, environment
from cxrstudy.runs.run import Job, execute


class WorkerError(RuntimeError):
    """A worker can't execute a run as it was planned; the message names host and reason."""


@dataclass(frozen=True)
class Needs:
    """What every worker of a plan must have.

    Attributes
    ----------
    folders
        Shared, to be written to.
    files
        In those folders; they show that a folder is the shared one, and no namesake.
    weight_files
        Weights, as paths in the data folder, wherever a worker has that.
    code, environment
        Fingerprint a module, and version a library, that the plan's ids cover.
    kinds
        Kind of processor that the plan's ids cover.
    """

    folders: frozenset[Path]
    files: frozenset[Path]
    weight_files: frozenset[str] = frozenset()
    code: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()


def needs_of(jobs: Iterable[Job]) -> Needs:
    """Gather what jobs need of the worker that executes them."""
    listed = list(jobs)
    weights = {job.chain.start.weights for job in listed if not job.identity.get("parent")}
    identities = [job.identity for job in listed]
    return Needs(
        folders=frozenset(job.records for job in listed),
        files=frozenset(path for job in listed for path in job.maps.values()),
        weight_files=frozenset(
            name.removeprefix("file:").rpartition("#")[0]
            for name in weights
            if name.startswith("file:")
        ),
        code=_merged(identity.get("code") for identity in identities),
        environment=_merged(identity.get("environment") for identity in identities),
        kinds=frozenset(each["arithmetic"][0] for each in identities if "arithmetic" in each),
    )


def complaints(needs: Needs) -> list[str]:
    """Say what this process lacks, a sentence each; nothing where it is fit."""
    return [
        *(f"can't write to the shared folder {path}" for path in _unwritable(needs.folders)),
        *_unseen(needs.files),
        *(
            f"lacks {name} in its data folder {places.data()}; CXRSTUDY_DATA names another"
            for name in sorted(needs.weight_files)
            if not (places.data() / name).is_file()
        ),
        *_others("code", needs.code, code_fingerprints()),
        *_others("version", needs.environment, environment()),
        *(
            f"computes on {device.kind()}, the plan is for {kind}; CXRSTUDY_DEVICE={device.kind()} "
            "plans for it"
            for kind in sorted(needs.kinds)
            if kind != device.kind()
        ),
    ]


def perform(job: Job) -> str:
    """Execute a run where this process is fit for it; return the run's id.

    Raises
    ------
    WorkerError
        The process lacks the shared folder, a file, or the code and versions of the plan.
    """
    lacking = complaints(needs_of([job]))
    if lacking:
        raise WorkerError(f"worker on {platform.node()} {'; '.join(lacking)}")
    return execute(job)


def _merged(mappings: Iterable[Mapping[str, str] | None]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for mapping in mappings:
        merged |= mapping or {}
    return merged


def _unwritable(folders: Iterable[Path]) -> list[Path]:
    return [folder for folder in sorted(folders) if not _writable(folder)]


def _writable(folder: Path) -> bool:
    """Whether a file can be made: permissions alone don't tell of a read-only mount."""
    # A store that nobody has written to yet is made by the first run.
    place = folder if folder.exists() else folder.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


def _unseen(files: Iterable[Path]) -> list[str]:
    """Name each folder once, by the first file that is not there."""
    missing = {path.parent: path.name for path in sorted(files) if not path.is_file()}
    return [
        f"doesn't see {name} in the shared folder {folder}; mount there what the study was "
        "started with"
        for folder, name in missing.items()
    ]


def _others(what: str, wanted: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    names = sorted(name for name, value in wanted.items() if here.get(name) != value)
    if not names:
        return []
    return [f"has another {what} of {', '.join(names)} than the plan; install the same there"]

"""Worker: what a process needs before it may execute a run, on any machine.

Records and pixels are exchanged through a shared folder, mounted at the same path everywhere. So a
worker needs this folder, and the same code, versions and kind of processor as the plan: these are
part of a run's id.
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
        Weights, as paths in the worker's data folder.
    code, environment
        Fingerprint of each module and version of each library that the plan's ids cover.
    kinds
        Kinds of processor that the plan's ids cover.
    """

    folders: frozenset[Path]
    files: frozenset[Path]
    weight_files: frozenset[str] = frozenset()
    code: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()


def needs_of(jobs: Iterable[Job]) -> Needs:
    """Collect what jobs need from the workers that execute them."""
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
    """What this process lacks, one sentence each; empty if it can execute the run."""
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
    """Execute a run if this process has what it needs; return the run's id.

    Raises
    ------
    WorkerError
        The process does not have the shared folder, a file, or the plan's code and versions.
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
    """Whether a file can be created; permissions alone do not reveal a read-only mount."""
    # A store that does not exist yet is created by the first run.
    place = folder if folder.exists() else folder.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


def _unseen(files: Iterable[Path]) -> list[str]:
    """Name each folder once, with the first file that is missing."""
    missing = {path.parent: path.name for path in sorted(files) if not path.is_file()}
    return [
        f"doesn't see {name} in the shared folder {folder}; mount the folder of the study there"
        for folder, name in missing.items()
    ]


def _others(what: str, wanted: Mapping[str, str], here: Mapping[str, str]) -> list[str]:
    names = sorted(name for name, value in wanted.items() if here.get(name) != value)
    if not names:
        return []
    return [f"has another {what} of {', '.join(names)} than the plan; install the same there"]

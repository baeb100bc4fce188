"""Run: executes one stage, from pixels and the parent's backbone to a record."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base import device
from cxrstudy.base.identity import file_sha256
from cxrstudy.data.role import Role
from cxrstudy.pixels.role_pixels import RolePixels
from cxrstudy.runs import lock, store
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, RUN, SCORES, Record
from cxrstudy.runs.store import StoreError
from cxrstudy.training.chain import Chain
from cxrstudy.training.subset import training_rows


@dataclass(frozen=True)
class Job:
    """Everything that a worker needs to execute a run; it can be sent to another process.

    Attributes
    ----------
    id, identity
        Id and identity of the run.
    chain
        Chain up to and including the stage to run.
    role
        Role to train on.
    scored_on
        Further roles whose test split is scored.
    cohort, copies
        Facts for the record.
    maps
        Manifest to its file of pixels at the stage's resolution.
    records
        Folder of the store.
    """

    id: str
    identity: dict[str, Any]
    chain: Chain
    role: Role
    scored_on: tuple[Role, ...]
    cohort: str
    copies: str
    maps: Mapping[str, Path]
    records: Path


def execute(job: Job) -> str:
    """Train a stage, score it and write its record, if it is not recorded yet; return the id.

    Raises
    ------
    StoreError, LockError
        The store can't be read or written to; the message names the file.
    CheckpointError
        The run has a checkpoint, which is damaged.
    """
    with store.writing(job.records):
        job.records.mkdir(parents=True, exist_ok=True)
    with lock.held(job.records, job.id):
        store.remove_partial(job.records, job.id)
        try:
            if not store.has(job.records, job.id):  # no other process finished it meanwhile
                _execute(job)
            store.checkpoint_path(job.records, job.id).unlink(missing_ok=True)
        except StoreError:
            store.remove_partial(job.records, job.id)
            raise
    return job.id


def _execute(job: Job) -> None:
    # Imported here, because planning and reading records need no torch.
    from cxrstudy.training.backbone import backbone_of, head_of, read_weights, write_weights
    from cxrstudy.training.checkpoint import Checkpoint
    from cxrstudy.training.model import build, normalisation_of
    from cxrstudy.training.trackers import tracking
    from cxrstudy.training.train import make_repeatable, train

    make_repeatable()
    kind, stage = device.kind(), job.chain.stages[-1]
    device.reset_peak_memory(kind)
    parent = job.identity["parent"]
    backbone = read_weights(store.checked(job.records, parent, BACKBONE)) if parent else None
    model = build(job.chain.start, len(job.role.labels), stage.seed, backbone)
    normalisation = normalisation_of(model)
    pixels = RolePixels(job.role.table, job.maps, stage.visible)
    began = time.perf_counter()
    checkpoint = store.checkpoint_path(job.records, job.id)
    with (
        store.writing(checkpoint),
        tracking(job.id, str(job.chain), job.records.parent) as watching,
    ):
        callbacks = [Checkpoint(checkpoint), *watching]
        epochs = train(model, job.role, pixels, stage, normalisation, kind, callbacks)
    trained = time.perf_counter()
    scores = pd.concat(_scores(job, model, pixels, normalisation), ignore_index=True)
    scored = time.perf_counter()

    def fill(folder: Path) -> None:
        scores.to_csv(folder / SCORES, index=False, lineterminator="\n")
        epochs.to_csv(folder / EPOCHS, index=False, lineterminator="\n")
        write_weights(backbone_of(model), folder / BACKBONE)
        write_weights(head_of(model), folder / HEAD)
        seconds = {"training": trained - began, "scoring": scored - trained}
        record = _record(job, scores, seconds, folder)
        (folder / RUN).write_text(record.model_dump_json(indent=1) + "\n")

    store.write(job.records, job.id, fill)


def _scores(
    job: Job, model: Any, pixels: RolePixels, normalisation: tuple[float, float]
) -> Iterator[pd.DataFrame]:
    """Score tables: validation and test of the role, test of the further roles."""
    from cxrstudy.training.scoring import score

    visible = job.chain.stages[-1].visible
    wanted = [(job.role, pixels, "validation"), (job.role, pixels, "test")]
    wanted += [(role, RolePixels(role.table, job.maps, visible), "test") for role in job.scored_on]
    for role, images, split in wanted:
        rows = role.rows(split)
        if len(rows):
            scores = score(model, images, rows, job.role.task, normalisation)
            yield score_table(role, rows, split, scores, job.role.labels)


def score_table(
    role: Role,
    rows: NDArray[np.intp],
    split: str,
    scores: NDArray[np.float32],
    labels: tuple[str, ...],
) -> pd.DataFrame:
    """Table with truth and scores, one row per image."""
    images = role.table.iloc[rows][["id", "patient", "source"]].reset_index(drop=True)
    where = pd.DataFrame({"role": role.name, "split": split}, index=images.index)
    truth = pd.DataFrame(role.truth[rows], columns=[f"truth_{name}" for name in role.labels])
    scored = pd.DataFrame(scores, columns=[f"score_{name}" for name in labels])
    return pd.concat([where, images, truth, scored], axis=1)


def _record(job: Job, scores: pd.DataFrame, seconds: dict[str, float], folder: Path) -> Record:
    stage, kind = job.chain.stages[-1], device.kind()
    training = training_rows(job.role, stage)
    counts = scores.groupby(["role", "split"]).size()
    images = {f"{role} {split}": int(count) for (role, split), count in counts.items()}
    return Record(
        id=job.id,
        identity=job.identity,
        chain=str(job.chain),
        cohort=job.cohort,
        copies=job.copies,
        task=job.role.task,
        labels=list(job.role.labels),
        images={f"{job.role.name} train": len(training), **images},
        patients=int(job.role.table["patient"].iloc[training].nunique()),
        samples_seen=stage.samples_seen,
        seconds={name: round(value, 3) for name, value in seconds.items()},
        peak_memory_bytes=device.peak_memory_bytes(kind),
        device=device.name(kind),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        files={name: file_sha256(folder / name) for name in (SCORES, EPOCHS, BACKBONE, HEAD)},
    )

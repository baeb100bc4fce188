"""Run: one executed stage, from a plan to records in the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrstudy.base import device, places
from cxrstudy.base.allocator import keep_freed_memory
from cxrstudy.base.atomic import make_folder
from cxrstudy.base.coverage import code_of
from cxrstudy.base.identity import file_sha256
from cxrstudy.data.role import Role
from cxrstudy.runs import lock, no_result, scoring_record, store
from cxrstudy.runs.outcome import FailedParentError, OutcomeError, check_finite, outcome_of
from cxrstudy.runs.provenance import checkout
from cxrstudy.runs.record import BACKBONE, EPOCHS, HEAD, RUN, SCORES, Record, id_of
from cxrstudy.runs.store import StoreError
from cxrstudy.training.chain import Chain
from cxrstudy.training.known_labels import counts_of
from cxrstudy.training.plateau import plateau
from cxrstudy.training.subset import training_rows
from cxrstudy.training.weight_files import WeightsError

if TYPE_CHECKING:  # imports torch, which planning a study or reading a recorded one does not need
    from cxrstudy.runs.computation import Computed


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
        Values for the record.
    maps
        Manifest to its file of pixels at the stage's resolution.
    records
        Folder of the store.
    code
        SHA-256 by name of every module that the id covers, as on the machine of the plan.
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
    code: Mapping[str, str] = field(default_factory=dict)


def execute(job: Job) -> str:
    """Train a stage, score it and write its records, unless they exist; return the run's id.

    Raises
    ------
    StoreError, LockError
        The store can't be read or written to; the message names the file.
    CheckpointError
        The run has a checkpoint that is damaged.
    DivergedError, OutcomeError
        A loss, a score or a weight is not finite. Nothing is recorded; a note says it.
    FailedParentError
        The stage would start from a training that has no result.
    NothingToLearnError
        The role has no known labels.
    WeightsError
        Initial weights are missing, do not fit, or are not finite.
    """
    with store.writing(job.records):
        make_folder(job.records)
    with lock.held(job.records, job.id):
        store.remove_partial(job.records, job.id)
        store.set_aside(job.records, job.id)
        try:
            if not store.has(job.records, job.id):  # another process may have finished it meanwhile
                _execute(job)
            _score_other_roles(job)
            store.checkpoint_path(job.records, job.id).unlink(missing_ok=True)
        except StoreError:
            store.remove_partial(job.records, job.id)
            raise
    return job.id


def _execute(job: Job) -> None:
    from cxrstudy.runs.computation import compute
    from cxrstudy.training.backbone import read_weights
    from cxrstudy.training.divergence import DivergedError
    from cxrstudy.training.trackers import tracking

    keep_freed_memory()
    kind, parent = device.kind(), job.identity["parent"]
    if parent:
        _check_parent(job, parent)
    device.reset_peak_memory(kind)
    began = checkout(places.root())
    backbone = read_weights(store.checked(job.records, parent, BACKBONE)) if parent else None
    checkpoint = store.checkpoint_path(job.records, job.id)
    try:
        with (
            store.writing(checkpoint),
            tracking(job.id, str(job.chain), job.records.parent) as watching,
        ):
            computed = compute(job.chain, job.role, job.maps, backbone, kind, checkpoint, watching)
        store.write(job.records, job.id, lambda folder: _fill(folder, job, computed, began))
    except (DivergedError, OutcomeError) as error:
        checkpoint.unlink(missing_ok=True)
        if not parent:
            _check_weights(job.chain)
        no_result.leave_note(job.records, job.id, str(job.chain), str(error))
        raise
    no_result.note_path(job.records, job.id).unlink(missing_ok=True)


def _check_weights(chain: Chain) -> None:
    """Refuse initial weights that are not finite: with them any training diverges."""
    from cxrstudy.training.divergence import all_finite
    from cxrstudy.training.model import build

    if not all_finite(build(chain.start, 1, 0, None).state_dict()):
        raise WeightsError(
            f"weights {chain.start.weights}: some of their numbers are NaN or infinite, so every "
            "training from them diverges; give other weights"
        )


def _check_parent(job: Job, parent: str) -> None:
    """Refuse to start from a training that has no result."""
    if why := no_result.why_not_run(parent, {}, job.records):
        raise FailedParentError(
            f"{why}. Change the earlier stage: more steps, another learning rate, or more patients"
        )


def _fill(folder: Path, job: Job, computed: "Computed", began: tuple[str, bool]) -> None:
    from cxrstudy.training.backbone import write_weights
    from cxrstudy.training.divergence import all_finite

    weights = {**computed.backbone, **computed.head}
    check_finite(computed.scores, computed.epochs, all_finite(weights))
    computed.scores.to_csv(folder / SCORES, index=False, lineterminator="\n")
    computed.epochs.to_csv(folder / EPOCHS, index=False, lineterminator="\n")
    write_weights(dict(computed.backbone), folder / BACKBONE)
    write_weights(dict(computed.head), folder / HEAD)
    record = _record(job, computed, folder, began)
    (folder / RUN).write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")


def _score_other_roles(job: Job) -> None:
    """Score the roles that have no scoring record of this run yet, with the recorded network."""
    roles = [role for role in job.scored_on if not _is_scored(job, role)]
    if not roles:
        return
    from cxrstudy.runs.computation import score_other_role
    from cxrstudy.runs.network import load_network

    model = load_network(job.records, job.id).model.to(device.kind())
    for role in roles:
        scores = score_other_role(model, job.chain.stages[-1], job.role, role, job.maps)
        identity = scoring_record.identity_of(job.id, role.fingerprint)
        scoring_record.write(job.records, role, identity, scores)


def _is_scored(job: Job, role: Role) -> bool:
    identity = scoring_record.identity_of(job.id, role.fingerprint)
    return scoring_record.has(job.records, id_of(identity))


def _record(job: Job, computed: "Computed", folder: Path, began: tuple[str, bool]) -> Record:
    stage, kind = job.chain.stages[-1], device.kind()
    own = {"recipe": stage.recipe, "network": job.chain.start.function}
    training = training_rows(job.role, stage)
    scored = computed.scores.groupby(["role", "split"]).size()
    images = {f"{role} {split}": int(count) for (role, split), count in scored.items()}
    rows = {"train": training} | {name: job.role.rows(name) for name in ("validation", "test")}
    counts = {split: counts_of(job.role, chosen) for split, chosen in rows.items()}
    validation = computed.scores[computed.scores["split"] == "validation"]
    return Record(
        id=job.id,
        identity=job.identity,
        code=code_of("run"),
        chain=str(job.chain),
        input_from=job.chain.start.expects.source if job.chain.start.expects else "",
        cohort=job.cohort,
        copies=job.copies,
        task=job.role.task,
        labels=list(job.role.labels),
        images={f"{job.role.name} train": len(training), **images},
        counts=counts,
        outcome=outcome_of(validation, list(job.role.labels), counts["train"]),
        patients=int(job.role.table["patient"].iloc[training].nunique()),
        # A recipe may stop a training early.
        samples_seen=int(computed.epochs["step"].iloc[-1]) * stage.batch_size,
        plateau=plateau(computed.epochs),
        seconds={name: round(value, 3) for name, value in computed.seconds.items()},
        peak_memory_bytes=device.peak_memory_bytes(kind),
        device=device.name(kind),
        finished=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=began[0],
        uncommitted=began[1],
        own_functions={name: each for name, each in own.items() if each},
        files={name: file_sha256(folder / name) for name in (SCORES, EPOCHS, BACKBONE, HEAD)},
    )

"""A small study whose records are made up instead of trained."""

import shutil
import zlib
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.coverage import code_of
from cxrstudy.base.identity import file_sha256
from cxrstudy.data.role import Role
from cxrstudy.runs import scoring_record, store
from cxrstudy.runs.plan import PlannedRun
from cxrstudy.runs.record import EPOCHS, RUN, SCORES, Record, id_of
from cxrstudy.runs.score_table import score_table
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain
from tests.support.project import (
    current,
    write_cohort,
    write_notebook,
    write_profile,
    write_yaml,
)

#: Patients of whom several are in each split and class.
PATIENTS = {"target": 60, "external": 60, "general": 16, "natural_small": 20}
ARMS = {
    "01_sequences": {
        "arms": (
            'target, general = study.stage("target"), study.stage("general")\n'
            'arms = {"control": study.pretrained >> target,\n'
            '        "general": study.pretrained >> general >> target}'
        )
    },
    "02_shares": {
        "arms": (
            'target = study.stage("target")\n'
            'arms = {("all", 1): study.pretrained >> target,\n'
            '        ("half", 0.5): study.pretrained >> target.but(fraction=0.5),\n'
            "        0.2: study.pretrained >> target.but(mixup=0.2)}"
        ),
        "arms-other": 'arms = {"control": study.pretrained >> study.stage("target")}',
    },
    "03_prose": {},
}


@contextmanager
def project(folder: Path) -> Iterator[Path]:
    """Make a project with one profile, two cohorts and three notebooks the current one."""
    write_profile(folder / "profiles", phantom_patients=PATIENTS)
    for name in ("made", "other"):
        write_cohort(folder / "data_manifests", name, ("target", "external", "general"))
    for name, cells in ARMS.items():
        write_notebook(folder / "notebooks" / f"{name}.ipynb", cells)
    about = {"paper": "A", "citation": "nobody", "claims": []}
    write_yaml(folder / "claims" / "paper.yaml", about)
    with current(folder):
        yield folder


def record_all(study: Study, arms: Mapping[Hashable, Chain], **options: Any) -> None:
    """Record every run of arms that is not there, with made-up scores."""
    for run in study.plan(arms).runs:
        if not run.recorded(study.records):
            record(study, run, **options)


def record(
    study: Study,
    run: PlannedRun,
    *,
    signal: float = 1.0,
    salt: int = 0,
    finished: str = "2026-11-22T00:00:00+00:00",
    **facts: Any,
) -> None:
    """Record a planned run; scores depend on its chain, the salt and the strength of its signal.

    They don't depend on its id: that changes with the code, and a test must not pass by its luck.
    """
    stage = run.chain.stages[-1]
    random = np.random.default_rng([zlib.crc32(repr(run.chain).encode()), salt])
    role = study.cohort.role(*stage.roles)
    scores = pd.concat(
        [made_scores(role, role, split, random, signal) for split in ("validation", "test")],
        ignore_index=True,
    )

    def fill(folder: Path) -> None:
        scores.to_csv(folder / SCORES, index=False, lineterminator="\n")
        (folder / EPOCHS).write_text("step,train_loss\n4,0.5\n")
        made = Record(
            id=run.id, identity=run.identity, code=code_of("run"),
            chain=str(run.chain), cohort=study.cohort.name,
            copies="made up", task="multiclass", labels=["covid19"], images={}, patients=3,
            samples_seen=stage.samples_seen, seconds={"training": 2.0, "scoring": 1.0},
            peak_memory_bytes=1, device="a processor", finished=finished,
            files={name: file_sha256(folder / name) for name in (SCORES, EPOCHS)},
        ).model_copy(update=facts)  # fmt: skip
        (folder / RUN).write_text(made.model_dump_json(indent=1))

    store.write(study.records, run.id, fill)
    for name in run.scorings:
        other = study.cohort.role(name)
        table = made_scores(role, other, "test", random, signal)
        identity = scoring_record.identity_of(run.id, other.fingerprint)
        # What is recorded stays; a test that records a run again wants other scores.
        shutil.rmtree(scoring_record.folder_of(study.records) / id_of(identity), True)
        scoring_record.write(study.records, other, identity, table)


def made_scores(
    trained_on: Role, role: Role, split: str, random: np.random.Generator, signal: float
) -> pd.DataFrame:
    rows = role.rows(split)
    truth = role.truth[rows]
    logits = signal * np.nan_to_num(truth) + random.normal(0, 1, truth.shape)
    scores = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return score_table(role, rows, split, scores.astype(np.float32), trained_on.labels)

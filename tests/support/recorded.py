"""A small study whose records are made up instead of trained."""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from cxrstudy.base.identity import file_sha256
from cxrstudy.runs import store
from cxrstudy.runs.plan import PlannedRun
from cxrstudy.runs.record import EPOCHS, RUN, SCORES, Record
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
PATIENTS = {"target": 60, "external": 24, "general": 16, "natural_small": 20}
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
    write_yaml(folder / "claims" / "paper.yaml", {"paper": "A", "citation": "nobody", "claims": []})
    with current(folder):
        yield folder


def record_all(study: Study, arms: Mapping[Hashable, Chain], **options: Any) -> None:
    """Record every run of arms that is not there, with made-up scores."""
    for run in study.plan(arms).runs:
        if not store.has(study.records, run.id):
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
    """Record a planned run; scores depend on its id, the salt and how much of a signal it found."""
    random = np.random.default_rng([int(run.id[:8], 16), salt])
    stage = run.chain.stages[-1]
    scores = made_scores(study, stage.roles, stage.scored_on, random, signal)

    def fill(folder: Path) -> None:
        scores.to_csv(folder / SCORES, index=False, lineterminator="\n")
        (folder / EPOCHS).write_text("step,train_loss\n4,0.5\n")
        made = Record(
            id=run.id, identity=run.identity, chain=str(run.chain), cohort=study.cohort.name,
            copies="made up", task="multiclass", labels=["covid19"], images={}, patients=3,
            samples_seen=stage.samples_seen, seconds={"training": 2.0, "scoring": 1.0},
            peak_memory_bytes=1, device="a processor", finished=finished,
            files={name: file_sha256(folder / name) for name in (SCORES, EPOCHS)},
        ).model_copy(update=facts)  # fmt: skip
        (folder / RUN).write_text(made.model_dump_json(indent=1))

    store.write(study.records, run.id, fill)


def made_scores(
    study: Study,
    roles: tuple[str, ...],
    scored_on: tuple[str, ...],
    random: np.random.Generator,
    signal: float,
) -> pd.DataFrame:
    role = study.cohort.role(*roles)
    places_scored = [(role, "validation"), (role, "test")]
    places_scored += [(study.cohort.role(name), "test") for name in scored_on]
    tables = []
    for where, split in places_scored:
        rows = where.rows(split)
        table = where.table.iloc[rows][["id", "patient", "source"]].reset_index(drop=True)
        table.insert(0, "role", where.name)
        table.insert(1, "split", split)
        truth = where.truth[rows]
        logits = signal * np.nan_to_num(truth) + random.normal(0, 1, truth.shape)
        scores = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
        for number, label in enumerate(where.labels):
            table[f"truth_{label}"] = truth[:, number]
        for number, label in enumerate(role.labels):
            table[f"score_{label}"] = scores[:, number].astype(np.float32)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)

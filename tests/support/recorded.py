"""A small study whose records are made up instead of trained."""

import shutil
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
import yaml

from cxrstudy.base import places
from cxrstudy.base.coverage import code_of
from cxrstudy.base.identity import file_sha256
from cxrstudy.data.role import Role
from cxrstudy.runs import scoring_record, store
from cxrstudy.runs.plan import PlannedRun
from cxrstudy.runs.record import EPOCHS, RUN, SCORES, Record, id_of
from cxrstudy.runs.score_table import score_table
from cxrstudy.study.study import Study
from cxrstudy.training.chain import Chain

PROFILE = {
    "profile": "tiny",
    "purpose": "is a test",
    "phantom_seed": 3,
    "phantom_patients": {"target": 60, "external": 24, "general": 16, "natural_small": 20},
    "networks": {
        name: {"architecture": "resnet10t", "options": {"channels": [8, 8, 8, 8]}}
        for name in ("made", "other")
    },
    "stages": {"all": {"all": {"pixels": 32, "steps": 4, "batch_size": 8, "validations": 1}}},
}

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


def cohort(name: str) -> dict[str, Any]:
    split = {"salt": 0, "test": 0.4, "validation": 0.2}
    kinds = {
        "target": ("multiclass", split),
        "external": ("multiclass", {"salt": 0, "test": 1.0, "validation": 0.0}),
        "general": ("multilabel", {"salt": 0, "test": 0.0, "validation": 0.3}),
    }
    texts = {"name": name, "title": "Made", "copies": "rendered", "caveat": "Says nothing."}
    return texts | {
        "roles": {
            role: {"task": kind, "sources": [{"phantom": role, "split": rule}]}
            for role, (kind, rule) in kinds.items()
        }
    }


@contextmanager
def project(folder: Path) -> Iterator[Path]:
    """Make a project with one profile, two cohorts and three notebooks the current one."""
    for name in ("profiles", "data_manifests/cohorts", "notebooks", "claims", "results"):
        (folder / name).mkdir(parents=True)
    (folder / "profiles" / "tiny.yaml").write_text(yaml.safe_dump(PROFILE))
    claims = "paper: A\ncitation: nobody\nclaims: []\n"
    (folder / "claims" / "paper.yaml").write_text(claims)
    for name in ("made", "other"):
        path = folder / "data_manifests" / "cohorts" / f"{name}.yaml"
        path.write_text(yaml.safe_dump(cohort(name)))
    for name, cells in ARMS.items():
        write_notebook(folder / "notebooks" / f"{name}.ipynb", cells)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "ROOT", folder)
        patch.setattr(places, "PROFILES", folder / "profiles")
        patch.setattr(places, "MANIFESTS", folder / "data_manifests")
        patch.setattr(places, "NOTEBOOKS", folder / "notebooks")
        patch.setattr(places, "CLAIMS", folder / "claims")
        patch.setattr(places, "RESULTS", folder / "results")
        patch.setenv("CXRSTUDY_RUNS", str(folder / "runs"))
        yield folder


def write_notebook(path: Path, cells: Mapping[str, str]) -> None:
    made = [
        nbformat.v4.new_code_cell(source, metadata={"tags": [tag]}) for tag, source in cells.items()
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)


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
    """Record a planned run; scores depend on its id, the salt and how much of a signal it found."""
    random = np.random.default_rng([int(run.id[:8], 16), salt])
    stage = run.chain.stages[-1]
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

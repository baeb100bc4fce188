"""Scoring record: the scores of a recorded run on a role that it was not trained on.

The id of a run does not cover the other roles that it is scored on. Another hospital can therefore
be added without a new training: a scoring record is written for it, beside the store.

=================  ===============================================================================
``scoring.json``   run, role, number of images, and the SHA-256 of the other file
``scores.csv``     one row per image of the role's test split
=================  ===============================================================================
"""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd

from cxrstudy.base.atomic import write_folder
from cxrstudy.base.identity import file_sha256
from cxrstudy.base.schema import Strict, why_wrong
from cxrstudy.data.role import Role
from cxrstudy.runs.record import SCORES, id_of
from cxrstudy.runs.score_table import read_table
from cxrstudy.runs.store import StoreError, writing

FACTS = "scoring.json"


class ScoringRecord(Strict):
    """The facts of a scoring record.

    Attributes
    ----------
    id
        SHA-256 of the canonical JSON of ``identity``.
    identity
        Everything that the scores depend on: ``run``, which covers weights, code and versions;
        ``data``, the fingerprint of the role; ``split``.
    role
        Name of the role.
    images
        Number of images that were scored.
    files
        SHA-256 of the other file.
    """

    id: str
    identity: dict[str, Any]
    role: str
    images: int
    files: dict[str, str]


def identity_of(run: str, data: str) -> dict[str, Any]:
    """Collect what the scores of a run on a role depend on; ``data`` is the role's fingerprint."""
    return {"run": run, "data": data, "split": "test"}


def folder_of(store: Path) -> Path:
    """Folder of the scoring records that belong to a store."""
    return store.parent / "scores"


def has(store: Path, scoring: str) -> bool:
    """Whether a scoring record with this id exists."""
    return (folder_of(store) / scoring / FACTS).is_file()


def write(store: Path, role: Role, identity: dict[str, Any], scores: pd.DataFrame) -> str:
    """Write a scoring record completely or not at all; return its id.

    Raises
    ------
    StoreError
        The disk is full, or the folder can't be written to.
    """
    name = id_of(identity)
    place = folder_of(store) / name
    with writing(place):
        write_folder(place, _filling(name, role, identity, scores), lambda _: has(store, name))
    return name


def read(store: Path, scoring: str) -> ScoringRecord:
    """Read the facts of a scoring record.

    Raises
    ------
    StoreError
        The record is missing or broken, or its id does not match its contents.
    """
    path = folder_of(store) / scoring / FACTS
    if not path.is_file():
        raise StoreError(f"{path}: no such record of scores; run the notebook that makes it")
    try:
        record = ScoringRecord.model_validate_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise StoreError(f"{path}: broken ({why_wrong(error)}); delete its folder") from None
    if record.id != scoring or id_of(record.identity) != scoring:
        raise StoreError(f"{path}: altered, its id does not match its contents; delete its folder")
    return record


def read_scores(store: Path, scoring: str) -> pd.DataFrame:
    """Read the scores of a scoring record: one row per image.

    Raises
    ------
    StoreError
        The record or its table is missing or altered.
    """
    path = folder_of(store) / scoring / SCORES
    if not path.is_file() or file_sha256(path) != read(store, scoring).files.get(SCORES):
        raise StoreError(f"{path}: missing or altered since it was written; delete its folder")
    return read_table(path)


def names(store: Path) -> list[str]:
    """Names of all folders that should be scoring records, also of broken ones."""
    return [path.name for path in sorted(folder_of(store).glob("[!.]*"))]


def by_run(store: Path) -> dict[str, list[str]]:
    """Ids of the scoring records of each run, without those that can't be read."""
    found: dict[str, list[str]] = {}
    for name in names(store):
        with suppress(StoreError):
            found.setdefault(read(store, name).identity["run"], []).append(name)
    return found


def _filling(
    name: str, role: Role, identity: dict[str, Any], scores: pd.DataFrame
) -> Callable[[Path], None]:
    def fill(folder: Path) -> None:
        scores.to_csv(folder / SCORES, index=False, lineterminator="\n")
        record = ScoringRecord(
            id=name,
            identity=identity,
            role=role.name,
            images=len(scores),
            files={SCORES: file_sha256(folder / SCORES)},
        )
        (folder / FACTS).write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")

    return fill

"""Cohort: roles, and the sources of their images.

Experiments use names of roles (``target``, ``general``, ``pneumonia``, ``external``,
``natural_large``), never of data sets, so one notebook runs on every cohort. A cohort is a YAML
file in ``data_manifests/cohorts``; its sources are manifests or the phantom generator.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Self

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from cxrstudy import phantom
from cxrstudy.base import places
from cxrstudy.base.schema import Strict, read_yaml
from cxrstudy.data.manifest import check_manifest, read_manifest, truth
from cxrstudy.data.role import Role, Task, pool
from cxrstudy.data.split import SplitRule, split_of

#: Files to read: the originals, or the reduced copies that a manifest lists.
Files = Literal["originals", "prepared"]


class CohortError(ValueError):
    """A cohort can't be assembled; the message names file, role, row or patient."""


class Source(Strict):
    """One source of a role: a manifest's name, or a role of the phantom generator."""

    manifest: str | None = None
    phantom: str | None = None
    rename: dict[str, str] = Field(
        default_factory=dict,
        description="label at the source: label in the role; '' stands for none present",
    )
    split: SplitRule | None = Field(None, description="split of phantoms; a manifest has its own")

    site_follows_label: float = Field(
        0.0, ge=-1, le=1, description="phantoms only: strength of the association; reversed below 0"
    )

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.manifest is None) == (self.phantom is None):
            raise ValueError("a source is either a manifest or a phantom")
        if (self.phantom is None) != (self.split is None):
            raise ValueError("a phantom needs a split, a manifest has its own")
        return self

    @property
    def name(self) -> str:
        """Name of the manifest: of its file, or of the generator's role."""
        tie = f" tied {self.site_follows_label:+g}" if self.site_follows_label else ""
        return self.manifest or f"phantom {self.phantom}{tie}"


class RoleDefinition(Strict):
    """Definition of a role in a cohort file."""

    task: Task
    labels: list[str] | None = Field(None, description="None: all labels of the sources")
    sources: list[Source]
    variant_of: str | None = Field(
        None, description="a role with the same patients and splits, whose images differ"
    )


class CohortDefinition(Strict):
    """Content of a cohort file."""

    name: str
    title: str
    files: Files = "originals"
    copies: str = Field(description="how the images differ from the originals, in a sentence")
    caveat: str = Field(description="limits of results on this cohort, in a sentence")
    world: str = Field("", description="kind of images, for outcomes: 'on simulated radiographs'")
    roles: dict[str, RoleDefinition]


@dataclass(frozen=True)
class Cohort:
    """Roles by name, and the caveat for all results on them.

    ``manifests`` contains the included rows of every manifest that a role uses, by name.
    ``excluded`` contains the number of excluded rows of every manifest, by name and reason.
    """

    name: str
    title: str
    copies: str
    caveat: str
    roles: Mapping[str, Role]
    manifests: Mapping[str, pd.DataFrame]
    excluded: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def role(self, *names: str) -> Role:
        """One role, or several pooled.

        Raises
        ------
        CohortError
            The cohort has no such role.
        """
        missing = [name for name in names if name not in self.roles]
        if missing:
            raise CohortError(
                f"cohort {self.name!r} has no role {missing[0]!r}; it has {', '.join(self.roles)}"
            )
        roles = [self.roles[name] for name in names]
        return roles[0] if len(roles) == 1 else pool(roles)


def cohort_names() -> list[str]:
    """Names of the cohorts, which are their files' names."""
    return sorted(path.stem for path in places.visible(places.manifests() / "cohorts", "*.yaml"))


def load_cohort(name: str, patients: Mapping[str, int], seed: int) -> Cohort:
    """Read a cohort.

    Parameters
    ----------
    name
        Name of a file in ``data_manifests/cohorts``, without ``.yaml``.
    patients
        Number of patients to sample, for each role of the phantom generator.
    seed
        Seed of the phantom generator.

    Raises
    ------
    CohortError
        The file is missing or breaks the schema, an image of a multi-class role does not have
        exactly one label, or a role has no images.
    ManifestError
        A manifest breaks its schema.
    """
    definition = read_definition(places.manifests() / "cohorts" / f"{name}.yaml")
    sources = {
        source.name: source for recipe in definition.roles.values() for source in recipe.sources
    }
    files = definition.files
    opened = {name: _open(source, patients, seed, files) for name, source in sources.items()}
    roles = _apart(
        {role: _make_role(role, recipe, opened) for role, recipe in definition.roles.items()},
        variants={role for role, recipe in definition.roles.items() if recipe.variant_of},
    )
    for role in roles.values():
        if role.table.empty:
            raise CohortError(
                f"cohort {name!r}, role {role.name!r}: no image is left; all are excluded "
                "or belong to patients in the target's test split"
            )
    tables = {name: table for name, (table, _) in opened.items()}
    about = (definition.name, definition.title, definition.copies, definition.caveat)
    return Cohort(
        *about, roles, tables, {name: _reasons(source) for name, source in sources.items()}
    )


def read_definition(path: Path) -> CohortDefinition:
    """Read and check a cohort file.

    Raises
    ------
    CohortError
        The file is missing or breaks the schema; the message names file and field.
    """
    if not path.exists():
        raise CohortError(f"{path}: no such cohort; the cohorts are {', '.join(cohort_names())}")
    return read_yaml(path, CohortDefinition, CohortError)


def world_of(name: str) -> str:
    """Kind of images of a cohort, to state with an outcome, such as ``on simulated radiographs``.

    Examples
    --------
    >>> world_of("phantom")
    'on simulated radiographs'
    """
    path = places.manifests() / "cohorts" / f"{name}.yaml"
    if not path.exists():  # old results may be of a cohort that was removed
        return f"on cohort {name}"
    definition = read_definition(path)
    return definition.world or f"on cohort {definition.title}"


def _reasons(source: Source) -> dict[str, int]:
    """Number of excluded rows in a source's manifest, by reason; none for phantoms."""
    if source.manifest is None:
        return {}
    reasons = read_manifest(places.manifests() / f"{source.manifest}.csv").table["excluded"]
    return {str(reason): int(n) for reason, n in reasons[reasons != ""].value_counts().items()}


def _as_read(table: pd.DataFrame, files: Files) -> pd.DataFrame:
    """Set ``sha256`` to that of the file to read, so that a run's id covers it."""
    copies = table["prepared_sha256"]
    read = table["sha256"] if files == "originals" else copies.where(copies != "", table["sha256"])
    return table.assign(sha256=read, prepared_sha256="")


def _open(
    source: Source, patients: Mapping[str, int], seed: int, files: Files
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Read the included rows of a source's manifest, and the labels that the source states."""
    if source.manifest is not None:
        manifest = read_manifest(places.manifests() / f"{source.manifest}.csv")
        return _as_read(manifest.included, files), manifest.card.labels
    assert source.phantom is not None  # the schema ensures this and the next line
    assert source.split is not None
    if source.phantom not in patients:
        raise CohortError(f"the profile gives no number of patients for {source.name!r}")
    table = phantom.population.draw(
        source.phantom, patients[source.phantom], seed, source.site_follows_label
    )
    splits = [split_of(patient, source.split) for patient in table["patient"]]
    table.insert(table.columns.get_loc("excluded"), "split", splits)
    carried = phantom.LABELS[source.phantom]
    return check_manifest(table, carried, source.name), carried


def _make_role(
    name: str,
    definition: RoleDefinition,
    opened: Mapping[str, tuple[pd.DataFrame, tuple[str, ...]]],
) -> Role:
    sources = [_renamed(source, *opened[source.name]) for source in definition.sources]
    labels = tuple(
        definition.labels or dict.fromkeys(label for _, carried in sources for label in carried)
    )
    table = pd.concat([table for table, _ in sources], ignore_index=True)
    matrix = np.concatenate([truth(table["labels"], labels, carried) for table, carried in sources])
    if definition.task == "multiclass":
        wrong = np.flatnonzero(np.nansum(matrix, axis=1) != 1)
        if len(wrong):
            row = table.iloc[wrong[0]]
            raise CohortError(
                f"role {name!r}: image {row['id']!r} has labels {row['labels']!r}, but exactly one "
                f"of {', '.join(labels)} is needed; exclude it with a reason or rename its label"
            )
        # Exactly one class is present, so all others are absent.
        matrix = np.nan_to_num(matrix)
    return Role(name, definition.task, labels, table, matrix)


def _renamed(
    source: Source, table: pd.DataFrame, carried: tuple[str, ...]
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Add the position in the manifest to the rows, and rename labels to those of the role."""
    table = table.assign(manifest=source.name, row=np.arange(len(table)))
    if not source.rename:
        return table, carried
    strangers = [label for label in source.rename if label and label not in carried]
    if strangers:
        raise CohortError(
            f"rename: the source {source.name!r} has no label {strangers[0]!r}; "
            f"its labels are {', '.join(carried)}"
        )
    renamed = [_rename(cell, source.rename) for cell in table["labels"]]
    return table.assign(labels=renamed), tuple(dict.fromkeys(source.rename.values()))


def _rename(cell: str, rename: Mapping[str, str]) -> str:
    """Rename the labels in a cell; if one name is both present and unknown, it is present."""
    labels = cell.split("|")
    present = dict.fromkeys(rename[label] for label in labels if label in rename)
    unknown = dict.fromkeys(
        rename[label[1:]] for label in labels if label.startswith("?") and label[1:] in rename
    )
    return "|".join([*present, *(f"?{label}" for label in unknown if label not in present)])


def _apart(roles: Mapping[str, Role], variants: Set[str]) -> dict[str, Role]:
    """Remove patients of the target's test split from all roles, except the target's variants."""
    if "target" not in roles:
        return dict(roles)
    target = roles["target"]
    tested = set(target.table["patient"].iloc[target.rows("test")])
    return {
        name: role
        if name == "target" or name in variants
        else role.only(np.flatnonzero(~role.table["patient"].isin(tested).to_numpy()))
        for name, role in roles.items()
    }

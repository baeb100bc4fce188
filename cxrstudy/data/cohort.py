"""Cohort: roles, and the sources of their images.

Experiments use names of roles (``target``, ``general``, ``pneumonia``, ``external``,
``natural_large``), never of data sets, so one notebook runs on every cohort. A cohort is a YAML
file in ``data_manifests/cohorts``; its sources are manifests or the phantom generator.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from cxrstudy import phantom
from cxrstudy.base import places
from cxrstudy.data.cohort_file import Files, RoleDefinition, Source, read_definition
from cxrstudy.data.manifest import check_manifest, read_manifest, truth
from cxrstudy.data.role import Role, pool
from cxrstudy.data.role_checks import (
    TESTED_ONLY,
    CohortError,
    check_ids,
    check_labels,
    check_training,
)
from cxrstudy.data.split import split_of
from cxrstudy.data.tables.kept import kept_table
from cxrstudy.pixels.masking import Visible


@dataclass(frozen=True)
class Cohort:
    """Roles by name, and the caveat for all results on them.

    ``manifests`` contains the included rows of every manifest that a role uses, by name.
    ``excluded`` contains the number of excluded rows of every manifest, by name and reason.
    ``withheld`` contains, by role, the rows that were taken out of it because their patients are in
    the target's test split, or in a role that it is to be apart from. ``visible`` is the part of
    the target's images that networks see, and ``like`` the name under which profiles hold what
    differs between cohorts.
    """

    name: str
    title: str
    copies: str
    caveat: str
    roles: Mapping[str, Role]
    manifests: Mapping[str, pd.DataFrame]
    excluded: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    withheld: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    visible: Visible = "whole"
    like: str = ""

    @property
    def label(self) -> str:
        """The label that experiments ask about: the target's last."""
        return self.role("target").labels[-1]

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

    def fingerprint(self, *names: str) -> str:
        """Fingerprint of a role, or of several pooled; computed once, for all plans.

        Raises
        ------
        CohortError
            The cohort has no such role.
        """
        if names not in self._fingerprints:
            self._fingerprints[names] = self.role(*names).fingerprint
        return self._fingerprints[names]

    @cached_property
    def _fingerprints(self) -> dict[tuple[str, ...], str]:
        return {}


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
        exactly one label, two images of a role have the same id, a label of a role is carried by no
        source or spelled in two ways, the training images of a role show a label always, never or
        not at all, or a role has no images.
    ManifestError
        A manifest breaks its schema.
    """
    definition = read_definition(places.cohort(name))
    sources = {
        source.name: source for recipe in definition.roles.values() for source in recipe.sources
    }
    files = definition.files
    opened = {name: _open(source, patients, seed, files) for name, source in sources.items()}
    whole = {role: _make_role(role, recipe, opened) for role, recipe in definition.roles.items()}
    roles = _apart(
        whole,
        variants={role for role, recipe in definition.roles.items() if recipe.variant_of},
    )
    roles = {
        name: _without_patients(role, whole.get(definition.roles[name].apart_from or ""))
        for name, role in roles.items()
    }
    for role in roles.values():
        if role.table.empty:
            raise CohortError(
                f"cohort {name!r}, role {role.name!r}: no image is left; all are excluded, left "
                "out by the role's definition, or belong to patients of the target"
            )
        check_training(role)
    tables = {name: table for name, (table, _) in opened.items()}
    about = (definition.name, definition.title, definition.copies, definition.caveat)
    return Cohort(
        *about,
        roles,
        tables,
        excluded={name: _reasons(source) for name, source in sources.items()},
        withheld={name: _missing(whole[name], role) for name, role in roles.items()},
        visible=definition.visible,
        like=definition.like or definition.name,
    )


def _reasons(source: Source) -> dict[str, int]:
    """Number of excluded rows in a source's manifest, by reason; none for phantoms."""
    if source.manifest is None:
        return {}
    reasons = read_manifest(places.manifest(source.manifest)).table["excluded"]
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
        manifest = read_manifest(places.manifest(source.manifest))
        return _as_read(manifest.included, files), manifest.card.labels
    assert source.phantom is not None  # the schema ensures this
    if source.phantom not in patients:
        raise CohortError(f"the profile gives no number of patients for {source.name!r}")
    number = patients[source.phantom]
    table = kept_table(
        "phantoms",
        lambda: [source.model_dump(mode="json"), number, seed],
        lambda: _drawn(source, number, seed),
    )
    return table, phantom.LABELS[source.phantom]


def _drawn(source: Source, patients: int, seed: int) -> pd.DataFrame:
    """Draw the patients of a source of the phantom generator, and check their table."""
    assert source.phantom is not None
    assert source.split is not None
    table = phantom.population.draw(
        source.phantom, patients, seed, source.site_follows_label,
        source.hospitals == "own", source.sign.sign if source.sign else None,
    )  # fmt: skip
    splits = [split_of(patient, source.split) for patient in table["patient"]]
    table.insert(table.columns.get_loc("excluded"), "split", splits)
    return check_manifest(table, phantom.LABELS[source.phantom], source.name)


def _make_role(
    name: str,
    definition: RoleDefinition,
    opened: Mapping[str, tuple[pd.DataFrame, tuple[str, ...]]],
) -> Role:
    is_chosen = definition.labels is not None
    sources = [_renamed(source, *opened[source.name], is_chosen) for source in definition.sources]
    labels = tuple(
        definition.labels or dict.fromkeys(label for _, carried in sources for label in carried)
    )
    names = [source.name for source in definition.sources]
    carried_by = [(*named,) for named in zip(names, (c for _, c in sources), strict=True)]
    check_labels(name, labels, carried_by)
    if definition.task == "binary" and len(labels) != 1:
        raise CohortError(
            f"role {name!r}: a binary role has one label, and its sources carry "
            f"{', '.join(labels)}; name one in labels"
        )
    table = pd.concat([table for table, _ in sources], ignore_index=True)
    check_ids(name, table)
    if name == TESTED_ONLY:
        table["split"] = "test"
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
    source: Source, table: pd.DataFrame, carried: tuple[str, ...], is_chosen: bool
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Add the position in the manifest to the rows, and rename labels to those of the role.

    A label that is left out of the renaming is not carried, which is an error unless the role names
    the labels that it wants (`is_chosen`).
    """
    table = table.assign(manifest=source.name, row=np.arange(len(table)))
    table = _chosen(source, table, carried)
    if not source.rename:
        return table, carried
    strangers = [label for label in source.rename if label and label not in carried]
    if strangers:
        raise CohortError(
            f"rename: the source {source.name!r} has no label {strangers[0]!r}; "
            f"its labels are {', '.join(carried)}"
        )
    lost = [label for label in carried if label not in source.rename]
    if lost and not is_chosen:
        raise CohortError(
            f"rename: {lost[0]!r} of the source {source.name!r} would be lost; add "
            f"{lost[0]}: {lost[0]}, or name the role's labels"
        )
    renamed = [_rename(cell, source.rename) for cell in table["labels"]]
    return table.assign(labels=renamed), tuple(dict.fromkeys(source.rename.values()))


def _chosen(source: Source, table: pd.DataFrame, carried: tuple[str, ...]) -> pd.DataFrame:
    """The rows of a source that a role uses; an image with an unknown label is not among them."""
    for label in (source.having, source.lacking):
        if label is not None and label not in carried:
            raise CohortError(
                f"having, lacking: the source {source.name!r} has no label {label!r}; "
                f"its labels are {', '.join(carried)}"
            )
    strangers = sorted({*(source.sites or ())} - {*table["source"]})
    if strangers:
        raise CohortError(
            f"sites: the source {source.name!r} has no image of {strangers[0]!r}; there are "
            f"{', '.join(sorted(set(table['source'])))}"
        )
    kept = np.ones(len(table), bool)
    for label, wanted in ((source.having, 1), (source.lacking, 0)):
        if label is not None:
            kept &= truth(table["labels"], [label], carried)[:, 0] == wanted
    if source.sites is not None:
        kept &= table["source"].isin(source.sites).to_numpy()
    return table[kept]


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


def _without_patients(role: Role, other: Role | None) -> Role:
    """Remove the patients of another role."""
    if other is None:
        return role
    return role.only(np.flatnonzero(~role.table["patient"].isin(set(other.table["patient"]))))


def _missing(whole: Role, kept: Role) -> pd.DataFrame:
    """Rows of a role that are not in what was kept of it."""
    return whole.table[~whole.table["id"].isin(kept.table["id"])].reset_index(drop=True)

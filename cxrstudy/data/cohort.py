"""Cohort: roles, and the sources of their images.

Experiments use names of roles (``target``, ``general``, ``pneumonia``, ``external``,
``natural_large``), never of data sets, so one notebook runs on every cohort. A cohort is a YAML
file in ``data_manifests/cohorts``; its sources are manifests or the phantom generator.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from cxrstudy import phantom
from cxrstudy.base import places
from cxrstudy.base.words import label_name
from cxrstudy.data.cohort_file import Files, Source, read_definition
from cxrstudy.data.manifest import check_manifest, read_manifest
from cxrstudy.data.role import Role, pool
from cxrstudy.data.role_checks import CohortError, check_training
from cxrstudy.data.role_making import make_role, unused_rows
from cxrstudy.data.split import split_of
from cxrstudy.data.tables.kept import kept_table
from cxrstudy.pixels.masking import Visible


@dataclass(frozen=True)
class Cohort:
    """Roles by name, and the caveat for all results on them.

    ``manifests`` contains the included rows of every manifest that a role uses, by name.
    ``sources`` contains the names of the manifests of every role, by its name.
    ``excluded`` contains the number of excluded rows of every manifest, by name and reason.
    ``withheld`` contains, by role, the rows that were taken out of it because their patients are in
    the target's test split, or in a role that it is to be apart from. ``left_out`` contains the
    number of included rows that a role does not have, by role and reason. ``visible`` is the part
    of the target's images that networks see, and ``like`` the name under which profiles hold what
    differs between cohorts.
    """

    name: str
    title: str
    copies: str
    caveat: str
    roles: Mapping[str, Role]
    manifests: Mapping[str, pd.DataFrame]
    sources: Mapping[str, Sequence[str]] = field(default_factory=dict)
    excluded: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    withheld: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    left_out: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
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
    whole = {role: make_role(role, recipe, opened) for role, recipe in definition.roles.items()}
    others = _apart(
        whole,
        variants={role for role, recipe in definition.roles.items() if recipe.variant_of},
    )
    roles = {
        name: _without_patients(role, whole.get(definition.roles[name].apart_from or ""))
        for name, role in others.items()
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
        sources={
            name: list(dict.fromkeys(source.name for source in recipe.sources))
            for name, recipe in definition.roles.items()
        },
        excluded={name: _reasons(source) for name, source in sources.items()},
        withheld={name: _missing(whole[name], role) for name, role in roles.items()},
        left_out={
            name: {
                **unused_rows(recipe, opened),
                **_counted("patients in the target's test split", whole[name], others[name]),
                **_counted(_patients_of(recipe.apart_from), others[name], roles[name]),
            }
            for name, recipe in definition.roles.items()
        },
        visible=definition.visible,
        like=definition.like or definition.name,
    )


def _reasons(source: Source) -> dict[str, int]:
    """Number of excluded rows in a source's manifest, by reason; none for phantoms."""
    if source.manifest is None:
        return {}
    reasons = read_manifest(places.manifest(source.manifest)).table["excluded"]
    return {str(reason): int(n) for reason, n in reasons[reasons != ""].value_counts().items()}


def _patients_of(other: str | None) -> str:
    """Whose patients a role is apart from; those that the target tests are left out before."""
    if other == "target":
        return "patients in the target's other splits"
    return f"patients of the role {label_name(other or '')}"


def _counted(reason: str, before: Role, after: Role) -> dict[str, int]:
    """Number of rows that a step removed from a role, under its reason; nothing if it is none."""
    removed = len(before.table) - len(after.table)
    return {reason: removed} if removed else {}


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

"""Role making: which images of its sources a role uses, and what their labels are called there.

Sources call the same finding by different names. A role renames their labels to its own
(harmonisation), and may use a part of a source: images with or without a label, or of some sites.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from cxrstudy.base.words import label_name
from cxrstudy.data.cohort_file import RoleDefinition, Source
from cxrstudy.data.manifest import truth
from cxrstudy.data.role import Role
from cxrstudy.data.role_checks import TESTED_ONLY, CohortError, check_ids, check_labels


def make_role(
    name: str,
    definition: RoleDefinition,
    opened: Mapping[str, tuple[pd.DataFrame, tuple[str, ...]]],
) -> Role:
    """Put the sources of a role one after another.

    Parameters
    ----------
    name
        Name of the role.
    definition
        What the cohort's file says of it.
    opened
        Rows of each source, and the labels that it states, by its name.

    Raises
    ------
    CohortError
        A source lacks what the definition names, the role has no labels or two images of one id, or
        an image of a multi-class role does not have exactly one label.
    """
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
    return table[why_unused(source, table, carried) == ""]


def why_unused(source: Source, table: pd.DataFrame, carried: tuple[str, ...]) -> "pd.Series[str]":
    """Why a role does not use each row of a source; empty for the rows that it uses.

    Parameters
    ----------
    source
        What the cohort's file says of the source.
    table
        Its included rows.
    carried
        The labels that it states.
    """
    reasons = pd.Series("", index=table.index)
    for label, wanted in ((source.having, 1), (source.lacking, 0)):
        if label is None:
            continue
        state = truth(table["labels"], [label], carried)[:, 0]
        other = f"{'without' if wanted else 'with'} {label_name(label)}"
        unfit = np.where(np.isnan(state), f"not known whether {label_name(label)}", other)
        reasons = reasons.mask((reasons == "") & (state != wanted), pd.Series(unfit, table.index))
    if source.sites is not None:
        elsewhere = ~table["source"].isin(source.sites)
        reasons = reasons.mask((reasons == "") & elsewhere, "of a site that the role leaves out")
    return reasons


def unused_rows(
    definition: RoleDefinition, opened: Mapping[str, tuple[pd.DataFrame, tuple[str, ...]]]
) -> dict[str, int]:
    """Count the included rows of a role's sources that its definition leaves out, by reason.

    A row of a manifest that is a source twice is left out if both leave it out.

    Parameters
    ----------
    definition, opened
        As of :func:`make_role`.
    """
    reasons: dict[str, pd.Series[str]] = {}
    for source in definition.sources:
        found = why_unused(source, *opened[source.name])
        before = reasons.get(source.name, found)
        reasons[source.name] = found.where(before != "", "")
    every = pd.concat(list(reasons.values()))
    return {str(reason): int(n) for reason, n in every[every != ""].value_counts().items()}


def _rename(cell: str, rename: Mapping[str, str]) -> str:
    """Rename the labels in a cell; if one name is both present and unknown, it is present."""
    labels = cell.split("|")
    present = dict.fromkeys(rename[label] for label in labels if label in rename)
    unknown = dict.fromkeys(
        rename[label[1:]] for label in labels if label.startswith("?") and label[1:] in rename
    )
    return "|".join([*present, *(f"?{label}" for label in unknown if label not in present)])

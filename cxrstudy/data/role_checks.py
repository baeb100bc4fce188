"""Role checks: what stops a cohort when it is loaded, because numbers on it would mean nothing.

A label that no source carries is unknown for every image, and a network that is trained on it
learns nothing without a word. So does one whose training images all show the label, or none.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxrstudy.base import numbers
from cxrstudy.data.role import Role
from cxrstudy.data.spelling import same_name, suggestion


class CohortError(ValueError):
    """A cohort can't be assembled; the message names file, role, row or patient."""


#: The role that is never trained on: all its images are tested on, whatever its manifest says.
TESTED_ONLY = "external"


def check_labels(
    role: str, labels: Sequence[str], carried: Sequence[tuple[str, Sequence[str]]]
) -> None:
    """Check that every label is carried by a source, and spelled in one way.

    Parameters
    ----------
    role
        Name of the role.
    labels
        Labels of the role.
    carried
        Each source's name and its labels, as the role calls them.

    Raises
    ------
    CohortError
        No source carries a label; or a source does not carry it, but one that is probably the same.
    """
    everything = list(dict.fromkeys(name for _, names in carried for name in names))
    for label in labels:
        if label not in everything:
            meant = suggestion(label, everything)
            hint = f" Did you mean {meant}?" if meant else ""
            raise CohortError(
                f"role {role!r}, label {label}: no source carries it; they carry "
                f"{', '.join(everything) or 'no label'}.{hint}"
            )
        for source, names in carried:
            other = next((name for name in names if same_name(name, label)), None)
            if label not in names and other is not None:
                raise CohortError(
                    f"role {role!r}, label {label}: the source {source!r} does not carry it, so it "
                    f"would be unknown there; it has {other}. If they are the same, add "
                    f"rename: {{{other}: {label}, ...}} to that source; if not, give them names "
                    "that differ more"
                )


def check_ids(role: str, table: pd.DataFrame) -> None:
    """Check that no two images of a role have the same id.

    Parameters
    ----------
    role
        Name of the role.
    table
        Columns ``id`` and ``manifest``.

    Raises
    ------
    CohortError
        Two images have the same id.
    """
    again = np.flatnonzero(table["id"].duplicated().to_numpy())
    if len(again):
        name = table["id"].iloc[again[0]]
        where = table.loc[table["id"] == name, "manifest"].tolist()
        raise CohortError(
            f"role {role!r}: the id {name!r} is in {' and in '.join(where)}, as are "
            f"{numbers.count(len(again))} ids of the role; begin ids with the name of "
            "their set, and names of patients too, if they are other people"
        )


def check_training(role: Role) -> None:
    """Check that the training images of a role show each label both ways.

    With many labels that don't exclude each other, a rare one may have no positive case; each must
    have a known truth, and one of them both ways. The external role is never trained on. Phantoms
    are drawn at random with known truth; of few, some may show no case of a class.

    Raises
    ------
    CohortError
        A label is always present, never present, or always unknown in the training images.
    """
    rows = role.rows("train")
    is_drawn = role.table["path"].str.startswith("phantom:").all()
    if not len(rows) or role.name == TESTED_ONLY or is_drawn:
        return
    truth = role.truth[rows]
    present, absent = (truth == 1).sum(0), (truth == 0).sum(0)
    both = (present > 0) & (absent > 0)
    is_learnt = (present + absent > 0) & both.any() if role.task == "multilabel" else both
    if is_learnt.all():
        return
    column = int(np.argmin(is_learnt))
    images, having, lacking = len(rows), int(present[column]), int(absent[column])
    raise CohortError(
        f"role {role.name!r}, label {role.labels[column]}: of {numbers.count(images)} training "
        f"images it is present in {numbers.count(having)}, absent in {numbers.count(lacking)} and "
        f"unknown in {numbers.count(images - having - lacking)}; it can only be learnt "
        "from images with and without it. Correct the labels or the split, or leave the label out "
        "of the role"
    )

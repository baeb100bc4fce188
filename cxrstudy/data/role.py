"""Role: the images and labels that a stage is trained or tested on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.identity import canonical, fingerprint

#: ``multiclass``: exactly one label per image; ``multilabel``: any number; ``binary``: one label.
Task = Literal["multiclass", "multilabel", "binary"]


@dataclass(frozen=True)
class Role:
    """The images and labels that a stage is trained or tested on.

    Attributes
    ----------
    name
        Name of the role; for pooled roles, their names joined by ``+``.
    task
        Kind of classification, which determines head and loss.
    labels
        Names of the k labels.
    table
        Columns of the manifest, n included rows. The columns ``manifest`` and ``row`` give the
        position of the image among the included rows of its manifest.
    truth
        (n, k): 1 present, 0 absent, NaN unknown.
    """

    name: str
    task: Task
    labels: tuple[str, ...]
    table: pd.DataFrame
    truth: NDArray[np.float32]

    def rows(self, split: str) -> NDArray[np.intp]:
        """Row numbers of a split."""
        return np.flatnonzero((self.table["split"] == split).to_numpy())

    def only(self, rows: NDArray[np.intp]) -> "Role":
        """Return the role with the given rows only."""
        table = self.table.iloc[rows].reset_index(drop=True)
        return Role(self.name, self.task, self.labels, table, self.truth[rows])

    @property
    def fingerprint(self) -> str:
        """SHA-256 of everything that a run depends on: content, patient, split, truth and order.

        It does not cover ages, licences or addresses, so they can be corrected without new runs.
        """
        seen = self.table[["id", "sha256", "patient", "split"]].assign(
            truth=[row.tobytes().hex() for row in self.truth]
        )
        rows = seen.to_csv(index=False, lineterminator="\n")
        return fingerprint(canonical([self.name, self.task, list(self.labels), rows]))


def pool(roles: Sequence[Role]) -> Role:
    """Pool roles under the union of their labels.

    A label that a role does not have is unknown (NaN) for its images, not absent; the loss omits
    it. The result is multi-label.
    """
    labels = tuple(dict.fromkeys(label for role in roles for label in role.labels))
    columns = [[labels.index(label) for label in role.labels] for role in roles]
    truths = [np.full((len(role.table), len(labels)), np.nan, np.float32) for role in roles]
    for role, matrix, column in zip(roles, truths, columns, strict=True):
        matrix[:, column] = role.truth
    table = pd.concat([role.table for role in roles], ignore_index=True)
    name = "+".join(role.name for role in roles)
    return Role(name, "multilabel", labels, table, np.concatenate(truths))

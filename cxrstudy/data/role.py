"""Role: images and truth that a stage trains or is tested on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxrstudy.base.identity import canonical, fingerprint

#: ``multiclass``: exactly one label an image; ``multilabel``: any number; ``binary``: one label.
Task = Literal["multiclass", "multilabel", "binary"]


@dataclass(frozen=True)
class Role:
    """Images and truth that a stage trains or is tested on.

    Attributes
    ----------
    name
        Role, or roles joined by ``+`` when pooled.
    kind
        What the head has to say about the labels.
    labels
        k names.
    table
        Columns of the manifest, n rows, none excluded; and in ``manifest`` and ``row`` where the
        image stands among the included rows of its manifest.
    truth
        (n, k): 1 present, 0 absent, NaN unknown.
    """

    name: str
    task: Task
    labels: tuple[str, ...]
    table: pd.DataFrame
    truth: NDArray[np.float32]

    def rows(self, split: str) -> NDArray[np.intp]:
        """Numbers of the rows in a split."""
        return np.flatnonzero((self.table["split"] == split).to_numpy())

    def only(self, rows: NDArray[np.intp]) -> "Role":
        """Keep these rows."""
        table = self.table.iloc[rows].reset_index(drop=True)
        return Role(self.name, self.task, self.labels, table, self.truth[rows])

    @property
    def fingerprint(self) -> str:
        """SHA-256 over what a run can see: image content, patient, split and truth, in order.

        Ages, licences or addresses may be corrected without making a recorded run void.
        """
        seen = self.table[["id", "sha256", "patient", "split"]].assign(
            truth=[row.tobytes().hex() for row in self.truth]
        )
        rows = seen.to_csv(index=False, lineterminator="\n")
        return fingerprint(canonical([self.name, self.task, list(self.labels), rows]))


def pool(roles: Sequence[Role]) -> Role:
    """Put roles together under the union of their labels.

    A label that a source does not carry is unknown there (NaN), not absent: the loss leaves it
    out. The head becomes multi-label.
    """
    labels = tuple(dict.fromkeys(label for role in roles for label in role.labels))
    columns = [[labels.index(label) for label in role.labels] for role in roles]
    truths = [np.full((len(role.table), len(labels)), np.nan, np.float32) for role in roles]
    for role, matrix, column in zip(roles, truths, columns, strict=True):
        matrix[:, column] = role.truth
    table = pd.concat([role.table for role in roles], ignore_index=True)
    name = "+".join(role.name for role in roles)
    return Role(name, "multilabel", labels, table, np.concatenate(truths))

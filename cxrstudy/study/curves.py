"""Curves: how the trainings of arms went, from their records."""

from collections.abc import Hashable

import pandas as pd

from cxrstudy.runs import store
from cxrstudy.runs.provenance import did_not_move
from cxrstudy.study.arms import Arms

#: Columns of :func:`curves_of`.
COLUMNS = [
    "arm", "seed", "step", "learning_rate", "train_loss", "validation_loss", "validation_auroc",
    "plateau",
]  # fmt: skip


def curves_of(arms: Arms) -> pd.DataFrame:
    """Losses, AUROC and learning rate at every validation of the last stage of each arm.

    Parameters
    ----------
    arms
        Arms whose runs are recorded.

    Returns
    -------
    One row per arm, seed and validation: ``arm``, ``seed``, ``step``, ``learning_rate`` (of the
    step before the validation; empty in older records), ``train_loss``, ``validation_loss``,
    ``validation_auroc``, and ``plateau`` (of the training: ``yes``, ``no``, ``did not move`` or
    ``not known``).

    Raises
    ------
    StoreError
        A run is not recorded, or its record is altered.

    Examples
    --------
    >>> curves_of(arms).columns.tolist()[:3]  # arms are trained, as in a chapter
    ['arm', 'seed', 'step']
    """
    tables = []
    for (arm, seed), run in arms.trained.items():
        table = store.read_epochs(arms.study.records, run)
        table["arm"] = pd.Series([arm] * len(table), dtype=object)
        record = store.read(arms.study.records, run)
        # As the table of runs has it: too short to move is no plateau.
        end = "did not move" if did_not_move(record) else record.at_plateau
        tables.append(table.assign(seed=seed, plateau=end))
    return pd.concat(tables, ignore_index=True).reindex(columns=COLUMNS)


def steps_in_words(arms: Arms, auroc: float) -> pd.DataFrame:
    """Steps after which each training first had a validation AUROC, for readers.

    Returns
    -------
    As :func:`steps_to`, with ``never`` where it was not reached.

    Examples
    --------
    >>> steps_in_words(arms, 1.1)["steps"].unique().tolist()  # arms are trained, as in a chapter
    ['never']
    """
    reached = steps_to(curves_of(arms), auroc).astype({"steps": object})
    return reached.fillna({"steps": "never"})


def steps_to(curves: pd.DataFrame, auroc: float) -> pd.DataFrame:
    """Steps after which a training first had a given validation AUROC.

    Parameters
    ----------
    curves
        From :func:`curves_of`.
    auroc
        The AUROC to reach.

    Returns
    -------
    One row per arm and seed: ``arm``, ``seed``, ``steps``; missing if it was not reached.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"arm": "a", "seed": 0, "step": [4, 8, 12], "validation_auroc": [0.6, 0.9, 0.8]}
    ... )
    >>> steps_to(table, 0.8)["steps"].tolist(), steps_to(table, 0.95)["steps"].isna().tolist()
    ([8], [True])
    """
    found: dict[tuple[Hashable, int], float | None] = {}
    for arm, seed, step, value in zip(
        *(curves[name] for name in ("arm", "seed", "step", "validation_auroc")), strict=True
    ):
        if found.setdefault((arm, seed), None) is None and value >= auroc:
            found[arm, seed] = step
    rows = [{"arm": arm, "seed": seed, "steps": step} for (arm, seed), step in found.items()]
    return pd.DataFrame(rows, columns=["arm", "seed", "steps"]).astype({"steps": "Int64"})

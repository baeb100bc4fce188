"""CXR111: source and label coincide, in training and in test."""

from collections.abc import Iterator

import pandas as pd

from cxrstudy.audit.check_result import CheckResult, CheckState, row, row_table
from cxrstudy.audit.evidence import Evidence
from cxrstudy.base.words import counted
from cxrstudy.data.role import Role

CODE, TITLE = "CXR111", "source and label coincide"
ADVICE = (
    "Use several sources for each class and several classes for each source; until then no "
    "AUROC on this role is about disease."
)

#: Of a class, or of a source, in a split; with fewer it may be chance.
FEWEST_IMAGES = 10
#: Of a class's images from one source, or of a source's images of one class; and how
#: many times rarer the exceptions must be than elsewhere, so that one large source isn't a tie.
SMALLEST_SHARE, TIMES_RARER = 0.95, 4.0


def check(evidence: Evidence) -> CheckResult:
    """Look for classes of nearly one source, and sources of nearly one class, in every split.

    A classifier that recognises the source is then right for these images in training and in test,
    so a high AUROC is no sign that it recognises disease.
    """
    rows, compared = [], 0
    for name, role in evidence.roles.items():
        if role.task == "multilabel" or role.table["source"].nunique() < 2:
            continue
        compared += 1
        tied = [set(_tied(table)) for table in _tables(role)]
        rows += [row(what, name) for what in sorted(set.intersection(*tied))]
    state: CheckState = "issue" if rows else "pass" if compared else "not applicable"
    return CheckResult(
        CODE, TITLE, state, len(rows), row_table(rows),
        f"Classes or sources that coincide, in training and in test: {len(rows)}, in "
        f"{counted(compared, 'role')} with several sources.",
        ADVICE if rows else "Nothing to do.",
    )  # fmt: skip


def _tables(role: Role) -> Iterator[pd.DataFrame]:
    """Number of images by source (row) and class (column), for training and for test."""
    classes = (
        pd.Series(role.truth.argmax(1)).map(dict(enumerate(role.labels)))
        if role.task == "multiclass"
        else pd.Series(role.truth[:, 0]).map({1: role.labels[0], 0: f"no {role.labels[0]}"})
    )
    for split in ("train", "test"):
        here = (role.table["split"] == split).to_numpy()
        if here.any():
            yield pd.crosstab(role.table["source"][here], classes[here])


def _tied(table: pd.DataFrame) -> Iterator[str]:
    for label, counts in table.items():
        if source := _nearly_all(counts, table.sum(axis=1)):
            yield f"nearly all images of {label} come from {source}"
    for source, counts in table.iterrows():
        if label := _nearly_all(counts, table.sum(axis=0)):
            yield f"nearly all images from {source} are of {label}"


def _nearly_all(counts: pd.Series, all_counts: pd.Series) -> str:
    """What nearly all of some images are, although the others are not; empty if nothing."""
    total, rest = counts.sum(), all_counts.sum() - counts.sum()
    if total < FEWEST_IMAGES or not rest:
        return ""
    name = counts.idxmax()
    exceptions = 1 - counts[name] / total
    elsewhere = 1 - (all_counts[name] - counts[name]) / rest
    is_tied = exceptions <= 1 - SMALLEST_SHARE and elsewhere > TIMES_RARER * exceptions
    return str(name) if is_tied else ""

"""Reference results of experiments: plain files without weights, small enough to commit.

=================  ===============================================================================
``results.yaml``   command, machine, versions and time, and the SHA-256 of the other files
                   (`Results`), also of files that were added later (`include`)
``arms.csv``       one row per experiment, arm and seed: its last run, the cost, and whether the
                   training is at a plateau; by what twice the steps gained, where that is known
``images.csv``     one row per scored image: role, split, patient, source, truth
``scores.csv.gz``  the same rows in the same order; one column per run and label, ``RUN:LABEL``
=================  ===============================================================================

Scores are rounded to four significant digits of the distance to 0 or 1, whichever is nearer; scores
that would become equal get more. So order and ties are kept, and areas under curves are those from
memory. Equal results give equal bytes.
"""

from cxrstudy.verdicts.results.adding import add
from cxrstudy.verdicts.results.reading import arms, experiments, failed, read
from cxrstudy.verdicts.results.results import (
    ARMS,
    IMAGES,
    REFERENCE_PROFILES,
    RESULTS,
    SCORED,
    VERDICTS,
    Results,
    ResultsError,
    altered,
    claims_changed,
    facts,
    folders,
    hash_again,
    include,
    reference,
    unchecked,
)
from cxrstudy.verdicts.results.writing import rounded, write

__all__ = [
    "ARMS",
    "IMAGES",
    "REFERENCE_PROFILES",
    "RESULTS",
    "SCORED",
    "VERDICTS",
    "Results",
    "ResultsError",
    "add",
    "altered",
    "arms",
    "claims_changed",
    "experiments",
    "facts",
    "failed",
    "folders",
    "hash_again",
    "include",
    "read",
    "reference",
    "rounded",
    "unchecked",
    "write",
]  # fmt: skip

"""Reference: the results of experiments as plain files, without weights, small enough to commit.

=================  ===============================================================================
``results.yaml``   what made them, on what, how long, and the SHA-256 of the others (`Results`),
                   of those too that are made from them (`include`)
``arms.csv``       a row an experiment, arm and seed: the run at its end, and what it cost
``images.csv``     a row an image that was scored: role, split, patient, source, truth
``scores.csv.gz``  the same rows in the same order; a column a run and label, ``RUN:LABEL``
=================  ===============================================================================

Scores are rounded to four significant digits of the distance to 0 or 1, whichever is nearer: their
order hardly changes, and the area under a curve by less than 0.0001. The same results are the same
bytes.
"""

from cxrstudy.verdicts.results.reading import arms, experiments, read
from cxrstudy.verdicts.results.results import (
    ARMS,
    IMAGES,
    REFERENCE_PROFILE,
    RESULTS,
    SCORED,
    Results,
    ResultsError,
    claims_changed,
    facts,
    folders,
    include,
)
from cxrstudy.verdicts.results.writing import rounded, write

__all__ = [
    "ARMS", "IMAGES", "REFERENCE_PROFILE", "RESULTS", "SCORED", "Results", "ResultsError",
    "arms", "claims_changed", "experiments", "facts", "folders", "include", "read",
    "rounded", "write",
]  # fmt: skip

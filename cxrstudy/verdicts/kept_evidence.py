"""Kept evidence: what follows from sealed results, kept under the hash of all that decides it.

The kernels of a book and the pages ask for the same numbers of the same recorded results. They are
computed once, kept by :mod:`cxrstudy.base.remembered`, and found again only while all of this is
what it was:

- every file of the results, which are refused if one is altered, and the claims files;
- all code of the package, whatever it does;
- Python, the libraries that read and compute, the instructions of the processor, and threads.

Only kernels and pages that a command of ours makes keep anything and find anything
(:data:`VARIABLE`). In a kernel of a reader's own, or in a test, functions can be replaced, so that
the code that runs is not that in the files; what is computed there is neither kept nor found.

What checks recorded results computes them itself: ``cxrstudy review``, ``cxrstudy registration
check``, ``cxrstudy results judge`` and certificates ask
:func:`cxrstudy.verdicts.judge.evidence_of_results`, which keeps nothing.
"""

import os
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pandas as pd

from cxrstudy.base import coverage
from cxrstudy.base.identity import file_sha256
from cxrstudy.base.remembered import remembered
from cxrstudy.data.tables.kept import LIBRARIES, as_plain, as_table
from cxrstudy.verdicts import results
from cxrstudy.verdicts.results.results import claims_now

#: Set for the processes that execute notebooks and build pages, and for no others.
VARIABLE = "CXRSTUDY_KEEPS_EVIDENCE"
#: Libraries that read results and claims, besides those that pixels and tables depend on.
_READ = (*LIBRARIES, "pyyaml")
#: Variables that say in how many parts a sum may be added.
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
#: When the code that runs here was read.
_LOADED = time.time()


def kept_evidence(folder: Path, compute: Callable[[Path], pd.DataFrame]) -> pd.DataFrame:
    """Return the evidence that results give, computed now or found as it was computed before.

    Parameters
    ----------
    folder
        Of recorded results.
    compute
        :func:`cxrstudy.verdicts.judge.evidence_of_results`.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """
    return as_table(kept_of("evidence", folder, lambda: as_plain(compute(folder))))


def kept_of(what: str, folder: Path, compute: Callable[[], Any]) -> Any:
    """Return plain data that follow from results, computed now or found as they were before.

    Parameters
    ----------
    what
        Kind of the data, for the name of a file.
    folder
        Of recorded results.
    compute
        Gives the data, as JSON can hold them, from nothing but these results and the claims.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """
    if not os.environ.get(VARIABLE) or _is_edited():
        return compute()
    return remembered(what, lambda: inputs_of(folder), compute)


def inputs_of(folder: Path) -> list[Any]:
    """List all that evidence from results depends on.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """
    seal = results.facts(folder).seal
    files = {path.name: file_sha256(path) for path in sorted(folder.iterdir()) if path.is_file()}
    return [
        seal, files, claims_now(), coverage.package_fingerprint(), coverage.pixel_environment(),
        {name: version(name) for name in _READ}, [os.environ.get(name) for name in _THREADS],
    ]  # fmt: skip


def _is_edited() -> bool:
    """Whether code was edited since this process read it: its answers are then those of neither."""
    files = coverage.PACKAGE_FOLDER.rglob("*.py")
    return any(path.stat().st_mtime > _LOADED for path in files)

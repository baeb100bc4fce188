"""An executable study of transfer learning for COVID-19 in chest radiographs.

The package follows one line, and nothing flows backwards::

    data → pixels → training → runs → study → statistics → verdicts → pages → notebook → book

Each word is a folder, except the last two: ``notebook`` is the module that the notebooks import,
and the book is made of ``notebooks/`` and ``book/``.

============  =====================================================================================
data          manifests, cards, cohorts, roles and splits; downloads; adapters for publishers' files
pixels        decodes image files to square grey images, once per resolution
training      trains one stage: initial weights, batches, model, loss, schedule, scoring
runs          plans and executes stages, locally or on a cluster; keeps their records
study         profile, cohort and seeds together: what an experiment's notebook works with
statistics    metrics, intervals and paired comparisons from a table of scores
verdicts      claims, the rule that decides them, and recorded results
pages         figures and tables of the book; executes the notebooks
notebook      everything that the notebooks import
============  =====================================================================================

Beside the line:

============  =====================================================================================
base          what all others use: paths, hashes, progress, processes, checked YAML
phantom       simulates chest radiographs with known truth
audit         checks a cohort for leaks, copies and shortcuts
explain       Grad-CAM and other maps, and tests of whether maps can be trusted
explorer      shows maps interactively, in a notebook and in the book
predict       applies a recorded network to image files of one's own
cli           the command ``cxrstudy``
============  =====================================================================================
"""

import os
import warnings
from typing import Any

from cxrstudy.base import arithmetic

# Before numpy and torch are imported, which read how they may compute only once.
arithmetic.prepare()
# OpenMP threads that spin while another process works slow two parallel trainings by a factor of
# eight on two cores; the wait policy must be set before torch is imported anywhere.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
# Matrix products of a bootstrap are small: threads of OpenBLAS that wait for each other took seven
# times the CPU time of one thread when all results were reviewed on two busy cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Without a workspace of fixed size cuBLAS may add in another order each time.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
# fastai 2.8 imports torch.jit.script, which torch 2.15 has deprecated; users can't change that.
warnings.filterwarnings("ignore", message="`torch.jit.script` is deprecated")

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Import ``cxrstudy.explore`` only when it is asked for, because it needs torch."""
    if name == "explore":
        from cxrstudy.explorer import explore

        return explore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

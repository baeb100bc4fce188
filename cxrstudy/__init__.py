"""An executable study of transfer learning for COVID-19 in chest radiographs.

The package follows one line, a module an arrow; nothing flows backwards::

    manifest → pixels → batches → stage → chain → scores → statistics → verdict → notebook → book

The words are module names: look for the word, find the code.
"""

import os
import warnings
from typing import Any

# OpenMP threads that spin while another process works slow two parallel trainings by a factor of
# eight on two cores; the wait policy must be set before torch is imported anywhere.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")
# Without a workspace of fixed size cuBLAS may add in another order each time.
os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
# fastai 2.8 imports torch.jit.script, which torch 2.15 has deprecated; a reader can do nothing.
warnings.filterwarnings("ignore", message="`torch.jit.script` is deprecated")

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Give ``cxrstudy.explore``, which takes torch, to those who ask for it."""
    if name == "explore":
        from cxrstudy.explorer import explore

        return explore
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

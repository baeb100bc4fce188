"""Places: the folders that the study reads and writes.

Two environment variables move what is large: ``CXRSTUDY_DATA`` is where radiographs are brought
to, ``CXRSTUDY_RUNS`` is where records, pixels and executed notebooks are left.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MANIFESTS = ROOT / "data_manifests"
PROFILES = ROOT / "profiles"
CLAIMS = ROOT / "claims"
NOTEBOOKS = ROOT / "notebooks"
RESULTS = ROOT / "results"


def data() -> Path:
    """Folder of the radiographs: ``CXRSTUDY_DATA``, or ``data`` in the project."""
    return Path(os.environ.get("CXRSTUDY_DATA") or ROOT / "data").resolve()


def runs() -> Path:
    """Folder of all that runs leave: ``CXRSTUDY_RUNS``, or ``runs`` in the project."""
    return Path(os.environ.get("CXRSTUDY_RUNS") or ROOT / "runs").resolve()

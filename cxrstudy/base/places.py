"""Places: the folders that the study reads and writes.

Two environment variables move the large folders: ``CXRSTUDY_DATA`` names the folder of the
radiographs, ``CXRSTUDY_RUNS`` that of records, pixels and executed notebooks.
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
    """Folder of everything that runs write: ``CXRSTUDY_RUNS``, or ``runs`` in the project."""
    return Path(os.environ.get("CXRSTUDY_RUNS") or ROOT / "runs").resolve()

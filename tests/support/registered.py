"""Registered: a small project under git, with a registration and results that name it."""

import gzip
from pathlib import Path
from typing import Any

import yaml

from cxrstudy.base.identity import file_sha256
from cxrstudy.verdicts.results import ARMS, IMAGES, RESULTS, SCORED, Results
from tests.support.claims import CLAIMS
from tests.support.project import PROFILE, write_cohort, write_notebook, write_yaml
from tests.support.repositories import start

#: A rule of four modules, which is all that a registration reads of a package.
RULE = {
    "cxrstudy/verdicts/__init__.py": "",
    "cxrstudy/verdicts/outcome.py": 'def decide(p):\n    """Decide."""\n    return p < 0.05\n',
    "cxrstudy/verdicts/across.py": "",
    "cxrstudy/verdicts/doubling.py": "",
    "cxrstudy/verdicts/verdict.py": "from cxrstudy.verdicts.outcome import decide\n",
}


def write_project(folder: Path) -> Path:
    """Write a project into a repository of its own; nothing is committed."""
    made = start(folder)
    for path, text in RULE.items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_text(text)
    write_yaml(made / "profiles" / "tiny.yaml", PROFILE)
    write_cohort(made / "data_manifests")
    write_yaml(made / "claims" / "paper.yaml", CLAIMS)
    write_notebook(made / "notebooks" / "06.ipynb", {"arms": "arms = {}"})
    return made


def record(
    folder: Path, at: str, name: str = "0001-made-tiny", scores: str = "0.5", **facts: Any
) -> Path:
    """Write results of runs at a commit."""
    place = folder / "results" / "made" / "tiny"
    place.mkdir(parents=True, exist_ok=True)
    (place / ARMS).write_text("experiment,arm,cohort,seed,run,chain,scored\n")
    (place / IMAGES).write_text("id\na\n")
    (place / SCORED).write_bytes(gzip.compress(f"r:covid19\n{scores}\n".encode(), mtime=0))
    made = {
        "profile": "tiny", "cohort": "made", "seeds": 2, "experiments": ["06"], "command": "c",
        "commit": at, "uncommitted": False, "finished": "", "cores": 1, "processor": "p",
        "devices": [], "runs": 4, "samples_seen": 1, "seconds": 1.0, "versions": {}, "claims": {},
        "files": {one: file_sha256(place / one) for one in (ARMS, IMAGES, SCORED)},
        "registration": name, "ran": {at: 4},
    }  # fmt: skip
    sealed = Results(**made | facts).sealed()
    (place / RESULTS).write_text(yaml.safe_dump(sealed.model_dump(mode="json")))
    return place

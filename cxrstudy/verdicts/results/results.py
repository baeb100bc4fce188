"""Results: the facts of a folder of reference results, and the check that it is unchanged."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml
from pydantic import AliasChoices, ConfigDict, Field

from cxrstudy.base import places
from cxrstudy.base.identity import canonical, file_sha256, fingerprint
from cxrstudy.base.schema import Strict, read_content, read_yaml

#: Profiles of the results that verdicts are based on: an experiment is judged by the first of them
#: that it is recorded for. Results of other profiles show changes.
REFERENCE_PROFILES = ("plateau", "real", "standard")

RESULTS, ARMS, IMAGES, SCORED = "results.yaml", "arms.csv", "images.csv", "scores.csv.gz"
#: File of the verdicts that follow from the scores.
VERDICTS = "verdicts.csv"


class ResultsError(ValueError):
    """Results are missing or altered, or can't be written; the message names the file or run."""


class Results(Strict):
    """The facts of a folder of results.

    Attributes
    ----------
    profile, cohort, seeds, experiments
        Profile, cohort, number of seeds and experiments.
    command, commit, uncommitted
        Command and commit that wrote the files; whether files differed from the commit.
    registration
        Registration that the runs were made under; empty if there was none.
    ran, ran_uncommitted
        Commits at which the runs were made, with the number of runs; number of runs that were made
        while files differed from their commit. A run that says no commit is in neither.
    finished
        End of the last run: UTC, ISO 8601.
    cores, processor, devices
        Cores and processor of the machine that wrote the files; devices of the runs.
    runs, samples_seen, seconds
        Totals: number of runs, samples seen, seconds of training and scoring.
    versions
        Library to version; several versions if runs differ.
    claims
        SHA-256 of the claims files at that time.
    files
        SHA-256 of the other files.
    seal
        SHA-256 of the canonical JSON of all fields above.
    """

    model_config = ConfigDict(populate_by_name=True)

    profile: str
    cohort: str
    seeds: int
    experiments: list[str]
    command: str
    commit: str
    uncommitted: bool
    finished: str
    cores: int
    processor: str
    devices: list[str]
    runs: int
    # In older results this field has another name.
    samples_seen: int = Field(validation_alias=AliasChoices("samples_seen", "image_steps"))
    seconds: float
    versions: dict[str, str]
    claims: dict[str, str]
    files: dict[str, str]
    # Older results do not have these fields.
    registration: str = ""
    ran: dict[str, int] = Field(default_factory=dict)
    ran_uncommitted: int = 0
    seal: str = ""

    def sealed(self) -> "Results":
        """Return the same facts with their seal."""
        return self.model_copy(update={"seal": _seal_of(self.model_dump(mode="json"))})


def folders() -> list[Path]:
    """Folders in ``results/`` that contain reference results."""
    return sorted(path.parent for path in places.results().glob(f"*/*/{RESULTS}"))


def reference(cohort: str, experiment: str) -> Path | None:
    """Folder of the results by which an experiment is judged on a cohort; None if there is none."""
    there = (places.results() / cohort / profile for profile in REFERENCE_PROFILES)
    recorded = (folder for folder in there if (folder / RESULTS).is_file())
    return next((path for path in recorded if experiment in facts(path).experiments), None)


def facts(folder: Path) -> Results:
    """Check the SHA-256 of every file of results, and read their facts.

    Raises
    ------
    ResultsError
        A file is missing or altered.
    """
    found = unchecked(folder)
    problems = altered(folder, found)
    if problems:
        raise ResultsError(problems[0])
    return found


def unchecked(folder: Path) -> Results:
    """Read the facts of results without a look at the other files, or at the seal.

    Raises
    ------
    ResultsError
        There are no facts, or they are not valid.
    """
    path = folder / RESULTS
    if not path.is_file():
        raise ResultsError(f"{path}: no such results; see `cxrstudy results list` for all results")
    return read_yaml(path, Results, ResultsError)


def altered(folder: Path, found: Results) -> list[str]:
    """Every file of results that is missing or altered, the facts first; empty if none is."""
    path = folder / RESULTS
    problems = []
    if found.seal != _seal_of(read_content(path, ResultsError)):
        problems.append(f"{path}: altered since it was written; write the results again")
    for name in sorted({ARMS, IMAGES, SCORED} | set(found.files)):
        file = folder / name
        if not file.is_file() or file_sha256(file) != found.files.get(name):
            problems.append(f"{file}: missing or altered since it was written; write it again")
    return problems


def include(folder: Path, names: Iterable[str], registration: str = "") -> None:
    """Add to the facts of a folder the SHA-256 of further files, and the runs' registration.

    Raises
    ------
    ResultsError
        A file that the facts already list is missing or altered.
    """
    found = facts(folder)
    added = {"registration": registration or found.registration}
    hash_again(found.model_copy(update=added), folder, names)


def hash_again(found: Results, folder: Path, names: Iterable[str]) -> None:
    """Write facts with the SHA-256 that some files of their folder have now; the rest stays."""
    files = found.files | {name: file_sha256(folder / name) for name in names}
    write_facts(found.model_copy(update={"files": files}).sealed(), folder)


def write_facts(results: Results, folder: Path) -> None:
    """Write the facts of a folder of results."""
    shown = yaml.safe_dump(results.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    (folder / RESULTS).write_text(shown, encoding="utf-8")


def _seal_of(facts: dict[str, Any]) -> str:
    return fingerprint(canonical({name: facts[name] for name in facts if name != "seal"}))


def claims_now() -> dict[str, str]:
    """SHA-256 of the present claims files, by name."""
    return {path.name: file_sha256(path) for path in places.visible(places.claims(), "*.yaml")}


def claims_changed(results: Results) -> list[str]:
    """Names of the claims files that have changed since results were written."""
    now, then = claims_now(), results.claims
    return sorted(name for name in now | then if now.get(name) != then.get(name))

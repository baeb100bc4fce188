"""Certificate: what an independent repeat of recorded results found, as one file.

Each claim's verdict from the repeat stands beside ours, and every metric's distance from ours in
standard deviations between seeds. A certificate names the results that it was compared with by
their seal, and holds the hash of its own content, so a changed one is not shown.
"""

from pathlib import Path
from typing import Any

import pandas as pd
import yaml
from pydantic import Field

from cxrstudy.base import arithmetic, device, places
from cxrstudy.base.atomic import write_file
from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.base.schema import Strict, read_yaml
from cxrstudy.base.standard_json import plain_value
from cxrstudy.base.words import arm_name
from cxrstudy.study.study import Study
from cxrstudy.verdicts import recording, results
from cxrstudy.verdicts.compare import Row
from cxrstudy.verdicts.judge import evidence_of_results, judged
from cxrstudy.verdicts.repeat import committed_results, drift, written

#: Folder of certificates in the project.
FOLDER = "certificates"


class CertificateError(ValueError):
    """A certificate is not valid or was altered; the message names the file."""


class Verdict(Strict):
    """A claim by our results and by the repeat, both judged under the rule of the repeat's code.

    An estimate is empty where there is none.
    """

    paper: str
    claim: str
    ours: str
    repeat: str
    our_estimate: float | None
    our_low: float | None
    our_high: float | None
    estimate: float | None
    low: float | None
    high: float | None

    @property
    def agrees(self) -> bool:
        """Whether both verdicts are the same."""
        return self.ours == self.repeat


class Drift(Strict):
    """A metric in our results and in the repeat; ``moved`` is in seed standard deviations."""

    experiment: str
    arm: str
    role: str
    metric: str
    state: str
    ours: float | None
    repeat: float | None
    moved: float | None
    tolerance: float | None


class Certificate(Strict):
    """The facts of a repeat.

    Attributes
    ----------
    by
        Who repeated; may be empty.
    profile, cohort, seeds, experiments
        What was repeated, and with how many seeds.
    compared_with, its_seal, its_commit, its_seeds
        The committed results: folder, seal, commit that wrote them, number of seeds.
    commit, uncommitted, ran
        Commit that wrote the certificate, whether files differed from it, and the commits of the
        runs with their number.
    finished
        End of the last run, UTC.
    processor, cores, devices, instructions, arithmetic
        The machine, and the instructions that it computed with.
    versions
        Library to version.
    verdicts, drift
        What was found.
    seal
        SHA-256 of the canonical JSON of all fields above.
    """

    by: str
    profile: str
    cohort: str
    seeds: int
    experiments: list[str]
    compared_with: str
    its_seal: str
    its_commit: str
    its_seeds: int
    commit: str
    uncommitted: bool
    ran: dict[str, int]
    finished: str
    processor: str
    cores: int
    devices: list[str]
    instructions: str
    arithmetic: str
    versions: dict[str, str]
    verdicts: list[Verdict]
    drift: list[Drift]
    seal: str = Field("", description="of all other fields")

    @property
    def expected_seal(self) -> str:
        """The seal that the other fields give."""
        return fingerprint(canonical(self.model_dump(mode="json", exclude={"seal"})))

    @property
    def name(self) -> str:
        """Name of its file: the day, what was repeated, and the beginning of its seal."""
        return f"{self.finished[:10]}-{self.cohort}-{self.profile}-{self.seal[:8]}.yaml"


def certify(profile: str, cohort: str, seeds: int, by: str = "") -> Certificate:
    """Compare the recorded runs of this store with the committed results.

    Raises
    ------
    RepeatError
        There are no committed results of this profile and cohort.
    ResultsError
        A run is not recorded, or the committed results are altered.
    CompareError
        Nothing can be compared.
    """
    ours, study = committed_results(profile, cohort), Study(profile, cohort, seeds)
    with written(study, ours) as theirs:
        recording.record(study, theirs)
        mine, made = results.facts(ours), results.facts(theirs)
        found = Certificate(
            by=by,
            profile=profile,
            cohort=cohort,
            seeds=seeds,
            experiments=made.experiments,
            compared_with=ours.relative_to(places.root()).as_posix(),
            its_seal=mine.seal,
            its_commit=mine.commit,
            its_seeds=mine.seeds,
            commit=made.commit,
            uncommitted=made.uncommitted,
            ran=made.ran,
            finished=made.finished,
            processor=made.processor,
            cores=made.cores,
            devices=made.devices,
            instructions=arithmetic.instructions(),
            arithmetic=", ".join(arithmetic.facts(device.kind())),
            versions=made.versions,
            verdicts=_verdicts(ours, theirs, profile, cohort),
            drift=[_drift(row) for row in drift(ours, theirs)],
        )
    return found.model_copy(update={"seal": found.expected_seal})


def write_certificate(made: Certificate, folder: Path) -> Path:
    """Write a certificate to a folder, under its own name."""
    folder.mkdir(parents=True, exist_ok=True)
    text = yaml.safe_dump(made.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    path = folder / made.name
    write_file(path, text.encode())
    return path


def read_certificate(path: Path) -> Certificate:
    """Read a certificate.

    Raises
    ------
    CertificateError
        The file is not valid, or was altered since it was written.
    """
    found = read_yaml(path, Certificate, CertificateError)
    if found.seal != found.expected_seal:
        raise CertificateError(f"{path}: altered since it was written; ask its author for it again")
    return found


def certificates() -> list[Certificate]:
    """All certificates of the project, the oldest first.

    Raises
    ------
    CertificateError
        A file is not valid, or was altered.
    """
    folder = places.root() / FOLDER
    return [read_certificate(path) for path in places.visible(folder, "*.yaml")]


def _verdicts(ours: Path, theirs: Path, profile: str, cohort: str) -> list[Verdict]:
    one, other = (_judged(folder, profile, cohort) for folder in (ours, theirs))
    if one.empty or other.empty:
        return []
    both = one.merge(other, on=["paper", "claim"], suffixes=("", "_repeat"))
    return [
        Verdict(
            paper=row["paper"],
            claim=row["claim"],
            ours=row["verdict"],
            repeat=row["verdict_repeat"],
            **{f"our_{name}": plain_value(row[name]) for name in NUMBERS},
            **{name: plain_value(row[f"{name}_repeat"]) for name in NUMBERS},
        )
        for row in both.to_dict("records")
    ]


#: Columns of a verdict that are numbers.
NUMBERS = ("estimate", "low", "high")


def _judged(folder: Path, profile: str, cohort: str) -> pd.DataFrame:
    found = evidence_of_results(folder)
    return judged(found, "", cohort, profile) if len(found) else pd.DataFrame()


def _drift(row: Row) -> Drift:
    values: dict[str, Any] = {
        "ours": row.a, "repeat": row.b, "moved": row.moved, "tolerance": row.tolerance,
    }  # fmt: skip
    return Drift(
        experiment=row.key.experiment,
        arm=arm_name(row.key.arm),
        role=row.key.role,
        metric=row.key.metric,
        state=row.state,
        **{name: plain_value(float(value)) for name, value in values.items()},
    )

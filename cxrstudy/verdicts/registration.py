"""Registration: what was fixed before runs, in one committed file, which is never changed.

A run counts for a verdict only if git proves it; :mod:`cxrstudy.verdicts.proof` says how. A change
of mind is another registration, which names the one before it and the reason. What was done before
there were registrations is told in ``claims/registrations/history.yaml``
(:mod:`cxrstudy.verdicts.log`).
"""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import yaml
from pydantic import Field

from cxrstudy.base import places
from cxrstudy.base.atomic import write_file
from cxrstudy.base.identity import canonical, fingerprint
from cxrstudy.base.schema import Strict, read_yaml
from cxrstudy.verdicts import results
from cxrstudy.verdicts.claim import Claim
from cxrstudy.verdicts.claims_file import all_claims
from cxrstudy.verdicts.frozen import FolderTree, Frozen, freeze

#: Folder of registrations in a project.
FOLDER = "claims/registrations"
#: Number of digits of a registration's number.
DIGITS = 4


class RegistrationError(ValueError):
    """A registration can't be written or read; the message names the file and what to do."""


class Registration(Strict):
    """All that is fixed for the verdicts of a profile on a cohort.

    Attributes
    ----------
    name
        Number, cohort and profile: also the name of the file.
    profile, cohort, seeds
        What will be run.
    families
        Claims that Holm's correction is over, by paper.
    seen
        What had been seen of each claim when this was written.
    amends, because
        The registration that this one replaces, and the reason; empty for a first one.
    frozen
        SHA-256 of claims, rule, arms, profile, cohort and manifests.
    seal
        SHA-256 of the canonical JSON of all fields above.
    """

    name: str
    profile: str
    cohort: str
    seeds: int = Field(ge=1)
    families: dict[str, list[str]]
    seen: dict[str, str]
    amends: str = ""
    because: str = ""
    frozen: Frozen
    seal: str = ""

    @property
    def path(self) -> str:
        """Path of the file in the project."""
        return f"{FOLDER}/{self.name}.yaml"

    def sealed(self) -> "Registration":
        """The same with its seal."""
        return self.model_copy(update={"seal": self.expected_seal})

    @property
    def expected_seal(self) -> str:
        """The seal that the other fields give."""
        return fingerprint(canonical(self.model_dump(mode="json", exclude={"seal"})))


def register(profile: str, cohort: str, seeds: int, note: str = "", because: str = "") -> Path:
    """Write the registration of a profile on a cohort, from the project as it lies in its folder.

    Parameters
    ----------
    profile, cohort, seeds
        What will be run.
    note
        What else had been seen; it is added to what recorded results show of each claim.
    because
        The reason for replacing the registration that stands.

    Returns
    -------
    The file. It counts once it is committed, together with everything that it froze.

    Raises
    ------
    RegistrationError
        A registration of this profile and cohort stands and there is no reason, or the reverse; or
        nothing has changed since.
    FrozenError
        Something that has to be frozen is not there.
    """
    root = places.root()
    frozen = freeze(FolderTree(root), profile, cohort)
    standing = latest(profile, cohort)
    if standing and not because.strip():
        raise RegistrationError(
            f"{standing.name} stands for {cohort} and {profile}; say with --because why another "
            "replaces it"
        )
    if because and not standing:
        raise RegistrationError(f"there is no registration of {cohort} and {profile} to amend")
    if standing and (standing.frozen, standing.seeds) == (frozen, seeds):
        raise RegistrationError(f"{standing.name} froze the same; there is nothing to amend")
    number = max((_number(each.name) for each in registrations()), default=0) + 1
    made = Registration(
        name=f"{number:0{DIGITS}d}-{cohort}-{profile}",
        profile=profile,
        cohort=cohort,
        seeds=seeds,
        families={paper.paper: [claim.id for claim in paper.testable] for paper in all_claims()},
        seen=seen_of(note),
        amends=standing.name if standing else "",
        because=because.strip(),
        frozen=frozen,
    ).sealed()
    text = yaml.safe_dump(made.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    path = root / made.path
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, text.encode())
    return path


def seen_of(note: str = "") -> dict[str, str]:
    """What had been seen of each claim: the recorded results that hold its two arms, and a note."""
    there: dict[Path, set[tuple[str, object]]] = {}
    for folder in results.folders():
        arms = results.arms(folder)
        there[folder] = set(zip(arms["experiment"], arms["arm"], strict=True))
    claims = [claim for paper in all_claims() for claim in paper.claims]
    return {claim.id: _seen(claim, there, note) for claim in claims}


def _seen(claim: Claim, there: Mapping[Path, set[tuple[str, object]]], note: str) -> str:
    wanted = {(claim.experiment, arm) for arm in claim.arms}
    shown = [folder for folder, arms in there.items() if claim.has_contrast and wanted <= arms]
    names = [f"{folder.parent.name}/{folder.name}" for folder in shown]
    recorded = f"recorded results of {', '.join(names)}" if names else "no recorded results"
    return f"{recorded}; {note}" if note else recorded


def registrations() -> list[Registration]:
    """All registrations, the oldest first.

    Raises
    ------
    RegistrationError
        Names the file that is not valid, and what is wrong.
    """
    found = sorted((places.root() / FOLDER).glob(f"{'[0-9]' * DIGITS}-*.yaml"))
    return [read_registration(path) for path in found]


def read_registration(path: Path) -> Registration:
    """Read a registration.

    Raises
    ------
    RegistrationError
        The file is not valid, has another name inside, or was altered since it was written.
    """
    found = read_yaml(path, Registration, RegistrationError)
    if found.name != path.stem:
        raise RegistrationError(f"{path}: it holds the registration {found.name}")
    if found.seal != found.expected_seal:
        raise RegistrationError(f"{path}: altered since it was written; restore it from git")
    return found


def latest(profile: str, cohort: str) -> Registration | None:
    """The registration that stands for a profile and a cohort, if there is one."""
    of_both = [r for r in registrations() if (r.profile, r.cohort) == (profile, cohort)]
    return of_both[-1] if of_both else None


def registrations_table() -> pd.DataFrame:
    """Tabulate all registrations.

    Returns
    -------
    One row per registration and claim: ``registration``, ``amends``, ``because``, ``cohort``,
    ``profile``, ``seeds``, ``claim``, ``seen``.

    Examples
    --------
    >>> registrations_table().columns.tolist()[:3]
    ['registration', 'amends', 'because']
    """
    columns = ["registration", "amends", "because", "cohort", "profile", "seeds", "claim", "seen"]
    rows = [
        (each.name, each.amends, each.because, each.cohort, each.profile, each.seeds, claim, seen)
        for each in registrations()
        for claim, seen in each.seen.items()
    ]
    return pd.DataFrame(rows, columns=columns)


def _number(name: str) -> int:
    return int(name.split("-", 1)[0])

"""Proof: whether recorded results were registered before they were run, from git alone.

Results count for a verdict only if all of this holds:

- they name a registration, of their profile, cohort and number of seeds;
- its file is committed, and was never changed since;
- every run says at which commit it ran, and that no file differed from this commit;
- this commit is in the history of the one that is checked out, and holds the registration: then the
  commit that brought the registration is an ancestor of the one that ran;
- claims, rule, arms, profile, cohort and manifests in this commit are those that were registered;
- the claim is still that one: claims that were changed since do not count, and the others do
  (:mod:`cxrstudy.verdicts.amended`);
- so is the rule that is used now; or it was changed since, and the recorded verdict is the one that
  the registered rule gave, and the rule of now gives too (:mod:`cxrstudy.verdicts.changed_rule`);
- no earlier version of the same results names another registration or other commits.

Dates prove nothing, and are not looked at. What git can't show is that a run was not made before,
seen, and made again: what had been seen stands in the registration.
"""

from dataclasses import dataclass
from pathlib import Path

from cxrstudy.base import places
from cxrstudy.base.repository import Repository, RepositoryError, open_repository
from cxrstudy.base.words import counted
from cxrstudy.verdicts import results
from cxrstudy.verdicts.amended import amended
from cxrstudy.verdicts.changed_rule import changed_rule, written_by_rule
from cxrstudy.verdicts.frozen import CommitTree, FolderTree, Frozen, FrozenError, freeze, parsed
from cxrstudy.verdicts.registration import FOLDER, Registration, RegistrationError, registrations
from cxrstudy.verdicts.results import RESULTS, SCORED, Results


@dataclass(frozen=True)
class Proof:
    """What could be shown of a folder of results.

    Attributes
    ----------
    folder
        The results.
    registration
        The registration that they name; empty if they name none.
    problems
        Why they do not count; empty if they count, or if nothing can be shown here.
    unprovable
        Why nothing can be shown here; empty where something can.
    amended
        Claims that were changed since they were registered; they do not count, though others may.
    changed
        Parts of the rule that were changed since, where the recorded verdicts are those that the
        registered rule gave; a claim counts if the rule of now gives the same.
    """

    folder: Path
    registration: str
    problems: tuple[str, ...] = ()
    unprovable: str = ""
    amended: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the results count for verdicts."""
        return bool(self.registration) and not self.problems and not self.unprovable

    @property
    def said(self) -> str:
        """The same in words."""
        if self.problems:
            return f"does not count: {'; '.join(self.problems)}"
        if self.unprovable:
            return f"can't be checked here: {self.unprovable}"
        but = f", except {', '.join(self.amended)}, which changed since" if self.amended else ""
        since = "; verdicts of the registered rule, which was changed since" if self.changed else ""
        return f"counts: registered in {self.registration}{since}{but}"

    def said_of(self, claim: str, is_same: bool = True) -> str:
        """Whether a claim counts, in words.

        Parameters
        ----------
        claim
            Its id.
        is_same
            Whether its verdict and all numbers beside it are those that were recorded.
        """
        if not self.counts:
            return self.said
        if claim in self.amended:
            return f"does not count: {claim} was changed since {self.registration}"
        if self.changed and not is_same:
            since = f"the rule was changed since {self.registration}"
            return f"does not count: {since}, and gives {claim} another result"
        return f"counts: registered in {self.registration}"


def prove(folder: Path) -> Proof:
    """Check whether recorded results count.

    Raises
    ------
    ResultsError
        The results are missing or altered.
    """
    facts = results.facts(folder)
    if not facts.registration:
        return Proof(folder, "", ("these results name no registration",))
    try:
        known = {each.name: each for each in registrations()}
    except RegistrationError as problem:
        return Proof(folder, facts.registration, (str(problem),))
    if facts.registration not in known:
        return Proof(folder, facts.registration, (f"{facts.registration} is not in {FOLDER}",))
    registration = known[facts.registration]
    problems = [*_of_facts(facts, registration)]
    try:
        repository = open_repository(places.root())
        problems += _of_history(folder, facts, registration, repository)
        now = freeze(FolderTree(places.root()), registration.profile, registration.cohort)
        found, claims = _of_claims(now, registration, repository)
        rule = changed_rule(now, registration, repository)
        if rule and not written_by_rule(folder, registration, repository):
            found = [*found, *_no_longer(rule)]
    except RepositoryError as problem:
        return Proof(folder, registration.name, tuple(problems), str(problem))
    except FrozenError as problem:
        return Proof(folder, registration.name, (*problems, str(problem)))
    return Proof(
        folder, registration.name, (*problems, *found), amended=claims, changed=tuple(rule)
    )


def proofs() -> list[Proof]:
    """Check all recorded results of the project."""
    return [prove(folder) for folder in results.folders()]


def altered_registrations() -> list[str]:
    """What is wrong with the files of registrations themselves, whether results name them or not.

    Raises
    ------
    RepositoryError
        Nothing can be shown here; the message says why.
    """
    try:
        there = registrations()
    except RegistrationError as problem:
        return [str(problem)]
    if not there:
        return []
    repository = _whole(places.root())
    return [problem for each in there for problem in _of_file(each, repository)]


def _of_facts(facts: Results, registration: Registration) -> list[str]:
    """Problems that the results show by themselves."""
    found = [
        f"the {name} is {mine}, {registration.name} is for {theirs}"
        for name, mine, theirs in (
            ("profile", facts.profile, registration.profile),
            ("cohort", facts.cohort, registration.cohort),
            ("number of seeds", facts.seeds, registration.seeds),
        )
        if mine != theirs
    ]
    if facts.ran_uncommitted:
        found.append(f"{counted(facts.ran_uncommitted, 'run')} had changes that no commit holds")
    if sum(facts.ran.values()) != facts.runs:
        unknown = facts.runs - sum(facts.ran.values())
        found.append(f"{counted(unknown, 'run')} of {facts.runs} do not say at which commit")
    return found


def _of_history(
    folder: Path, facts: Results, registration: Registration, repository: Repository
) -> list[str]:
    """Problems that git shows."""
    _refuse_shallow(repository)
    found = _of_file(registration, repository)
    for commit in facts.ran:
        found += _of_commit(commit, registration, repository)
    return found + _restamped(folder, facts, repository)


def _of_file(registration: Registration, repository: Repository) -> list[str]:
    """Whether the file of a registration is committed, and never changed."""
    path = registration.path
    now = (repository.folder / path).read_bytes()
    if repository.contents(repository.head, [path]).get(path) != now:
        return [f"{path} is not committed as it is"]
    commits = repository.commits_of(path)
    versions = {repository.contents(commit, [path]).get(path) for commit in commits}
    return [] if versions == {now} else [f"{path} was changed after it was committed"]


def _of_commit(commit: str, registration: Registration, repository: Repository) -> list[str]:
    """Whether a commit that ran came after the registration, and holds what was registered."""
    short = commit[:12] or "none"
    if not repository.has_commit(commit):
        return [f"the commit that ran, {short}, is not known here"]
    if not repository.is_ancestor(commit, repository.head):
        return [f"the commit that ran, {short}, is not in the history of what is checked out"]
    path = registration.path
    if repository.contents(commit, [path]).get(path) != (repository.folder / path).read_bytes():
        return [f"the commit that ran, {short}, does not come after {registration.name}"]
    try:
        then = freeze(CommitTree(repository, commit), registration.profile, registration.cohort)
    except FrozenError as problem:
        return [str(problem)]
    changed = registration.frozen.differences(then)
    return [f"the commit that ran, {short}, has another {changed[0]}"] if changed else []


def _of_claims(
    now: Frozen, registration: Registration, repository: Repository
) -> tuple[list[str], tuple[str, ...]]:
    """Whether the claims are still those that were registered, and those that are not."""
    others = registration.frozen.differences(now, ["claims"])
    brought = repository.commits_of(registration.path)[:1]
    if not others or not brought:
        return _no_longer(others), ()
    claims = amended(CommitTree(repository, brought[0]), FolderTree(places.root()))
    asked = {name for family in registration.families.values() for name in family}
    return _no_longer(others if asked <= set(claims) else []), tuple(claims)


def _no_longer(changed: list[str]) -> list[str]:
    return [f"{changed[0]} is no longer what was registered"] if changed else []


def _restamped(folder: Path, facts: Results, repository: Repository) -> list[str]:
    """Whether earlier versions of the same scores named another registration or other commits."""
    try:
        path = (folder.resolve() / RESULTS).relative_to(repository.folder.resolve()).as_posix()
    except ValueError:  # results outside of the project have no history here
        return []
    found = []
    for commit in repository.commits_of(path):
        then = parsed(repository.contents(commit, [path]).get(path, b"")) or {}
        same_scores = then.get("files", {}).get(SCORED) == facts.files[SCORED]
        stamps = (then.get("registration", ""), then.get("ran", {}))
        if same_scores and stamps != (facts.registration, facts.ran):
            found.append(f"in commit {commit[:12]} the same scores were stamped otherwise")
    return found


def _whole(folder: Path) -> Repository:
    repository = open_repository(folder)
    _refuse_shallow(repository)
    return repository


def _refuse_shallow(repository: Repository) -> None:
    if repository.is_shallow:
        raise RepositoryError(
            f"{repository.folder} is a shallow clone; git fetch --unshallow brings its history"
        )

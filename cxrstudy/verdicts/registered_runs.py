"""Registered runs: under which registration the runs of results were made."""

from cxrstudy.base import places
from cxrstudy.base.repository import Repository, RepositoryError, open_repository
from cxrstudy.verdicts.registration import registrations
from cxrstudy.verdicts.results import Results


def registration_of(facts: Results) -> str:
    """Name the registration that the runs of results were made under; empty if there is none.

    It is the latest one of their profile and cohort that every commit that ran holds.
    """
    of_both = [r for r in registrations() if (r.profile, r.cohort) == (facts.profile, facts.cohort)]
    try:
        repository = open_repository(places.root())
        for each in reversed(of_both):
            if facts.ran and all(_holds(repository, commit, each.path) for commit in facts.ran):
                return each.name
    except RepositoryError:
        pass
    return ""


def _holds(repository: Repository, commit: str, path: str) -> bool:
    return repository.has_commit(commit) and bool(repository.contents(commit, [path]))

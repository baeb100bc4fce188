"""Changed rule: whether recorded verdicts are those of a registered rule that is changed now.

The code that decides is mended, too: an error that names its cause, a fit that no longer fails. A
mend that gives every recorded number again takes nothing from a result that was registered. So two
things are asked of results whose registration names another rule than the one of now. Git must show
that the tables beside the scores, byte for byte, were committed together with the registered rule:
then that rule wrote them. And the rule of now must give the same numbers, which
:func:`cxrstudy.verdicts.judge.judged_results` looks at claim by claim, each time.
"""

from pathlib import Path

from cxrstudy.base import places
from cxrstudy.base.repository import Repository
from cxrstudy.verdicts.frozen import CommitTree, FolderTree, Frozen, same_rule
from cxrstudy.verdicts.registration import Registration
from cxrstudy.verdicts.results import VERDICTS


def changed_rule(now: Frozen, registration: Registration, repository: Repository) -> list[str]:
    """Parts of the rule that are not those that were registered; mostly none.

    Parameters
    ----------
    now
        What would be registered now.

    Raises
    ------
    FrozenError
        The rule can't be read.
    """
    changed = registration.frozen.differences(now, ["rule"])
    brought = repository.commits_of(registration.path)[:1]
    if (
        changed
        and brought
        and same_rule(FolderTree(places.root()), CommitTree(repository, brought[0]))
    ):
        return []
    return changed


def written_by_rule(folder: Path, registration: Registration, repository: Repository) -> bool:
    """Whether a commit with the registered rule holds the verdicts of a folder as they are now.

    Raises
    ------
    FrozenError
        The rule of a commit can't be read.
    """
    try:
        path = (folder.resolve() / VERDICTS).relative_to(repository.folder.resolve()).as_posix()
    except ValueError:  # results outside of the project have no history here
        return False
    now = repository.folder / path
    brought = repository.commits_of(registration.path)[:1]
    if not now.is_file() or not brought:
        return False
    registered = CommitTree(repository, brought[0])
    return any(
        repository.contents(commit, [path]).get(path) == now.read_bytes()
        and same_rule(CommitTree(repository, commit), registered)
        for commit in reversed(repository.commits_of(path))
    )

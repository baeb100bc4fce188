"""Repository: read the git history of a folder, without changing anything.

Replaced objects, grafts and the environment of a hook are ignored, so that the history is the same
as in every other clone.
"""

import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class RepositoryError(RuntimeError):
    """A git command failed or is not possible; the message gives the reason."""


@dataclass(frozen=True)
class Repository:
    """A folder that git tracks; paths are relative to it, with forward slashes.

    Examples
    --------
    >>> from cxrstudy.base import places
    >>> repository = open_repository(places.root())  # doctest: +SKIP
    >>> repository.is_ancestor(repository.head, repository.head)  # doctest: +SKIP
    True
    """

    folder: Path

    @property
    def head(self) -> str:
        """The commit that is checked out."""
        return self._text("rev-parse", "--verify", "HEAD^{commit}")

    @property
    def is_top(self) -> bool:
        """Whether the folder is the top of its repository, not a folder in a larger one."""
        return self._text("rev-parse", "--show-prefix") == ""

    @property
    def is_shallow(self) -> bool:
        """Whether the repository is a shallow clone, without older history."""
        return self._text("rev-parse", "--is-shallow-repository") == "true"

    def has_commit(self, commit: str) -> bool:
        """Whether a commit, given by its full id, is in the repository."""
        # Names such as HEAD, and options, are not accepted.
        if len(commit) < 40 or not set(commit) <= set("0123456789abcdef"):
            return False
        return self._run("cat-file", "-e", f"{commit}^{{commit}}").returncode == 0

    def is_ancestor(self, earlier: str, later: str) -> bool:
        """Whether a commit is equal to a later one or its ancestor; dates are not used."""
        found = self._run("merge-base", "--is-ancestor", earlier, later)
        if found.returncode not in (0, 1):
            raise RepositoryError(f"{self.folder}: {_said(found)}")
        return found.returncode == 0

    def paths(self, commit: str, under: str) -> list[str]:
        """List the files of a commit in a folder, or one file."""
        text = self._text("ls-tree", "-r", "-z", "--name-only", commit, "--", f"./{under}")
        return sorted(name for name in text.split("\0") if name)

    def contents(self, commit: str, paths: Iterable[str]) -> dict[str, bytes]:
        """Read the content of files of a commit, without files that it does not contain."""
        wanted = list(paths)
        asked = "".join(f"{commit}:./{path}\n" for path in wanted)
        found = self._run("cat-file", "--batch", given=asked.encode())
        if found.returncode:
            raise RepositoryError(f"{self.folder}: {_said(found)}")
        return _blobs(wanted, found.stdout)

    def commits_of(self, path: str) -> list[str]:
        """List the commits up to HEAD that added or changed a file, oldest first."""
        text = self._text("log", "--full-history", "--reverse", "--format=%H", "HEAD", "--", path)
        return text.split()

    def has_changes(self, *left_out: str) -> bool:
        """Whether files, also new ones, differ from HEAD; ignored files and some folders aside."""
        excluded = [f":(exclude){folder}" for folder in left_out]
        command = ("status", "--porcelain", "--untracked-files=normal", "--", ".", *excluded)
        return bool(self._text(*command))

    def _text(self, *arguments: str) -> str:
        found = self._run(*arguments)
        if found.returncode:
            raise RepositoryError(f"{self.folder}: {_said(found)}")
        return found.stdout.decode(errors="replace").strip("\n")

    def _run(self, *arguments: str, given: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
        return _git(self.folder, arguments, given)


def open_repository(folder: Path) -> Repository:
    """Open the git repository of a folder.

    Raises
    ------
    RepositoryError
        Git is not installed, or tracks nothing in the folder.
    """
    found = _git(folder, ("ls-files", "-z", "--", "."), b"")
    if found.returncode:
        raise RepositoryError(f"{folder} is no checkout of a git repository ({_said(found)})")
    if not found.stdout:  # a package installed inside another checkout
        raise RepositoryError(f"{folder} contains no file that git tracks")
    return Repository(folder)


def _git(
    folder: Path, arguments: Iterable[str], given: bytes
) -> "subprocess.CompletedProcess[bytes]":
    # Without optional locks, so that reading does not block a commit.
    command = ["git", "--no-optional-locks", "--no-replace-objects", "-C", str(folder), *arguments]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    environment |= {"GIT_GRAFT_FILE": os.devnull, "LC_ALL": "C"}
    try:
        return subprocess.run(command, input=given, capture_output=True, env=environment)
    except FileNotFoundError:
        raise RepositoryError("git is not installed") from None


def _said(found: "subprocess.CompletedProcess[bytes]") -> str:
    lines = found.stderr.decode(errors="replace").strip().splitlines()
    return lines[0] if lines else f"git ended with {found.returncode}"


def _blobs(paths: list[str], output: bytes) -> dict[str, bytes]:
    """Parse the output of ``git cat-file --batch``."""
    found, place = {}, 0
    for path in paths:
        end = output.index(b"\n", place)
        header, place = output[place:end].split(), end + 1
        if header[-1] == b"missing":
            continue
        size = int(header[-1])
        if header[-2] == b"blob":
            found[path] = output[place : place + size]
        place += size + 1
    return found

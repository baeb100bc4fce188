"""Repositories: projects of a test's own under git, with a history that the test writes."""

import os
import subprocess
from pathlib import Path


def git(folder: Path, *arguments: str, date: str = "2026-11-22T00:00:00+00:00") -> str:
    """Run git as nobody in particular, at a given date; return what it prints."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    names = ["-c", "user.name=n", "-c", "user.email=n@n", "-c", "commit.gpgsign=false"]
    names += ["-c", "init.defaultBranch=main", "-c", "protocol.file.allow=always"]
    command = ["git", "-C", str(folder), *names, *arguments]
    made = subprocess.run(command, capture_output=True, text=True, check=True, env=own | dates)
    return made.stdout.strip()


def start(folder: Path) -> Path:
    """Begin a repository in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    git(folder, "init")
    return folder


def commit(folder: Path, **options: str) -> str:
    """Commit all that lies in a folder; return the commit."""
    git(folder, "add", "--all", **options)
    git(folder, "commit", "--allow-empty", "-m", "made", **options)
    return git(folder, "rev-parse", "HEAD")

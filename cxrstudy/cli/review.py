"""``cxrstudy review``: compute all that is recorded again, without torch, and say what differs."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxrstudy.cli.options import Json
from cxrstudy.cli.output import json_for_terminal

if TYPE_CHECKING:
    from cxrstudy.verdicts.review import Review


def review_results(
    archive: Annotated[
        Path | None,
        typer.Argument(help="Archive of cxrstudy release; default: the results of the project."),
    ] = None,
    json_wanted: Json = False,
) -> None:
    """Check all recorded results: hashes, registrations, and every number that follows from scores.

    Prints one line per folder, "equal" or what differs. Needs no PyTorch and no radiographs, and
    writes nothing. The exit status is 1 if anything differs.
    """
    from cxrstudy.verdicts import review

    found = _of_archive(archive) if archive else review.review()
    if json_wanted:
        typer.echo(json_for_terminal([_plain(each) for each in found]))
    else:
        for each in found:
            typer.echo(each.said)
            for problem in each.problems:
                typer.echo(f"  {problem}")
    if not all(each.is_equal for each in found):
        raise typer.Exit(1)


def _of_archive(archive: Path) -> "list[Review]":
    from cxrstudy.pages.release import opened
    from cxrstudy.verdicts import review

    with opened(archive) as problems:
        files = review.Review(str(archive), tuple(problems), "every file by its SHA-256")
        return [files, *review.review()]


def _plain(each: "Review") -> dict[str, Any]:
    return {
        "folder": each.what,
        "equal": each.is_equal,
        "problems": list(each.problems),
        "checked": each.checked,
        "notes": list(each.notes),
    }

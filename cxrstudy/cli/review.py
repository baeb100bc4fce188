"""``cxrstudy review``: compute all that is recorded again, without torch, and say what differs."""

from typing import TYPE_CHECKING, Any

import typer

from cxrstudy.cli.output import Json, json_for_terminal

if TYPE_CHECKING:
    from cxrstudy.verdicts.review import Review


def review_results(json_wanted: Json = False) -> None:
    """Check all recorded results: hashes, registrations, and every number that follows from scores.

    Prints one line per folder, "equal" or what differs. Needs no PyTorch and no radiographs, and
    writes nothing. The exit status is 1 if anything differs.
    """
    from cxrstudy.verdicts import review

    found = review.review()
    if json_wanted:
        typer.echo(json_for_terminal([_plain(each) for each in found]))
    else:
        for each in found:
            typer.echo(each.said)
            for problem in each.problems:
                typer.echo(f"  {problem}")
    if not all(each.is_equal for each in found):
        raise typer.Exit(1)


def _plain(each: "Review") -> dict[str, Any]:
    return {
        "folder": each.what,
        "equal": each.is_equal,
        "problems": list(each.problems),
        "checked": each.checked,
        "notes": list(each.notes),
    }

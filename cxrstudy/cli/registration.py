"""``cxrstudy registration``: list registrations, and check recorded results against them."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cxrstudy.cli.options import Json
from cxrstudy.cli.output import table

if TYPE_CHECKING:
    from cxrstudy.verdicts.proof import Proof

registration = typer.Typer(no_args_is_help=True, help="Registrations: list and check.")


@registration.command("list")
def list_registrations(json_wanted: Json = False) -> None:
    """List all registrations, with the results of each claim that had been seen before."""
    from cxrstudy.verdicts.registration import registrations_table

    rows = registrations_table().to_dict("records")
    typer.echo(json.dumps(rows, indent=2, ensure_ascii=False) if json_wanted else table(rows))


@registration.command("check")
def check_registrations(
    folders: Annotated[
        list[Path] | None, typer.Argument(metavar="[FOLDER]...", help="Default: all results.")
    ] = None,
    json_wanted: Json = False,
) -> None:
    """Check with git whether recorded results were registered before the runs.

    The exit status is 1 if results name a registration that can't be proved, or if the file of a
    registration was altered. Results without a registration are not an error.
    """
    from cxrstudy.base.repository import RepositoryError
    from cxrstudy.verdicts.proof import altered_registrations, proofs, prove

    found = [prove(folder) for folder in folders] if folders else proofs()
    try:
        altered = altered_registrations()
    except RepositoryError as problem:
        altered = [f"registrations can't be checked here: {problem}"]
    if json_wanted:
        shown = {"results": [_plain(proof) for proof in found], "registrations": altered}
        typer.echo(json.dumps(shown, indent=2, ensure_ascii=False))
    else:
        typer.echo(table([{"results": str(one.folder), "": one.said} for one in found]))
        for wrong in altered:
            typer.echo(wrong, err=True)
    if altered or any(one.registration and not one.counts for one in found):
        raise typer.Exit(1)


def _plain(proof: "Proof") -> dict[str, Any]:
    return {
        "results": str(proof.folder),
        "registration": proof.registration,
        "counts": proof.counts,
        "problems": list(proof.problems),
        "unprovable": proof.unprovable,
    }

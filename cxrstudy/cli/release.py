"""``cxrstudy release``: everything that was found and how, as one archive."""

from pathlib import Path
from typing import Annotated

import typer

from cxrstudy.cli.options import Cohort, Profile


def release_study(
    to: Annotated[Path, typer.Option(help="Archive to write: NAME.zip.")],
    by: Annotated[str, typer.Option(help="Who executed the notebooks; the archive says it.")],
    profile: Profile = "quick",
    cohort: Cohort = "phantom",
    seeds: Annotated[
        int | None, typer.Option(min=1, max=20, help="As it was given to make book.")
    ] = None,
) -> None:
    """Write one archive: results, registrations, notebooks as executed, and the built book.

    It is an RO-Crate that says for every page who executed it, with what, from when to when; and it
    holds Croissant metadata for every manifest. cxrstudy review FILE.zip checks it.
    """
    from cxrstudy.pages import book
    from cxrstudy.pages.batch_execution import folder_of
    from cxrstudy.pages.release import release

    files = release(to, folder_of(profile, cohort, seeds), book.html(), by)
    typer.echo(f"{to}: {files} files; cxrstudy review {to} checks it")

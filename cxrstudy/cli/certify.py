"""``cxrstudy certify``: write what a repeat of the committed results found."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from cxrstudy.base import places
from cxrstudy.cli.options import Cohort, Profile, Seeds


def certify_repeat(
    profile: Profile = "quick",
    cohort: Cohort = "phantom",
    seeds: Seeds = 1,
    by: Annotated[str, typer.Option(help="Who repeated, as it should be shown.")] = "",
    to: Annotated[
        Path | None, typer.Option(help="Folder; default: certificates/ of the project.")
    ] = None,
) -> None:
    """Compare your recorded runs with the committed results, and write a certificate.

    It holds each verdict beside ours, the distance of every metric in standard deviations between
    seeds, the machine and its instructions, versions and commits. All certificates in certificates/
    are shown by a page of the book. Run the study first: cxrstudy run, or make book.
    """
    from cxrstudy.verdicts import certificate

    made = certificate.certify(profile, cohort, seeds, by)
    path = certificate.write_certificate(made, to or places.workplace() / certificate.FOLDER)
    agreeing = sum(each.agrees for each in made.verdicts)
    typer.echo(f"{path}: {agreeing} of {len(made.verdicts)} verdicts agree")
    for state, number in Counter(each.state for each in made.drift).items():
        typer.echo(f"metrics {state}: {number}")

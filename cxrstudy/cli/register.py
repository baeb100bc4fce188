"""``cxrstudy register``: register claims, decision rule, arms and data before the runs."""

from typing import Annotated

import typer

from cxrstudy.cli.options import Cohort, Profile, SeveralSeeds


def register_study(
    profile: Profile = "standard",
    cohort: Cohort = "phantom",
    seeds: SeveralSeeds = 5,
    seen: Annotated[
        str, typer.Option(help="Results seen before, besides recorded results of the same arms.")
    ] = "",
    because: Annotated[str, typer.Option(help="Reason to replace the present registration.")] = "",
) -> None:
    """Write a registration; it is valid for runs made after it was committed.

    It contains the SHA-256 of all claims, of the code of the decision rule, of the arms of every
    experiment, and of profile, cohort and manifests. For each claim, it states the results that had
    been seen before.
    """
    from cxrstudy.base import places
    from cxrstudy.verdicts.registration import register

    path = register(profile, cohort, seeds, note=seen, because=because)
    typer.echo(f"{path.relative_to(places.root())}")
    typer.echo("Commit it, with everything else, before you run. Then never change it.")

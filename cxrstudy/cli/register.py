"""``cxrstudy register``: fix claims, rule, arms and data before they are run."""

from typing import Annotated

import typer


def register_study(
    profile: Annotated[str, typer.Option(help="Sizes and budgets.")] = "standard",
    cohort: Annotated[str, typer.Option(help="Where the radiographs come from.")] = "phantom",
    seeds: Annotated[int, typer.Option(min=2, max=20, help="Repeats of every arm.")] = 5,
    seen: Annotated[
        str, typer.Option(help="What had been seen, besides recorded results with the same arms.")
    ] = "",
    because: Annotated[
        str, typer.Option(help="Why it replaces the registration that stands.")
    ] = "",
) -> None:
    """Write a registration; it counts for runs made after it is committed.

    It holds the SHA-256 of all claims, of the rule's code, of the arms of every experiment, of
    profile, cohort and manifests, and what had been seen of each claim.
    """
    from cxrstudy.base import places
    from cxrstudy.verdicts.registration import register

    path = register(profile, cohort, seeds, note=seen, because=because)
    typer.echo(f"{path.relative_to(places.root())}")
    typer.echo("Commit it, with everything else, before you run. Then never change it.")

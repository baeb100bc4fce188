"""``cxrstudy design``: write down what will be run for every claim, before anything is."""

import typer

from cxrstudy.cli.options import Cohort, Profile, SeveralSeeds


def write_design(
    profile: Profile = "standard",
    cohort: Cohort = "phantom",
    seeds: SeveralSeeds = 5,
) -> None:
    """Write the table of a study's design: arms, sizes, power and hours of every claim.

    Power comes from the variance components of recorded results, hours from recorded runs. Commit
    the table before you register; a registration contains its SHA-256.
    """
    from cxrstudy.base import places
    from cxrstudy.verdicts import design
    from cxrstudy.verdicts.planning import recorded_components

    path = design.write(profile, cohort, seeds, recorded_components(cohort))
    typer.echo(f"{path.relative_to(places.root())}")

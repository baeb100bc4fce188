"""``cxrstudy power``: how many seeds and patients would decide a claim."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cxrstudy.base import numbers
from cxrstudy.cli.options import Json
from cxrstudy.cli.output import table


def show_power(
    claim: Annotated[str, typer.Argument(metavar="CLAIM", help="Id of a claim, such as B1.")],
    results: Annotated[
        Path | None,
        typer.Option(help="Recorded results to take variances from; default: the first that may."),
    ] = None,
    json_wanted: Json = False,
) -> None:
    """Show what studies of several sizes would find, and how many patients would be enough.

    From variance components of recorded results: an effect of the smallest relevant size beyond the
    margin is found, and the absence of any is shown, each with a power of 80 %, at the strictest
    level that Holm's correction can ask for.
    """
    import pandas as pd

    from cxrstudy.verdicts import planning
    from cxrstudy.verdicts.claims_file import find_claim

    asked = find_claim(claim)
    folder = results or planning.default_results(asked)
    components, tests = planning.components_of(asked, folder), planning.family_size(asked)
    sizes = planning.power_table(asked, components, tests)
    enough = planning.enough(asked, components, tests)
    if json_wanted:
        shown = {
            "claim": asked.id,
            "results": str(folder),
            "tests": tests,
            "sizes": sizes.to_dict("records"),
            "enough": json.loads(enough.to_json(orient="records")),
        }
        typer.echo(json.dumps(shown, indent=2))
        return
    typer.echo(
        f"{asked.id}: {asked.contrast}; smallest relevant effect {numbers.plain(asked.relevant)}"
    )
    typer.echo(f"variances from {folder}; {tests} tests\n")
    typer.echo(
        table(
            [
                {
                    "seeds": int(row.seeds),
                    "patients": int(row.patients),
                    "detectable": numbers.level(row.minimum_detectable_difference),
                    "finds it": numbers.percent(row.finds),
                    "shows its absence": numbers.percent(row.excludes),
                }
                for row in sizes.itertuples()
            ]
        )
    )
    typer.echo("")
    for few, many in zip(enough["seeds"], enough["patients"], strict=True):
        said = (
            "no number of patients is" if pd.isna(many) else f"{numbers.count(many)} patients are"
        )
        typer.echo(f"with {few} seeds {said} enough")

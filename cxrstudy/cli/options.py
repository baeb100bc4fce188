"""Options: arguments and options that several commands have, each with one help text."""

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Experiments = Annotated[
    list[str] | None,
    typer.Argument(metavar="[EXPERIMENT]...", help="Names or numbers of notebooks; default: all."),
]
Profile = Annotated[str, typer.Option(help="Sizes and budgets: a file of profiles/.")]
Cohort = Annotated[str, typer.Option(help="Radiographs: a file of data_manifests/cohorts.")]
Seeds = Annotated[int, typer.Option(min=1, max=20, help="Repeats of every arm.")]
#: A verdict needs several.
SeveralSeeds = Annotated[int, typer.Option(min=2, max=20, help="Repeats of every arm.")]
NotebookSeeds = Annotated[
    int | None,
    typer.Option(min=1, max=20, help="Repeats of every arm; default: the notebooks' value."),
]
ResultsFolder = Annotated[
    Path | None, typer.Option(help="Folder; default: results/COHORT/PROFILE of the project.")
]

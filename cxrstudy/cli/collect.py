"""``cxrstudy collect``: the estimates of many executed notebooks as one table."""

from pathlib import Path
from typing import Annotated

import typer

from cxrstudy.cli.options import Json
from cxrstudy.cli.output import json_for_terminal


def collect_notebooks(
    notebooks: Annotated[
        list[str], typer.Argument(help="Notebooks that papermill executed; patterns in quotes.")
    ],
    to: Annotated[Path | None, typer.Option(help="CSV file to write; default: print it.")] = None,
    code: Annotated[
        list[str] | None,
        typer.Option(
            help="A code whose notebooks may be in the table; may be given several times."
        ),
    ] = None,
    json_wanted: Json = False,
) -> None:
    """Collect a sweep into one table: one row per notebook and estimate.

    A row holds the notebook's parameters, the estimate with its interval, the verdict if it is
    about a claim, the ids of the runs, and the code. Notebooks of different code are refused,
    unless each code is named. A notebook that failed, or is none of this study, is named; the exit
    status is then 1.
    """
    from cxrstudy.base.atomic import write_file
    from cxrstudy.pages.collect import collect, matching

    found = collect(matching(notebooks), code or [])
    if json_wanted:
        text = json_for_terminal(found.table.to_dict("records")) + "\n"
    else:
        text = found.table.to_csv(index=False, lineterminator="\n")
    if to:
        write_file(to, text.encode())
        typer.echo(f"{to}: {len(found.table)} rows")
    else:
        typer.echo(text, nl=False)
    for sentence in found.left_out:
        typer.echo(f"not collected: {sentence}", err=True)
    if found.left_out:
        raise typer.Exit(1)

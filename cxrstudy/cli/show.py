"""``cxrstudy show``: print a record."""

from typing import Annotated

import typer

from cxrstudy.base import places
from cxrstudy.cli.options import Json


def show_run(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="First characters of a run's id, or its folder.")
    ],
    json_wanted: Json = False,
) -> None:
    """Print the record of a run."""
    import yaml

    from cxrstudy.runs import store

    records = places.runs() / "store"
    record = store.read(records, store.find(records, run))
    if json_wanted:
        typer.echo(record.model_dump_json(indent=2))
        return
    text = yaml.safe_dump(record.model_dump(mode="json"), sort_keys=False, allow_unicode=True)
    typer.echo(text, nl=False)

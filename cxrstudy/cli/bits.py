"""``cxrstudy bits``: compare this machine's bits with those of the evidence."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cxrstudy.cli.options import Json
from cxrstudy.cli.output import json_for_terminal


def bits(
    record: Annotated[
        bool, typer.Option("--record", help="Write this machine's values into the file.")
    ] = False,
    json_wanted: Json = False,
) -> None:
    """Say within a minute whether this machine computes the bits of the evidence."""
    from cxrstudy.runs import bits as digests

    with tempfile.TemporaryDirectory() as folder:
        if record:
            digests.record(Path(folder))
        else:
            table = digests.compared(Path(folder))
            if json_wanted:
                typer.echo(
                    json_for_terminal({"here": digests.key(), "parts": table.to_dict("records")})
                )
                return
            typer.echo(f"here: {digests.key()}")
            for name in table.columns[2:]:
                typer.echo(f"\ncompared with {name}")
                for part, said in zip(table["part"], table[name], strict=True):
                    typer.echo(f"  {part}: {said}")
